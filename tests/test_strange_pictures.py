"""Pictures that show no number."""

import subprocess
import sys

import numpy as np
import pytest

from shuzi import Reader

RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def reader():
    return Reader(threads=1)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((600, 400), 128, np.uint8),
        np.zeros((1, 1), np.uint8),
        RNG.integers(0, 256, (1, 3000), dtype=np.uint8),
        RNG.integers(0, 256, (3000, 1), dtype=np.uint8),
        RNG.integers(0, 256, (500, 700), dtype=np.uint8),
        np.tile(np.linspace(0, 255, 800).astype(np.uint8), (300, 1)),
    ],
    ids=["grey", "pixel", "row", "column", "noise", "ramp"],
)
def test_nothing_is_accepted_where_there_is_nothing(reader, picture):
    assert [n.text for n in reader.read(picture).numbers if n.decision != "reject"] == []


def test_ten_thousand_marks_take_time_in_proportion_to_their_pixels():
    words = """
import resource
import numpy as np
from shuzi import Reader
rng = np.random.default_rng(0)
picture = np.full((1000, 1000), 230, np.uint8)
for x, y in rng.integers(0, 990, (10_000, 2)):
    picture[y : y + rng.integers(2, 9), x : x + rng.integers(2, 9)] = 40
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
Reader(threads=1).read(picture)
"""
    subprocess.run([sys.executable, "-c", words], check=True)
