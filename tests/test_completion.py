"""What a shell offers when Tab is pressed."""

import os
import shutil
import subprocess
import sys

import pytest

from shuzi.cli.options import among
from shuzi.options import KINDS
from shuzi.training.recipes import NUMBER, PAGE, RECIPES

BASH = shutil.which("bash") or pytest.skip("there is no bash", allow_module_level=True)
ASKED = """
eval "$(shuzi --show-completion)"
for words in "$@"; do
    IFS=' ' read -ra COMP_WORDS <<< "$words"
    [[ $words == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _shuzi_completion shuzi
    echo "${COMPREPLY[*]}"
done
"""


@pytest.fixture
def shell(tmp_path):
    """Run a script in bash, or another program, whose `shuzi` is ours and whose home is empty."""
    (tmp_path / "home").mkdir()
    (tmp_path / "shuzi").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m shuzi "$@"\n')
    (tmp_path / "shuzi").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"

    def run(script, *words, program=BASH):
        return subprocess.run(
            [program, "-c", script, "-", *words],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PATH": path, "HOME": str(tmp_path / "home")},
        )

    return run


def test_a_shell_offers_commands_options_and_values(shell):
    offered = {
        "shuzi tr": ["train"],
        "shuzi batch --ret": ["--retry-failed"],
        "shuzi read --as ": list(KINDS),
        "shuzi read --rotate 9": ["90"],
        "shuzi train ": [*RECIPES, NUMBER.name, PAGE.name],
        # A file's name, which is the shell's to offer.
        "shuzi read a": [],
    }
    done = shell(ASKED, *offered)
    assert done.stdout.splitlines() == [" ".join(values) for values in offered.values()]
    assert done.stderr == ""


def test_a_value_is_offered_by_how_it_begins():
    assert among((0, 90, 180))("") == ["0", "90", "180"]
    assert among((0, 90, 180))("1") == ["180"]


def test_it_is_installed_beside_what_is_there(shell, tmp_path):
    (tmp_path / "home/.bashrc").write_text("alias ll='ls -l'\n")
    done = shell("shuzi --install-completion && shuzi --install-completion")
    assert "bash completion installed" in done.stdout
    lines = (tmp_path / "home/.bashrc").read_text().split("\n")
    assert [line for line in lines if line] == [
        "alias ll='ls -l'",
        f"source '{tmp_path}/home/.bash_completions/shuzi.sh'",
    ]


@pytest.mark.skipif(shutil.which("dash") is None, reason="there is no dash")
def test_a_shell_without_completion_is_told(shell):
    done = shell("shuzi --show-completion; echo $?", program=shutil.which("dash"))
    assert done.stdout == "2\n"
    assert "no such shell runs this" in done.stderr


def test_where_it_cannot_be_written_that_is_told(shell, tmp_path):
    start = tmp_path / "home/.bashrc"
    start.write_bytes("# 注释".encode("gbk"))
    done = shell("shuzi --install-completion")
    assert (done.returncode, start.read_bytes()) == (2, "# 注释".encode("gbk"))
    assert "is not UTF-8" in done.stderr
    start.unlink()
    (tmp_path / "home/.bash_completions").write_text("")
    done = shell("shuzi --install-completion")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert ".bash_completions cannot be used" in done.stderr
