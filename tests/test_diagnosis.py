"""A training that stays at chance says so."""

import html
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch

import shuzi
from shuzi.errors import DivergedError
from shuzi.evaluation.findings import sentences
from shuzi.training import diagnosis

SETTINGS = {"epochs": 2, "hidden": (32,), "scale": 255, "batch_size": 50}


def said_of(digits, tmp_path, capsys, **settings):
    shuzi.train(dataset=digits, out=tmp_path / "run", settings=SETTINGS | settings, verbose=2)
    return capsys.readouterr().err


def test_a_normal_training_says_nothing(digits, tmp_path, capsys):
    assert said_of(digits, tmp_path, capsys) == ""


def test_a_short_training_whose_validation_is_good_says_nothing(digits, tmp_path, capsys):
    settings = {"epochs": 1, "scale": 255, "dropout": 0.8}
    run = shuzi.train(dataset=digits, out=tmp_path / "run", settings=settings, verbose=2)
    assert run.history[0].accuracy < 0.12
    assert run.history[0].val_accuracy > 0.4
    assert capsys.readouterr().err == ""


def test_shuffled_labels_are_told_by_the_models_reading(digits, tmp_path, capsys):
    labels = np.random.default_rng(0).permutation(digits.train_labels)
    said = said_of(replace(digits, train_labels=labels), tmp_path, capsys)
    assert "is no better than always giving the commonest digit" in said
    assert "the labels are shuffled or of other images" in said


def test_labels_that_are_all_the_same_are_named(digits, tmp_path, capsys):
    labels = np.full_like(digits.train_labels, 3)
    said = said_of(replace(digits, train_labels=labels), tmp_path, capsys)
    assert "all 1050 training images have the same label, 3" in said


@pytest.mark.parametrize(
    ("settings", "cause"),
    [
        (
            {"lr": 50.0},
            r"100\.0 % of layer 1's outputs for 256 training images; lower the learning.*\n.*"
            r"the learning rate is too high: the loss, [\de+.]+, is above that of",
        ),
        ({"lr": 50.0, "scale": 1}, r"saturated, .*scale the pixels \(scale=255\)"),
        ({"lr": 1e-9, "hidden": (4,)}, r"too low: in 42 steps the weights moved by [\de.-]+ of"),
        (
            {"lr": 0.0, "hidden": (4,)},
            r"The loss hardly falls: [\d.]+ in epoch 1, [\d.]+ in epoch 2",
        ),
        (
            {"lr": 5.0, "activation": "relu"},
            r"dead, 0 for each of 256 .*: \d+\.\d % of layer 1's units",
        ),
        ({"lr": 1e-3, "hidden": (4,), "dropout": 0.0}, "42 steps are too few"),
        ({"scale": 1, "dropout": 0.9}, r"is still near .*: \d.* in epoch 2; \d+\.\d % are right"),
    ],
)
def test_a_training_that_teaches_nothing_is_explained(digits, tmp_path, capsys, settings, cause):
    said = said_of(digits, tmp_path, capsys, **settings)
    assert re.search(cause, said)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    page = html.unescape((tmp_path / "run" / "report.html").read_text())
    assert all(cause[:40] in page for cause in sentences(record["diagnosis"], "zh")[1])
    assert "It does not learn" in page


def test_a_dead_unit_is_0_for_every_image():
    values = torch.tensor([[0.0, 0.5], [0.0, 0.5], [0.0, 0.0]])
    assert diagnosis._dead("relu", values) == 0.5


def test_a_sigmoid_is_saturated_at_both_ends():
    values = torch.tensor([0.0, 1.0, 0.5, 0.5, 0.5])
    assert diagnosis._saturated("sigmoid", values) == pytest.approx(0.4)


def test_a_loss_that_is_no_number_is_traced_to_its_step(digits, tmp_path):
    settings = SETTINGS | {"lr": 100.0, "activation": "linear", "scale": 1}
    with pytest.raises(
        DivergedError, match=r"became (nan|inf) in step \d+ of epoch 1; it was \d"
    ) as e:
        shuzi.train(dataset=digits, out=tmp_path / "run", settings=settings, verbose=0)
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["status"] == "diverged"
    step = int(re.search(r"step (\d+)", e.value.message)[1])
    assert record["diagnosis"][0]["step"] == step
    assert f"第 1 轮第 {step} 步" in (tmp_path / "run" / "report.html").read_text()


def test_nothing_is_said_where_silence_is_wanted(digits, tmp_path, capsys):
    shuzi.train(dataset=digits, out=tmp_path / "run", settings=SETTINGS | {"lr": 0.0}, verbose=0)
    assert capsys.readouterr().err == ""
