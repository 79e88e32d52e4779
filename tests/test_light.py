"""Importing shuzi and asking for help stays light."""

import logging
import subprocess
import sys

import pytest

from shuzi.cli.boundary import need_extra

NAMES = "import shuzi; dir(shuzi)"
HEAVY = (
    "numpy",
    "torch",
    "keras",
    "matplotlib",
    "onnx",
    "onnxruntime",
    "jax",
    "cv2",
    "fastapi",
    "uvicorn",
    "rapidocr",
    "ray",
)
COMPLETION = """
import os
from contextlib import suppress
from shuzi.cli import app
os.environ |= {"COMP_WORDS": "shuzi read --as ", "COMP_CWORD": "3"}
os.environ["_SHUZI_COMPLETE"] = "complete_bash"
with suppress(SystemExit):
    app([], prog_name="shuzi")
"""
HELP = "import sys; from shuzi.cli import app; app(['--help'], standalone_mode=False)"
REFUSED = """
from shuzi.cli import app
from shuzi.errors import RecipeError
try:
    app(["train", "best"], standalone_mode=False)
except RecipeError:
    pass
"""


def last_line(code):
    """What a new process that runs this code prints last."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "code",
    ["import shuzi", NAMES, HELP, COMPLETION],
    ids=["import", "dir", "help", "completion"],
)
def test_nothing_heavy_is_imported(code):
    check = f"{code}\nimport sys; print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])"
    assert last_line(check) == "HEAVY []"


def test_what_cannot_be_trained_is_refused_before_torch_loads():
    check = f"{REFUSED}\nimport sys; print({{'torch', 'matplotlib'}} & sys.modules.keys())"
    assert last_line(check) == "set()"


def test_matplotlib_lists_its_fonts_in_silence(monkeypatch, tmp_path):
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))
    log = logging.getLogger("matplotlib.font_manager")
    log.setLevel(logging.NOTSET)
    need_extra("train", "matplotlib")
    assert not log.isEnabledFor(logging.WARNING)


def test_help_takes_little_processor_time():
    # 0.07 seconds, seven times that with modules that are not compiled; the second time they are.
    check = f"{HELP}\nimport time; print(time.process_time())"
    assert min(float(last_line(check)) for _ in range(2)) < 0.5
