"""Importing shuzi and asking for help stays light."""

import statistics
import subprocess
import sys
import time

import pytest

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
)
HELP = "import sys; from shuzi.cli import app; app(['--help'], standalone_mode=False)"


@pytest.mark.parametrize("code", ["import shuzi", NAMES, HELP], ids=["import", "dir", "help"])
def test_nothing_heavy_is_imported(code):
    check = f"{code}\nimport sys; print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_help_is_fast():
    def seconds() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "shuzi", "--help"], capture_output=True, check=True)
        return time.perf_counter() - start

    # A quarter of a second on a quiet machine; the rest is room for a noisy one.
    assert statistics.median(seconds() for _ in range(5)) < 0.5
