import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from strokes import written

from shuzi.errors import DataError
from shuzi.synth.mislabelled import MISLABELLED
from shuzi.synth.unipen import FOLD, KINDS, Nib, Pens, ink_strokes

DATA = Path(os.environ.get("SHUZI_TEST_DATA", "nowhere")) / "unipen"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Ten writers; each wrote every digit and one sample of each other kind: a slash."""
    return written(tmp_path_factory.mktemp("unipen"))


def test_every_fifth_writer_is_kept_out_of_training(folder):
    training, held_out = Pens.load(folder), Pens.load(folder, held_out=True)
    assert held_out.people == (FOLD - 1, 2 * FOLD - 1)
    assert sorted(training.people + held_out.people) == list(range(10))


def test_a_sample_is_of_the_person_asked_for_or_of_anybody(folder):
    pens = Pens.load(folder)
    rng = np.random.default_rng(0)
    text, strokes = pens.pick("digits", rng, "7", person=3)
    assert (text, strokes[0][0, 0]) == ("7", 3)
    assert pens.pick("words", rng, person=999)[0] == "ab"


def test_numbers_among_the_mixed_are_strings_and_identifiers_stay(folder):
    pens = Pens.load(folder)
    assert pens.has("strings", "12/05")
    assert pens.has("mixed", "A4")
    assert not pens.has("mixed", "see 3")


def test_a_sample_that_comes_under_two_writers_counts_once(tmp_path):
    own = [(str(digit), w) for w in range(10) for digit in range(10)]
    folder = written(tmp_path, digits=[*own, ("7", 3)])
    assert len(Pens.load(folder).samples("digits")) == 80
    with np.load(folder / "digits.npz") as file:
        arrays = dict(file)
    # Now the last of them, of writer 3, is what writer 4 wrote, who is kept out.
    arrays["points"][-2] = 4, 0
    np.savez(folder / "digits.npz", **arrays)
    assert len(Pens.load(folder).samples("digits")) == 80
    assert len(Pens.load(folder, held_out=True).samples("digits")) == 20


def test_what_its_label_does_not_say_is_left_out(folder, monkeypatch):
    mark = zlib.crc32(np.array([[3, 0], [0, 1000]], "<i2").tobytes())
    monkeypatch.setattr("shuzi.synth.unipen.MISLABELLED", {mark})
    writers = {writer for _, writer, _ in Pens.load(folder).samples("digits")}
    assert writers == {0, 1, 2, 5, 6, 7, 8}


@pytest.mark.skipif(not DATA.is_dir(), reason="needs SHUZI_TEST_DATA")
def test_all_that_are_known_to_be_mislabelled_are_left_out(monkeypatch):
    count = sum(len(Pens.load(DATA).samples(kind)) for kind in ("digits", "strings"))
    kept_out = Pens.load(DATA, held_out=True)
    count += sum(len(kept_out.samples(kind)) for kind in ("digits", "strings"))
    monkeypatch.setattr("shuzi.synth.unipen.MISLABELLED", set())
    everything = (Pens.load(DATA), Pens.load(DATA, held_out=True))
    total = sum(len(p.samples(kind)) for p in everything for kind in ("digits", "strings"))
    assert total - count == len(MISLABELLED)


def test_ink_has_the_size_and_the_width_asked_for():
    strokes = [np.array([[0.0, 0.0], [0.0, 1000.0]])]
    for width in (1.5, 6.0):
        ink = ink_strokes(strokes, 0.1, Nib(width), np.random.default_rng(0))
        assert abs(len(ink) - 100 - width) <= 6
        assert abs(np.median((ink / 255).sum(axis=1)) - width) <= 1.5


def test_a_folder_without_strokes_is_named_with_a_remedy(tmp_path):
    with pytest.raises(DataError, match=r"digits\.npz"):
        Pens.load(tmp_path)


@pytest.mark.skipif(not DATA.is_dir(), reason="needs SHUZI_TEST_DATA")
def test_real_strokes_give_ink_of_every_kind():
    pens, rng = Pens.load(DATA), np.random.default_rng(0)
    assert len(pens.people) > 50
    for kind in KINDS:
        ink = ink_strokes(pens.pick(kind, rng)[1], 0.05, Nib(2.0), rng)
        assert ink.max() > 150


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"writers": 1}, "digits of 1 writers; 5 are needed"),
        ({"strings": []}, "strings.npz holds no samples"),
        ({"strings": [("12", 0), ("1O", 1)]}, "has the label '1O'"),
        ({"digits": [("x", 0)]}, "has the label 'x'"),
    ],
)
def test_strokes_that_no_numbers_can_be_composed_of_are_named(tmp_path, changes, said):
    with pytest.raises(DataError, match=said) as refused:
        Pens.load(written(tmp_path, **changes))
    assert refused.value.remedy
