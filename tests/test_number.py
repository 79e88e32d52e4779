"""Training a number network."""

import json

import numpy as np
import onnx
import pytest
import torch

from shuzi.errors import DivergedError, ModelError, RecipeError
from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.training.checkpoint import load_checkpoint, save_checkpoint
from shuzi.training.device import Device
from shuzi.training.number import (
    CLASSES,
    NumberNetwork,
    NumberTrainer,
    ctc,
    fit_sequence_temperature,
    greedy,
)
from shuzi.training.number_export import save_number_onnx, set_temperature
from shuzi.training.recipes import NUMBER
from shuzi.training.wobble import wobble

DEVICE = Device(torch.device("cpu"), "fp32")


def bars(number, n=64):
    """A tiny language: a bar is a 1, a block is a 0; one to three of them."""
    rng = np.random.default_rng(number)
    strings = []
    for _ in range(n):
        digits = rng.integers(0, 2, int(rng.integers(1, 4)))
        strip = np.zeros((32, 20 * len(digits) + 12), np.uint8)
        for i, digit in enumerate(digits):
            left = 8 + 20 * i + int(rng.integers(-2, 3))
            strip[6:26, left : left + (3 if digit else 12)] = 255
        strings.append((strip, "".join(map(str, digits))))
    return strings


def trainer_of(rounds, source=bars, lr=3e-3):
    changes = {"lr": lr, "decay": 0.01, "batch_size": 16, "epochs": rounds, "strings": 64}
    recipe = NUMBER.with_settings(changes | {"ema": 0.8})
    trainer = NumberTrainer(recipe, 0, DEVICE, source, bars(1000))
    for module in trainer.network.modules():
        # So few steps are no time for the means of a long training.
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.3
    return trainer


@pytest.fixture(scope="module")
def trained():
    trainer = trainer_of(7)
    for _ in range(7):
        trainer.run_epoch(ignore)
    return trainer


def test_a_tiny_task_is_learned(trained):
    assert trained.history[0].loss > 3 * trained.history[-1].loss
    tables, labels = trained.log_probabilities(bars(3000))
    texts = [greedy(table[None])[0] for table in tables]
    assert np.mean([text == label for text, label in zip(texts, labels, strict=True)]) > 0.95


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("exported") / "number.onnx"
    save_number_onnx(trained.trained, path)
    return path


def test_the_exported_model_reads_what_the_network_reads(exported):
    strings = bars(2000, 30)
    readings = SequenceRecogniser(exported).predict([s for s, _ in strings])
    assert np.mean([r.text == t for r, (_, t) in zip(readings, strings, strict=True)]) > 0.9
    for reading in readings:
        firsts = [first for first, _ in reading.spans]
        assert firsts == sorted(firsts)
        assert len(reading.spans) == len(reading.text)


def test_a_temperature_divides_the_logits(trained, exported, tmp_path):
    strips, unsure = [bars(5, 1)[0][0]], tmp_path / "unsure.onnx"
    set_temperature(exported, unsure, 3.0)
    plain, warm = (
        SequenceRecogniser(path).log_probabilities(strips)[0] for path in (exported, unsure)
    )
    wanted = torch.from_numpy(plain / 3).log_softmax(1).numpy()
    np.testing.assert_allclose(warm, wanted, atol=1e-4)


def test_a_resumed_training_ends_with_the_weights_of_an_undisturbed_one(tmp_path):
    whole, first, second = trainer_of(2), trainer_of(2), trainer_of(2)
    for trainer in (whole, whole, first):
        trainer.run_epoch(ignore)
    save_checkpoint(tmp_path, first.state, first.history)
    second.history += load_checkpoint(tmp_path, second.state)
    second.run_epoch(ignore)
    for name, tensor in whole.state.items():
        assert torch.equal(tensor, second.state[name]), name


def test_shuzi_train_number_leaves_a_run_that_reads(command, digits_npz, tmp_path):
    run = tmp_path / "run"
    few = [f"--set={field}" for field in ("epochs=1", "strings=32", "parts=1", "batch_size=16")]
    done = command("train", "number", "--data", digits_npz, "--out", run, "--threads", "1", *few)
    assert done.returncode == 0, done.stderr
    assert f"--number-model {run}" in done.stdout
    record = json.loads((run / "run.json").read_text())
    assert record["status"] == "finished" and record["recipe"]["network"] == "number"
    assert record["temperature"] > 0
    assert len((run / "history.csv").read_text().splitlines()) == 2
    assert not (run / "strips").exists()
    assert SequenceRecogniser(run).path == run / "model.onnx"


def ignore(_seen):
    """Nobody watches."""


def test_a_wobbled_strip_keeps_its_ink_about_where_it_was():
    strip, rng = bars(1, 1)[0][0], np.random.default_rng(0)
    moved = [wobble(strip, rng) for _ in range(50)]
    assert {m.shape[0] for m in moved} == {32}
    assert len({m.shape[1] for m in moved}) > 3
    ink = [float((m > 100).mean()) for m in moved]
    assert np.mean(ink) == pytest.approx(float((strip > 100).mean()), rel=0.25)


def test_a_diverging_loss_is_an_error():
    trainer = trainer_of(1)
    with torch.no_grad():
        trainer.network.head.bias.fill_(float("nan"))
    with pytest.raises(DivergedError, match="epoch 1"):
        trainer.run_epoch(ignore)


@pytest.mark.parametrize("setting", ["strings=10", "patience=3", "keep=best", "parts=0"])
def test_what_cannot_be_trained_is_refused(setting):
    with pytest.raises(RecipeError, match=setting.partition("=")[0]):
        NUMBER.with_settings([setting])


def test_the_loss_is_the_sum_over_all_alignments():
    table = torch.randn((1, 3, CLASSES), generator=torch.Generator().manual_seed(0)).log_softmax(2)
    p = table[0].exp()
    # The alignments of "4" in three frames; class 5 is digit 4, class 0 the blank.
    paths = [(5, 5, 5), (5, 5, 0), (0, 5, 5), (5, 0, 0), (0, 5, 0), (0, 0, 5)]
    total = sum(p[0, a] * p[1, b] * p[2, c] for a, b, c in paths)
    assert float(ctc(table, ["4"])[0]) == pytest.approx(-float(total.log()), rel=1e-5)
    empty = p[:, 0].prod()
    assert float(ctc(table, [""])[0]) == pytest.approx(-float(empty.log()), rel=1e-5)


def test_greedy_drops_repeats_and_blanks():
    path = torch.tensor([[0, 2, 2, 0, 2, 10, 10, 0]])
    assert greedy(torch.nn.functional.one_hot(path, CLASSES).float()) == ["119"]


def test_the_temperature_of_too_sure_tables_is_high():
    tables, labels = [], []
    for i in range(300):
        logits = torch.full((1, CLASSES), -99.0)
        logits[0, :11] = 0.0
        logits[0, i % 10 + 1] = 8.0
        tables.append(logits.log_softmax(1))
        labels.append(str(i % 10) if i < 210 else str((i + 1) % 10))
    # 0.7 is a logit of ln(0.7 / 0.03) among ten others that share 0.3.
    assert fit_sequence_temperature(tables, labels) == pytest.approx(8 / np.log(7 / 0.3), rel=0.03)


def test_a_frame_of_the_network_is_four_columns():
    network = NumberNetwork()
    assert network(torch.zeros((2, 32, 96), dtype=torch.uint8)).shape == (2, 24, CLASSES)


def test_an_export_that_differs_is_refused(exported, tmp_path, monkeypatch):
    # To export another network that is, takes long.
    monkeypatch.setattr("shuzi.training.number_export.to_onnx", lambda *_: onnx.load(exported))
    with pytest.raises(ModelError, match="differs from torch"):
        save_number_onnx(NumberNetwork(), tmp_path / "number.onnx")
    assert not list(tmp_path.iterdir())
