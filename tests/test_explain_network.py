"""What --explain writes, and the advice."""

import numpy as np
import pytest
from pages import page
from PIL import Image

from shuzi import Reader
from shuzi.errors import OutputError
from shuzi.explain import COLOURS


@pytest.fixture(scope="module")
def explained(digits, tmp_path_factory):
    """A page of four numbers, and the folder with its explanation."""
    folder = tmp_path_factory.mktemp("explained")
    Image.fromarray(page(digits, [[2, 3], [1, 4]])[0]).save(folder / "a.png")
    return next(Reader().explain(folder / "a.png", folder / "out")), folder / "out"


def test_a_page_is_explained_step_by_step(explained):
    names = ("1-grey.png", "2-seen.png", "3-read.png", "4-strips.png", "5-advice.txt")
    assert sorted(path.name for path in explained[1].iterdir()) == [f"a-{name}" for name in names]


def test_regions_are_drawn_in_their_decisions_colours(explained):
    found, folder = explained
    pixels = np.asarray(Image.open(folder / "a-3-read.png"))
    for one in found.numbers:
        (x, y), (right, _), _, (_, bottom) = one.quad
        edge = pixels[round((y + bottom) / 2), round(x) - 3 : round(x) + 4]
        assert (edge == COLOURS[one.decision]).all(axis=-1).any()
        assert right > x


def test_the_network_sees_numbers_where_they_are(explained):
    found, folder = explained
    seen, grey = (
        np.asarray(Image.open(folder / f"a-{name}.png").convert("RGB")).astype(int)
        for name in ("2-seen", "1-grey")
    )
    coloured = np.abs(seen - grey).sum(axis=-1) > 60
    box = found.numbers[0].box
    assert coloured[box.y : box.bottom, box.x : box.right].mean() > 0.2
    assert coloured.mean() < 0.3


def test_strips_are_those_that_were_read(explained):
    found, folder = explained
    strips = [one.strip for one in found.numbers]
    sheet = np.asarray(Image.open(folder / "a-4-strips.png"))[::3, ::3]
    assert (sheet[2:34, 2 : 2 + strips[0].shape[1]] == strips[0]).all()


def test_a_folder_that_cannot_be_made_is_named(digits, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        next(Reader().explain(page(digits, [[2]])[0], tmp_path / "file"))
