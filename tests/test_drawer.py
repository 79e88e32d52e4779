"""Strings that are composed ahead by another process."""

import subprocess
import sys

import pytest

from shuzi.synth.materials import load_materials
from shuzi.synth.strings import compose_strips
from shuzi.training.drawer import Drawer


def texts(strings):
    return [text for _, text in strings]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_parts_come_in_turn_and_are_kept(digits_npz, tmp_path, workers):
    kept = {"folder": tmp_path / "kept", "workers": workers}
    with Drawer(digits_npz, size=5, parts=2, seed=4, **kept) as drawer:
        first, second, third = drawer(1), drawer(2), drawer(3)
        held_out = drawer.held_out(5)
    assert texts(first) == texts(third) != texts(second)
    assert texts(second) == texts(compose_strips(5, load_materials(digits_npz), 4, 2))
    assert texts(held_out) not in (texts(first), texts(second))
    assert len(list((tmp_path / "kept").iterdir())) == 3


DRAWS_WITHOUT_END = """
import sys
from pathlib import Path
from shuzi.training.drawer import Drawer

if __name__ == "__main__":
    data, folder = map(Path, sys.argv[1:])
    with Drawer(data, size=2, parts=999, seed=0, folder=folder) as drawer:
        drawer(1)
        print("drawing", flush=True)
        for number in range(2, 999):
            drawer(number)
"""


def test_the_worker_ends_when_the_training_is_killed(digits_npz, tmp_path):
    script = tmp_path / "draws.py"
    script.write_text(DRAWS_WITHOUT_END)
    command = [sys.executable, script, digits_npz, tmp_path / "kept"]
    training = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert training.stdout.readline() == b"drawing\n"
    training.kill()
    # The pipe, which the worker holds too, ends with the last of them.
    assert training.communicate(timeout=120) == (b"", None)
