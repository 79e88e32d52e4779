"""A short training on MNIST itself."""

import os

import pytest

import shuzi
from shuzi.dataset import load_data


@pytest.fixture(scope="module")
def two_epochs(mnist, tmp_path_factory):
    out = tmp_path_factory.mktemp("mnist") / "run"
    return shuzi.train(dataset=mnist, out=out, settings=["epochs=2"], seed=0, verbose=0)


def test_the_first_epoch_is_that_of_the_tutorial(two_epochs):
    first = two_epochs.history[0]
    assert first.loss == pytest.approx(1.2457, rel=0.08)
    assert first.val_loss == pytest.approx(0.5666, rel=0.15)


def test_training_loss_stays_above_validation_loss(two_epochs):
    assert all(epoch.loss > epoch.val_loss for epoch in two_epochs.history)


def test_the_test_set_is_read_about_as_well_as_the_validation(two_epochs, mnist):
    found = shuzi.evaluate(two_epochs.folder, mnist)
    assert found.n == 10_000
    assert found.accuracy == pytest.approx(two_epochs.history[-1].val_accuracy, abs=0.03)


def test_what_is_here_is_not_fetched(mnist, command, tmp_path):
    nowhere = {"SHUZI_DATA": mnist.source, "HTTPS_PROXY": "http://127.0.0.1:9"}
    done = command("data", "fetch", "--out", "mnist.npz", env=os.environ | nowhere)
    assert (done.returncode, done.stdout) == (0, f"{mnist.source}\nWritten to mnist.npz\n")
    assert load_data(tmp_path / "mnist.npz").is_mnist


def test_scaled_pixels_learn_faster(two_epochs, mnist, tmp_path):
    run = shuzi.train(
        "tutorial-scaled", dataset=mnist, out=tmp_path / "run", settings=["epochs=1"], verbose=0
    )
    assert run.history[0].val_loss < 0.9 * two_epochs.history[0].val_loss
