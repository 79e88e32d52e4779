"""Early stopping, and the best epoch's weights, by what is held out."""

import numpy as np
import pytest
import torch

import shuzi
from shuzi.errors import RecipeError
from shuzi.files import read_json
from shuzi.recognise.engine import Recogniser
from shuzi.training.history import Epoch, best_epoch, is_over
from shuzi.training.run import resume

SETTINGS = {"hidden": (32,), "scale": 255, "batch_size": 50, "dropout": 0, "epochs": 12}
LATE = SETTINGS | {"lr": 3.0, "momentum": 0, "nesterov": False, "keep": "best", "patience": 3}
"""A rate at which val_loss soon rises again."""


def history(*losses):
    return [
        Epoch(epoch=i, seconds=1, loss=1, accuracy=0, val_loss=loss)
        for i, loss in enumerate(losses, 1)
    ]


def test_the_first_of_the_best_epochs_counts():
    assert best_epoch(history(3.0, 1.0, 2.0, 1.0)).epoch == 2
    assert best_epoch(history(None, None)) is None


def test_patience_counts_from_the_best_epoch():
    assert not is_over(history(3.0, 1.0, 2.0), 2)
    assert is_over(history(3.0, 1.0, 2.0, 1.5), 2)
    assert not is_over(history(3.0, 1.0, 2.0, 1.5), 0)


@pytest.fixture(scope="module")
def stopped(digits, tmp_path_factory):
    out = tmp_path_factory.mktemp("keep") / "run"
    return shuzi.train("tutorial", dataset=digits, out=out, settings=LATE, verbose=0)


def test_training_stops_and_keeps_the_best_epoch(stopped, digits):
    record, best = read_json(stopped.folder / "run.json"), best_epoch(stopped.history)
    assert record["kept"] == {"epoch": best.epoch, "val_loss": best.val_loss}
    assert record["stopped"] == {"epoch": best.epoch + 3, "patience": 3}
    assert len(stopped.history) == best.epoch + 3 < 12
    cut = int(len(digits.train_labels) * 0.7)
    images, labels = digits.train_images[cut:], digits.train_labels[cut:]
    read = Recogniser(stopped.folder / "model.onnx").predict(images).argmax(axis=1)
    assert np.mean(read == labels) == pytest.approx(best.val_accuracy, abs=0.01)


def test_a_run_that_went_on_keeps_the_same(stopped, digits, tmp_path, monkeypatch):
    from shuzi.training import run as runs

    class StopError(Exception):
        pass

    def save_one(folder, state, history):
        save(folder, state, history)
        if len(history) == stopped.history[-1].epoch - 1:
            raise StopError

    save = runs.save_checkpoint
    monkeypatch.setattr(runs, "save_checkpoint", save_one)
    with pytest.raises(StopError):
        shuzi.train("tutorial", dataset=digits, out=tmp_path / "b", settings=LATE, verbose=0)
    monkeypatch.undo()
    resume(tmp_path / "b", dataset=digits, verbose=0)
    ours, theirs = (
        (f / "model.safetensors").read_bytes() for f in (tmp_path / "b", stopped.folder)
    )
    assert ours == theirs


def test_nothing_held_out_cannot_be_waited_for(digits, tmp_path):
    settings = SETTINGS | {"validation_split": 0, "keep": "best"}
    with pytest.raises(RecipeError, match="no images are held out"):
        shuzi.train("tutorial", dataset=digits, out=tmp_path / "a", settings=settings, verbose=0)


def test_balanced_weights_are_the_inverse_of_the_counts():
    from shuzi.training.loop import Split, _class_weights
    from shuzi.training.recipes import Recipe

    labels = torch.tensor([0] * 30 + [1] * 10)
    weights = _class_weights(Recipe(class_weight="balanced", marks=1), Split(labels, labels))
    assert weights[[0, 1, 10]].tolist() == pytest.approx([40 / 60, 40 / 20, 1])
