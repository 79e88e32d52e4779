"""A model trained further with what people decided."""

import io
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

import shuzi
from shuzi.card import SHIPPED
from shuzi.errors import DataError, ModelError, RunError
from shuzi.recognise.engine import Recogniser
from shuzi.result import Box, Digit, Number
from shuzi.review.item import NewItem, Verdict
from shuzi.review.store import open_store
from shuzi.training.corrections import (
    Corrections,
    count_right,
    load_corrections,
    repeated,
    split,
)
from shuzi.training.export import calibrated
from shuzi.training.finetune import Outcome, Score, finetune
from shuzi.training.start import load_start

SETTINGS = ["convolutions=5x8/2,3x16/2", "epochs=4", "batch_size=50", "scale=255"]

QUICKLY = ["lr=0.01", "batch_size=25"]
"""A few hundred images are few steps."""


def crop(image):
    """A digit as people see it: dark ink on light paper, three times as large."""
    large = cv2.resize(255 - image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    file = io.BytesIO()
    Image.fromarray(np.pad(large, 8, constant_values=255)).save(file, "PNG")
    return file.getvalue()


def item(image, place, source):
    box = Box(0, 0, 20, 20)
    digit = Digit(text="1", confidence=0.4, box=box)
    number = Number(text="1", confidence=0.4, box=box, digits=(digit,))
    pictures = {"crop": crop(image), "surroundings": b"", "inside": box}
    return NewItem(source=source, page=place + 1, number=number, **pictures)


def queue(path, images, answers, sources=30):
    """A queue of decided digits."""
    store = open_store(str(path))
    store.add(item(image, i, f"form {i % sources}") for i, image in enumerate(images))
    lease = store.lease("Ann", len(images))
    said = [Verdict(i.id, answers[i.page - 1]) for i in lease.items]
    store.decide(lease.token, "Ann", said)
    return store


@pytest.fixture(scope="module")
def first(digits, tmp_path_factory):
    """A run that knows the digits 0 to 6 only."""
    known = digits.train_labels < 7
    part = replace(
        digits, train_images=digits.train_images[known], train_labels=digits.train_labels[known]
    )
    out = tmp_path_factory.mktemp("runs") / "first"
    return shuzi.train("fast", dataset=part, out=out, settings=SETTINGS, verbose=0).folder


def test_the_shipped_models_network_says_what_the_model_says():
    network = load_start().network(torch.Generator())
    images = np.random.default_rng(1).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    with torch.inference_mode():
        logits = network.train()(torch.from_numpy(images))
        logits = calibrated(logits, load_start().calibration)
    found = torch.softmax(logits, dim=1)[:, :10].numpy()
    np.testing.assert_allclose(found, Recogniser(SHIPPED["digit"]).predict(images), atol=1e-4)


def test_corrections_are_the_decided_digits(digits, tmp_path):
    answers = [str(label) for label in digits.test_labels[:40]]
    answers[3], answers[5] = None, "42"
    with queue(tmp_path / "a.db", digits.test_images[:40], answers) as store:
        found = load_corrections(store)
    wanted = [10 if answer is None else int(answer) for answer in answers if answer != "42"]
    assert found.labels.tolist() == wanted
    assert found.images.shape == (39, 28, 28)
    # The glyph that is found in the crop is nearly the image that was drawn into it.
    assert np.corrcoef(found.images[0].ravel(), digits.test_images[0].ravel())[0, 1] > 0.8


def test_too_few_corrections_are_refused(digits, tmp_path):
    with (
        queue(tmp_path / "a.db", digits.test_images[:19], ["1"] * 19) as store,
        pytest.raises(DataError, match="19 decided digits; 20 are needed"),
    ):
        load_corrections(store)


@pytest.mark.parametrize(("sources", "whole"), [(30, True), (2, False)])
def test_a_third_is_kept_and_a_source_stays_whole(sources, whole):
    names = tuple(f"form {i % sources}" for i in range(90))
    images = np.zeros((90, 28, 28), np.uint8)
    learned, kept = split(Corrections(images, np.zeros(90, np.uint8), names))
    assert (len(learned), len(kept)) == (60, 30)
    assert (not set(learned.sources) & set(kept.sources)) == whole


def test_corrections_are_repeated_up_to_a_limit():
    corrections = Corrections(np.zeros((10, 28, 28), np.uint8), np.zeros(10, np.uint8), ("a",) * 10)
    assert [len(repeated(corrections, wanted)) for wanted in (3, 52, 9999)] == [10, 50, 200]


def test_no_digit_is_right_when_it_is_likelier_than_any():
    probabilities = np.array([[0.3, 0.2] + [0] * 8, [0.6, 0.1] + [0] * 8], np.float32)
    assert count_right(probabilities, np.array([10, 10])) == 1
    assert count_right(probabilities, np.array([0, 1])) == 1


def test_a_model_learns_new_digits_from_corrections(digits, first, tmp_path):
    new = np.flatnonzero(digits.train_labels >= 7)[:240]
    answers = [str(label) for label in digits.train_labels[new]]
    with queue(tmp_path / "a.db", digits.train_images[new], answers) as store:
        out = finetune(
            store, digits, model=first, out=tmp_path / "new", settings=QUICKLY, verbose=0
        )
    assert out.corrections.n == 80
    assert out.corrections.after > out.corrections.before + 40
    assert out.is_better
    said = json.loads((tmp_path / "new" / "review.json").read_text())
    assert said["better"]
    assert said["corrections"]["after"] == out.corrections.after
    Recogniser(tmp_path / "new" / "model.onnx")


def test_a_model_that_is_not_better_replaces_nothing(digits, first, tmp_path):
    answers = [str((label + 1) % 7) for label in digits.train_labels[:60]]
    with queue(tmp_path / "a.db", digits.train_images[:60], answers) as store:
        wrong = ["lr=0.05", "epochs=1"]
        out = finetune(store, digits, model=first, out=tmp_path / "new", settings=wrong, verbose=0)
    assert not out.is_better
    assert not (tmp_path / "new" / "model.onnx").exists()
    assert (tmp_path / "new" / "rejected.onnx").exists()
    with pytest.raises(RunError, match="Begin it again"):
        shuzi.training.run.resume(tmp_path / "new")


@pytest.mark.parametrize(
    ("corrections", "frozen", "better"),
    [((5, 6), (9, 9), True), ((5, 5), (9, 10), False), ((5, 9), (9, 8), False)],
)
def test_better_is_more_corrections_and_no_less_of_the_rest(corrections, frozen, better, tmp_path):
    scores = Score("corrections", 10, *corrections), (Score("test", 10, *frozen),)
    assert Outcome(tmp_path, *scores).is_better == better


def test_a_model_without_such_a_card_is_refused(run, tmp_path):
    with pytest.raises(ModelError, match="convolutional"):
        load_start(run.folder)
    with pytest.raises(ModelError, match="no such file"):
        load_start(tmp_path / "none.onnx")


def test_the_command_says_what_came_of_it(command, digits, first, digits_npz, tmp_path):
    new = np.flatnonzero(digits.train_labels >= 7)[:120]
    answers = [str(label) for label in digits.train_labels[new]]
    queue(tmp_path / "a.db", digits.train_images[new], answers).close()
    words = ("--data", digits_npz, "--start", first, "--out", "new", "--verbose", "0")
    words += ("--set", QUICKLY[0], "--set", QUICKLY[1])
    said = command("train", "--from-review", "a.db", *words).stdout
    assert "corrections held out: " in said
    assert "test images: " in said
    assert "The new model is better. Use it: --model new/model.onnx" in said


def test_options_that_do_not_go_together_are_refused(refused, digits_npz):
    said = refused(2, "train", "fast", "--from-review", "a.db", "--data", digits_npz)
    assert "--from-review" in said
    assert "--start" in refused(2, "train", "--start", "runs/first")
    words = ("--from-review", "none.db", "--data", digits_npz)
    assert "no such file" in refused(11, "train", *words)
