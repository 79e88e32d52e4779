"""What training says: the tutorial's lines, and a bar on a terminal."""

import io
import os
import pty
import re

import pytest
from rich.console import Console

from shuzi.training.history import Epoch, to_csv
from shuzi.training.progress import Reporter

SETTINGS = ["--set", "epochs=2", "--set", "hidden=8", "--set", "batch_size=5", "--set", "scale=255"]
EPOCH = Epoch(epoch=1, seconds=4.0, loss=1.25, accuracy=0.5, val_loss=0.75, val_accuracy=0.625)


def test_lines_are_those_of_the_tutorial(capsys):
    reporter = Reporter(3, 42000, verbose=2)
    reporter.begin(1)
    reporter.end([EPOCH])
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Epoch 1/3"
    assert second == (
        "42000/42000 - 4.0s - loss: 1.2500 - accuracy: 0.5000 - val_loss: 0.7500"
        " - val_accuracy: 0.6250 - 8s left"
    )


def test_what_was_not_measured_is_left_out(capsys):
    reporter = Reporter(1, 10)
    reporter.end([Epoch(epoch=1, seconds=1, loss=1, accuracy=0)])
    assert "val" not in capsys.readouterr().out


def test_the_bar_shows_the_running_loss_and_accuracy():
    reporter = Reporter(2, 1000, running=lambda: (1.25, 0.5))
    reporter.console = Console(file=io.StringIO(), force_terminal=True, width=100)
    reporter.begin(1)
    reporter.seen(500)
    reporter.stop()
    assert "loss: 1.2500 - accuracy: 0.5000" in reporter.console.file.getvalue()


def test_csv_leaves_its_field_empty():
    assert to_csv([Epoch(epoch=1, seconds=1.0, loss=1.0, accuracy=0.0)]).endswith(
        "1,1.000000,1.000000,0.000000,,\n"
    )


def test_a_pipe_gets_plain_lines(command, digits_npz, tmp_path):
    done = command("train", "--data", digits_npz, "--out", tmp_path / "run", *SETTINGS)
    lines = done.stdout.splitlines()
    assert lines[:2] == ["Train on 1050 samples, validate on 450 samples", "Epoch 1/2"]
    assert re.match(r"1050/1050 - \d+\.\d+s - loss: \d", lines[2])
    assert "\x1b" not in done.stdout
    assert re.fullmatch(r"(shuzi: .*\n){2}", done.stderr)


def test_silence_when_asked(command, digits_npz, tmp_path):
    out = tmp_path / "run"
    done = command("train", "--data", digits_npz, "--out", out, *SETTINGS, "--verbose", 0)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(("verbose", "bar"), [(1, True), (2, False)])
def test_a_terminal_gets_a_bar_within_the_epoch(programs, digits_npz, tmp_path, verbose, bar):
    ours, theirs = pty.openpty()
    arguments = ["train", "--data", digits_npz, "--out", tmp_path / "run", *SETTINGS]
    env = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}
    with os.fdopen(theirs, "wb", 0) as terminal:
        process = programs.start(
            *("-m", "shuzi", *arguments, "--verbose", verbose), out=terminal, err=terminal, env=env
        )
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        said += part
    os.close(ours)
    assert process.wait() == 0
    assert ("━" in said.decode()) == bar
    assert "Epoch 2/2" in said.decode()
