"""How images lie is told from a sample of them."""

import numpy as np
import pytest

import shuzi
from shuzi.dataset import load_data, load_images
from shuzi.evaluation.orientation import FEWEST, advice, look_at, sample_of
from shuzi.evaluation.sets import find_sets, glyphs
from shuzi.form import UPRIGHT, Orientation
from shuzi.training.int8_export import export_int8

FORMS = [Orientation(invert, transpose) for invert in (False, True) for transpose in (False, True)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("labelled", [True, False])
def test_each_form_of_digits_is_told(digits, form, labelled):
    labels = digits.test_labels if labelled else None
    look = look_at(form.apply(digits.test_images), labels)
    assert look.found == form
    assert look.after > 0.9
    said = advice(look, "a.npz")
    assert (said is None) == (form == UPRIGHT)
    for option, is_wrong in zip(("--invert", "--transpose"), form, strict=True):
        assert (option in (said or "")) == is_wrong


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_digit_is_not_judged(form):
    rng = np.random.default_rng(0)
    stripes = np.zeros((50, 28, 28), np.uint8)
    stripes[:, 4:24:4, 4:24] = 255
    for images in (rng.integers(0, 256, (50, 28, 28), dtype=np.uint8), stripes, stripes * 0):
        assert look_at(form.apply(images)) is None


def test_real_sets_are_told_in_each_form_and_clothes_and_letters_are_not_judged(data_folder):
    for pictures in find_sets([data_folder / "digits", data_folder / "not_digits"]):
        chosen = sample_of(pictures.images)[::2]
        images, where = glyphs(pictures.images[chosen])
        for form in FORMS:
            look = look_at(form.apply(images))
            assert (look and look.found) == (None if pictures.labels is None else form)
            if look is not None:
                labels = pictures.labels[chosen][where]
                assert look_at(form.apply(images), labels).found == form


def test_few_images_are_not_said_to_be_transposed(digits):
    for n in (FEWEST - 1, FEWEST):
        images = digits.test_images[digits.test_labels == 3][:n].transpose(0, 2, 1)
        look = look_at(images)
        assert (look is not None and look.found.transpose) == (n == FEWEST)


def test_an_option_that_makes_it_worse_is_to_be_left_out(digits):
    given = Orientation(True, True)
    said = advice(look_at(given.apply(digits.test_images)), "a.npz", given)
    assert "leave out --invert and leave out --transpose" in said


def test_what_the_model_learned_from_is_what_is_right(digits):
    turned = Orientation(transpose=True)
    assert advice(look_at(turned.apply(digits.test_images)), "a.npz", learned=turned) is None
    said = advice(look_at(digits.test_images), "a.npz", learned=turned)
    assert "learned from transposed ones" in said
    assert said.endswith("give --transpose.")


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_brought_into_form_as_it_is_loaded(tmp_path, digits, form):
    path = tmp_path / "a.npz"
    x, y = form.apply(digits.test_images), digits.test_labels
    np.savez(path, x_train=x, y_train=y, x_test=x, y_test=y)
    dataset = load_data(path, **form._asdict())
    images = load_images(path, **form._asdict()).images
    for found in (dataset.train_images, dataset.test_images, images):
        np.testing.assert_array_equal(found, digits.test_images)
    assert dataset.orientation == form


@pytest.fixture(scope="module")
def turned(digits, tmp_path_factory):
    """Digits as EMNIST stores them, in a file, and a run that learned from them upright."""
    folder = tmp_path_factory.mktemp("turned")
    turn = Orientation(transpose=True).apply
    np.savez(
        folder / "turned.npz",
        x_train=turn(digits.train_images),
        y_train=digits.train_labels,
        x_test=turn(digits.test_images),
        y_test=digits.test_labels,
    )
    settings = {"epochs": 1, "hidden": (64,), "scale": 255}
    dataset = load_data(folder / "turned.npz", transpose=True)
    run = shuzi.train(dataset=dataset, out=folder / "run", settings=settings, verbose=0)
    return folder / "turned.npz", run.folder


def test_a_runs_data_is_read_as_then(turned):
    path, run = turned
    resumed = shuzi.training.run.resume(run, data=path, verbose=0)
    assert resumed.folder == run
    own = shuzi.evaluate(run, verbose=1)
    assert own.accuracy == shuzi.evaluate(run, data=path, transpose=True).accuracy
    assert own.accuracy > shuzi.evaluate(run, data=path).accuracy + 0.2


def test_an_export_reads_the_data_as_the_run_did(turned, tmp_path):
    path, run = turned
    found = export_int8(run, tmp_path / "int8.onnx", data=path)
    assert found.accuracy_before == shuzi.evaluate(run).accuracy


def test_evaluating_and_predicting_say_it_before_their_results(turned, command, refused):
    path, run = turned
    own = command("evaluate", run)
    assert (own.returncode, own.stderr) == (0, "")
    done = command("predict", run, path, "-o", "out.csv")
    assert f"The images of {path} look transposed" in done.stderr
    assert "give --transpose" in done.stderr
    done = command("predict", run, path, "-o", "out.csv", "--transpose")
    which = f"Of {path} the test images are taken."
    assert (done.returncode, done.stderr) == (0, f"shuzi: {path}: NumPy's arrays.\n  {which}\n")


def test_training_says_it_before_the_first_epoch(turned, digits_npz, command):
    path, _ = turned
    quick = ("--set", "epochs=1", "--set", "hidden=8", "--set", "scale=255", "--verbose", 2)
    done = command("train", "--data", path, "--out", "a", *quick)
    assert "look transposed" in done.stderr
    assert "transposed" in command("evaluate", "a", "--data", digits_npz).stderr
    shown = command("data", "show", "--data", path)
    assert "give --transpose" in shown.stderr
    assert command("data", "show", "--data", path, "--transpose").stderr == ""
