"""Run folders, and runs that are killed and resumed."""

import csv
import json
import os
import re
import shlex
import shutil
import signal
import tempfile

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

import shuzi
from shuzi.errors import OutputError, RecipeError, RunError, UsageError
from shuzi.evaluation import metrics
from shuzi.recognise.engine import Recogniser
from shuzi.training.run import resume

SETTINGS = ["epochs=6", "hidden=64,32", "scale=255", "batch_size=10", "ema=0.99"]
SET = [part for setting in SETTINGS for part in ("--set", setting)]


def weights(folder):
    return load_file(folder / "model.safetensors")


def assert_same_weights(a, b):
    a, b = weights(a), weights(b)
    assert a.keys() == b.keys()
    for name in a:
        np.testing.assert_array_equal(a[name], b[name])


@pytest.fixture(scope="module")
def uninterrupted(digits_npz, tmp_path_factory):
    dataset = shuzi.load_data(digits_npz)
    out = tmp_path_factory.mktemp("runs") / "whole"
    return shuzi.train(dataset=dataset, out=out, settings=SETTINGS, seed=5, verbose=0).folder


PAUSES = """
import signal, sys
from shuzi.cli import main
from shuzi.training.progress import Reporter

def seen(self, images, report=Reporter.seen):
    batches[0] -= 1
    if batches[0] == 0:
        print("paused", flush=True)
        signal.pause()
    report(self, images)

batches = [int(sys.argv.pop(1))]
Reporter.seen = seen
main()
"""


def killed(programs, how, digits_npz, out, batches):
    """Kill a training after so many batches; an epoch has 105. Its exit code, and what it said."""
    arguments = ["train", "tutorial", "--data", digits_npz, "--out", out, "--seed", 5, *SET]
    ours, theirs = os.pipe()
    with os.fdopen(ours) as printed, tempfile.TemporaryFile("w+") as err:
        with os.fdopen(theirs, "w") as output:
            words = ("-c", PAUSES, batches, *arguments, "--verbose", 0)
            process = programs.start(*words, out=output, err=err)
        assert printed.readline() == "paused\n"
        os.kill(process.pid, how)
        code = process.wait()
        err.seek(0)
        return code, err.read()


def epochs_done(out):
    try:
        return (out / "history.csv").read_text().count("\n") - 1
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "kill -9"])
@pytest.mark.parametrize(("batches", "epochs"), [(1, 0), (150, 1), (525, 4)])
def test_a_killed_run_is_resumed_to_the_same_weights(
    programs, digits_npz, tmp_path, uninterrupted, how, batches, epochs
):
    out = tmp_path / "run"
    code, said = killed(programs, how, digits_npz, out, batches)
    assert epochs_done(out) == epochs
    if how == signal.SIGINT:
        assert code == 130
        assert f"shuzi train --resume {out}" in said
        assert "Traceback" not in said
    assert not (out / "model.onnx").exists()
    resume(out, verbose=0)
    assert_same_weights(out, uninterrupted)
    assert epochs_done(out) == 6


def test_resuming_a_finished_run_changes_nothing(digits_npz, tmp_path, uninterrupted):
    resume(uninterrupted, verbose=0)
    assert epochs_done(uninterrupted) == 6


def test_the_run_folder_holds_everything(run):
    names = {path.name for path in run.folder.iterdir()}
    assert names >= {"run.json", "history.csv", "curves.png", "checkpoint"}
    assert names >= {"model.safetensors", "model.onnx"}


def test_the_record_says_what_was_trained_with_what(run, digits):
    record = json.loads((run.folder / "run.json").read_text())
    assert record["status"] == "finished"
    assert record["recipe"]["hidden"] == [64, 32]
    assert record["data"]["fingerprint"] == digits.fingerprint
    assert record["versions"]["shuzi"] == shuzi.__version__
    assert record["device"]["type"] in ("cpu", "cuda")
    assert record["seconds"]["training"] > 0
    assert record["git_commit"] is None or re.fullmatch("[0-9a-f]{40}", record["git_commit"])


def test_a_calibrated_run_has_its_temperature_in_the_model(digits, tmp_path):
    settings = [*SETTINGS, "calibrate=true"]
    run = shuzi.train(dataset=digits, out=tmp_path / "run", settings=settings, verbose=0)
    record = json.loads((run.folder / "run.json").read_text())
    assert record["temperature"] != 1
    validation = Recogniser(run.folder / "model.onnx").predict(digits.train_images[1050:])
    calibrated = metrics.log_loss(validation, digits.train_labels[1050:])
    assert calibrated < run.history[-1].val_loss


def test_the_history_has_a_row_an_epoch(run):
    with (run.folder / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3]
    assert float(rows[-1]["val_loss"]) == pytest.approx(run.history[-1].val_loss, abs=1e-6)


def test_the_curves_are_a_picture(run):
    with Image.open(run.folder / "curves.png") as picture:
        assert picture.size[0] > picture.size[1] > 300


def test_a_folder_that_is_not_empty_is_kept(digits, run):
    with pytest.raises(OutputError, match="is not empty"):
        shuzi.train(dataset=digits, out=run.folder, verbose=0)


def test_a_folder_whose_name_is_not_utf_8_is_refused_before_training(digits, tmp_path):
    with pytest.raises(UsageError, match="its name is not UTF-8"):
        shuzi.train(dataset=digits, out=tmp_path / os.fsdecode("数".encode("gbk")), verbose=0)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_named(digits, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be made"):
        shuzi.train(dataset=digits, out=tmp_path / "file" / "run", verbose=0)


FULL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
from shuzi.cli import main
main()
"""


@pytest.mark.parametrize(("size", "file"), [(100, "run.json"), (20_000, "latest.safetensors")])
def test_a_full_disk_is_named_and_what_was_written_stays_whole(
    programs, digits_npz, tmp_path, size, file
):
    arguments = [size, "train", "--data", digits_npz, "--out", tmp_path / "run", *SET]
    done = programs.run("-c", FULL_DISK, *arguments)
    assert done.returncode == 8
    assert f"{file} cannot be written" in done.stderr
    assert not list((tmp_path / "run").rglob(".writing-*"))


def test_a_bad_setting_leaves_no_folder(digits, tmp_path):
    with pytest.raises(RecipeError):
        shuzi.train(dataset=digits, out=tmp_path / "run", settings=["epochs=0"])
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"precision": "fp8"}, "not fp8"),
        ({"seed": -1}, "seed must be a whole number, 0 to .*, not -1"),
        ({"seed": "a"}, "not 'a'"),
        ({"threads": 0}, "threads must be a whole number, 1 to 1024, not 0"),
        ({"recipe": 3}, "No recipe '3'"),
        ({"dataset": "mnist.npz"}, "dataset cannot be of type str"),
        ({"start": 5}, "start must be a path, not 5"),
    ],
)
def test_a_wrong_argument_leaves_no_folder(digits, tmp_path, wrong, said):
    with pytest.raises(UsageError, match=said):
        shuzi.train(**{"dataset": digits, "out": tmp_path / "run"} | wrong)
    assert not (tmp_path / "run").exists()


def test_resuming_wants_a_run_folder(tmp_path):
    with pytest.raises(RunError, match="is not a run folder") as refused:
        resume(tmp_path / "none")
    assert "anew" not in refused.value.remedy


def test_a_training_that_was_ended_before_it_began_is_begun_anew(tmp_path):
    (tmp_path / ".writing-1.json").touch()
    with pytest.raises(RunError, match=r"has no run\.json") as refused:
        resume(tmp_path)
    assert "train anew" in refused.value.remedy


def test_resuming_wants_the_same_data(run, digits, mnist_like):
    with pytest.raises(RunError, match="other data"):
        resume(run.folder, dataset=mnist_like)


def test_a_damaged_checkpoint_is_named(run, digits, tmp_path):
    folder = shutil.copytree(run.folder, tmp_path / "run")
    path = folder / "checkpoint" / "latest.safetensors"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(RunError, match=r"latest.safetensors cannot be resumed"):
        resume(folder, dataset=digits)


@pytest.fixture
def mnist_like(digits):
    images = digits.train_images.copy()
    images[0, 0, 0] += 1
    return shuzi.Dataset(
        train_images=images,
        train_labels=digits.train_labels,
        test_images=digits.test_images,
        test_labels=digits.test_labels,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "1"}, "its seed is '1', not a whole number"),
        ({"seed": -1}, "out of range"),
        ({"device": {"type": "cpu", "precision": "fp32", "threads": 0}}, "out of range"),
        ({"data": {"source": 3}}, "its data.source is 3, not text"),
        ({"teacher": {}}, "its teacher.model is None, not text"),
        ({"recipe": []}, "its recipe is"),
    ],
)
def test_a_record_with_another_value_is_named(run, tmp_path, change, said):
    record = json.loads((run.folder / "run.json").read_text()) | change
    (tmp_path / "run.json").write_text(json.dumps(record))
    with pytest.raises(RunError, match=said):
        resume(tmp_path)


def copied(run, folder):
    shutil.copytree(run.folder, folder)
    return folder / "checkpoint" / "latest.safetensors"


def test_a_checkpoint_of_other_shapes_is_never_taken(run, digits, tmp_path):
    path = copied(run, tmp_path / "run")
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        history = file.metadata()
    name = "network.layers.0.kernel"
    save_file(tensors | {name: tensors[name][:1, :1]}, path, history)
    with pytest.raises(RunError, match="has the shape"):
        resume(tmp_path / "run", dataset=digits, verbose=0)
    save_file(
        tensors, path, {"history": '[{"epoch": "1", "seconds": 1, "loss": 1, "accuracy": 1}]'}
    )
    with pytest.raises(RunError, match="not a number"):
        resume(tmp_path / "run", dataset=digits, verbose=0)


def test_what_a_killed_run_left_is_removed_when_it_is_resumed(run, digits, tmp_path):
    path = copied(run, tmp_path / "run")
    for folder in (tmp_path / "run", path.parent):
        (folder / ".writing-left").write_bytes(b"")
    resume(tmp_path / "run", dataset=digits, verbose=0)
    assert not list((tmp_path / "run").rglob(".writing-*"))


def test_a_finished_run_that_is_resumed_says_that_nothing_is_left(run, digits, tmp_path, capsys):
    copied(run, tmp_path / "run")
    resume(tmp_path / "run", dataset=digits)
    assert capsys.readouterr().out == "Nothing is left to train.\n"


def test_the_record_s_command_trains_the_same_again(command, digits_npz, tmp_path):
    first = [*("train", "tutorial-scaled", "--data", digits_npz, "--seed", "4", "--verbose", "0")]
    first += ["--set", "epochs=1", "--set", "hidden=16,8", "--set", "nesterov=false"]
    assert command(*first, "--out", "a").returncode == 0
    words = shlex.split(json.loads((tmp_path / "a" / "run.json").read_text())["command"])
    assert words[:2] == ["shuzi", "train"]
    assert command(*words[1:], "--out", "b").returncode == 0
    weights = [(tmp_path / name / "model.safetensors").read_bytes() for name in "ab"]
    assert weights[0] == weights[1]
    assert (tmp_path / "a" / "report.html").exists()
