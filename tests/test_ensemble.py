"""Several runs as one model."""

import numpy as np
import onnx
import pytest

import shuzi
from shuzi.card import load_card
from shuzi.errors import RunError, UsageError
from shuzi.recognise.engine import Recogniser
from shuzi.training.ensemble import export_ensemble

SETTINGS = ["epochs=2", "hidden=32", "scale=255", "batch_size=50"]


def trained(digits, folder, *settings, seed=1):
    return shuzi.train(
        dataset=digits, out=folder, settings=[*SETTINGS, *settings], seed=seed, verbose=0
    ).folder


@pytest.fixture(scope="module")
def members(run, digits, tmp_path_factory):
    return [run.folder, trained(digits, tmp_path_factory.mktemp("members") / "other")]


@pytest.fixture(scope="module")
def ensemble(members):
    output = members[1] / "ensemble.onnx"
    export_ensemble(members, output)
    return output


def test_its_probabilities_are_the_mean_of_the_members(members, ensemble, digits):
    alone = [Recogniser(run / "model.onnx").predict(digits.test_images) for run in members]
    found = Recogniser(ensemble).predict(digits.test_images)
    np.testing.assert_allclose(found, np.mean(alone, axis=0), atol=1e-6)
    onnx.checker.check_model(onnx.load(ensemble), full_check=True)


def test_its_card_names_the_members(members, ensemble):
    card = load_card(ensemble)
    assert list(card["members"]) == [str(run) for run in members]
    for run in members:
        assert card["members"][str(run)]["sha256"] == load_card(run)["sha256"]


def test_members_that_know_other_outcomes_are_refused(members, digits, tmp_path):
    odd = trained(digits, tmp_path / "odd", "marks=50")
    with pytest.raises(RunError, match=r"odd knows 11 outcomes, .* knows 10"):
        export_ensemble([*members, odd], tmp_path / "ensemble.onnx")
    assert not (tmp_path / "ensemble.onnx").exists()


def test_a_member_that_is_no_run_is_named(members, tmp_path):
    with pytest.raises(RunError, match="nowhere is not a run folder"):
        export_ensemble([*members, tmp_path / "nowhere"], tmp_path / "ensemble.onnx")


@pytest.mark.parametrize("name", ["a.json", "a.md"])
def test_its_card_is_written_over_no_other_file(members, tmp_path, name):
    (tmp_path / name).write_text('{"mine": 1}')
    with pytest.raises(UsageError, match=f"{name} is there; the card of a.onnx is not written"):
        export_ensemble(members, tmp_path / "a.onnx")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_it_is_written_over_its_older_self(members, ensemble):
    export_ensemble(members, ensemble)


@pytest.mark.parametrize("count", [1, 2])
def test_one_run_is_no_ensemble_however_often_it_is_named(members, tmp_path, count):
    with pytest.raises(UsageError, match="two runs or more, each once"):
        export_ensemble(members[:1] * count, tmp_path / "ensemble.onnx")


def test_the_commands_take_it(members, digits_npz, tmp_path, command):
    done = command("export", *members, "--to", "ensemble", "-o", "both.onnx")
    assert done.stdout == "Written to both.onnx\n"
    done = command("evaluate", "--model", "both.onnx", "--data", digits_npz)
    assert "test accuracy" in done.stdout, done.stderr


def test_other_exports_take_one_run(members, refused):
    assert "--to int8 takes one run, 2 are given" in refused(2, "export", *members, "--to", "int8")
