"""Mutated pictures and PDFs: an error of ours or a result, never anything else."""

import io

import numpy as np
import pytest
from PIL import Image
from places import EXAMPLES

from shuzi import Reader, ShuziError
from shuzi.image import load_pages

ROUNDS = 60
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "AVIF", "PDF")


def content(kind):
    file = io.BytesIO()
    with Image.open(EXAMPLES / "3.png") as picture:
        picture.convert("L").resize((60, 60)).save(file, kind)
    return file.getvalue()


def mutated(data, rng):
    """The bytes with some changed, a piece cut out, doubled, or the end missing."""
    changed = bytearray(data)
    for place in rng.integers(0, len(changed), rng.integers(1, 12)):
        changed[place] = rng.integers(256)
    first, last = sorted(rng.integers(0, len(changed), 2))
    how = rng.integers(4)
    if how == 0:
        del changed[first:last]
    elif how == 1:
        changed[first:first] = changed[first:last]
    elif how == 2:
        del changed[max(1, last) :]
    return bytes(changed)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_mutated_file_is_a_result_or_an_error_of_ours(tmp_path, kind):
    rng, data = np.random.default_rng(1), content(kind)
    path, outcomes = tmp_path / "a", []
    # Each PDF starts a process.
    rounds = ROUNDS if kind != "PDF" else ROUNDS // 3
    for _ in range(rounds):
        path.write_bytes(mutated(data, rng))
        try:
            outcomes.append(sum(1 for _ in load_pages(path, max_pixels=1_000_000)) > 0)
        except ShuziError as error:
            assert str(path) in error.message
            outcomes.append(False)
    assert len(outcomes) == rounds
    assert False in outcomes


def test_any_pixels_can_be_read():
    rng, reader = np.random.default_rng(2), Reader()
    for _ in range(40):
        height, width = (int(side) for side in rng.integers(1, 260, 2))
        values = rng.integers(0, 256, (height, width), dtype=np.uint8)
        coarse = values[:: rng.integers(1, 30), :: rng.integers(1, 30)]
        tall = np.repeat(np.repeat(coarse, 7, axis=0), 7, axis=1)
        for picture in (values, coarse, tall, values // 200 * 255):
            for number in reader.read(np.ascontiguousarray(picture)).numbers:
                assert 0 <= number.confidence <= 1
