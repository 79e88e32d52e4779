"""Learning from another model."""

import dataclasses
import json

import numpy as np
import pytest
import torch

import shuzi
from shuzi.errors import ModelError, RecipeError, RunError
from shuzi.recognise.engine import Recogniser
from shuzi.training.device import choose_device
from shuzi.training.loop import Trainer, split_dataset
from shuzi.training.recipes import Recipe
from shuzi.training.run import resume
from shuzi.training.teacher import Teacher

RECIPE = Recipe(hidden=(32,), batch_size=64, epochs=3, scale=255.0, taught=0.75)
SETTINGS = ["hidden=32", "batch_size=64", "epochs=2", "scale=255", "taught=0.75"]


def trainer(digits, recipe, run):
    parts = split_dataset(digits, recipe, torch.device("cpu"))
    return Trainer(recipe, 0, choose_device("fp32"), *parts, teacher=Teacher(run.folder))


def test_targets_are_mixed_of_label_and_teacher(digits, run):
    made = trainer(digits, RECIPE, run)
    batch = made.train.take(torch.arange(5))
    alone = Recogniser(run.folder / "model.onnx").predict(digits.train_images[:5])
    expected = 0.25 * np.eye(10)[digits.train_labels[:5]] + 0.75 * alone
    np.testing.assert_allclose(made._targets(batch), expected, atol=1e-6)


def test_who_learns_from_the_teacher_alone_answers_as_it_does(digits, run):
    recipe = dataclasses.replace(RECIPE, taught=1.0, epochs=8, optimiser="adamw")
    wrong = dataclasses.replace(digits, train_labels=(digits.train_labels + 1) % 10)
    made = trainer(wrong, recipe, run)
    for _ in range(8):
        made.run_epoch(lambda seen: None)
    theirs = Recogniser(run.folder / "model.onnx").predict(digits.train_images[1050:])
    mine = made.logits(made.validation.images).argmax(dim=1).numpy()
    assert (mine == theirs.argmax(axis=1)).mean() > 0.9


def test_a_digit_that_is_taught_is_a_digit():
    taught = Teacher(shuzi.Recogniser().path)(torch.zeros((3, 28, 28), dtype=torch.uint8))
    torch.testing.assert_close(taught.sum(dim=1), torch.ones(3))


def test_a_taught_run_is_resumed_with_its_teacher_only(digits, digits_npz, run, tmp_path):
    model = tmp_path / "teacher.onnx"
    model.write_bytes((run.folder / "model.onnx").read_bytes())
    out = tmp_path / "run"
    dataset = shuzi.load_data(digits_npz)
    shuzi.train(dataset=dataset, out=out, settings=SETTINGS, teacher=model, verbose=0)
    assert json.loads((out / "run.json").read_text())["teacher"]["model"] == str(model)
    assert len(resume(out, verbose=0).history) == 2
    model.write_bytes(shuzi.Recogniser().path.read_bytes())
    with pytest.raises(RunError, match="another model than the teacher"):
        resume(out, verbose=0)
    model.unlink()
    with pytest.raises(ModelError, match=r"The teacher .*teacher\.onnx: there is no such file"):
        resume(out, verbose=0)


@pytest.mark.parametrize(
    ("code", "arguments", "said"),
    [
        (6, ("--teacher", "gone.onnx", "--set", "taught=0.5"), "gone.onnx: there is no such file"),
        (2, ("--set", "taught=0.5"), "Give --teacher a model.onnx"),
        (2, ("--teacher", "gone.onnx"), "learns nothing from the teacher gone.onnx"),
        (2, ("--set", "taught=0.5", "--set", "marks=9"), "taught: a teacher says nothing of marks"),
    ],
)
def test_a_teacher_that_is_missing_is_named(digits_npz, tmp_path, refused, code, arguments, said):
    assert said in refused(code, "train", "--data", digits_npz, "--out", "run", *arguments)
    assert not (tmp_path / "run").exists()


def test_a_recipe_that_is_taught_cannot_draw_marks():
    with pytest.raises(RecipeError, match="taught"):
        Recipe(taught=0.5, marks=5)
