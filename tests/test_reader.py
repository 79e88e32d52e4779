"""Pictures of digits, numbers and pages, read by the models that shuzi carries."""

import json
import pickle

import cv2
import numpy as np
import pytest
from pages import PAPER, number, page
from PIL import Image
from places import EXAMPLES

import shuzi
from shuzi.errors import UsageError
from shuzi.image import Pixels, load_grey
from shuzi.options import KINDS
from shuzi.reader import Reader
from shuzi.synth.pen import draw
from shuzi.synth.strokes import LETTERS

PICTURES = sorted(path for path in EXAMPLES.iterdir() if path.suffix != ".py")
DRAWN = [path for path in PICTURES if path.stem[0].isdigit()]


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.name)
def test_the_examples_are_read(path):
    page = Reader().read(path)
    assert page.text() == path.stem[0]
    assert page.numbers[0].confidence > 0.9


def test_the_example_of_a_number_is_read():
    page = Reader().read(EXAMPLES / "number-2753.jpg")
    assert (page.kind, page.text()) == ("number", "2753")
    assert [digit.text for digit in page.numbers[0].digits] == list("2753")
    places = [digit.box.x for digit in page.numbers[0].digits]
    assert places == sorted(places)


def test_the_example_of_a_page_is_read():
    page = Reader().read(EXAMPLES / "page.jpg")
    assert page.kind == "page"
    assert page.text() == "25 378 52\n835 7 2238\n58 3"


def test_a_number_that_cannot_be_read_is_rejected_not_left_out(digits):
    """Six digits, most of each under the next ones."""
    paper, _ = page(digits, [[2, 3], [3, 2], [2, 2]], size=(700, 1000))
    chosen = np.random.default_rng(7).choice(len(digits.test_labels), 6, replace=False)
    for place, i in enumerate(chosen):
        ink = cv2.resize(digits.test_images[i], None, fx=2, fy=2)
        spot = paper[500:556, 100 + 9 * place : 156 + 9 * place]
        np.minimum(spot, 235 - (0.8 * ink).astype(np.uint8), out=spot)
    numbers = Reader().read(paper).numbers
    assert [n.decision == "reject" for n in numbers] == 6 * [False] + [True]
    assert 100 < numbers[-1].box.x < 120


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_digit_is_read_whatever_is_wanted(kind):
    page = Reader(kind=kind).read(EXAMPLES / "3.png")
    assert (page.kind, page.text()) == ("digit" if kind == "auto" else kind, "3")


def test_of_a_page_the_clearest_number_or_digit_may_be_wanted():
    for kind, most in (("number", 4), ("digit", 1)):
        (number,) = Reader(kind=kind).read(EXAMPLES / "page.jpg").numbers
        assert 1 <= len(number.text) <= most


def test_a_line_from_the_edge_of_a_crop_is_no_sure_minus():
    crop = load_grey(EXAMPLES / "number-2753.jpg")
    cv2.line(crop, (0, 30), (10, 30), 60, 3)
    (number,) = Reader(kind="number").read(crop).numbers
    assert number.text.endswith("2753")
    assert number.decision == "review"


def test_a_crop_in_which_nothing_is_read_is_not_read_again(monkeypatch):
    reader, given = Reader(kind="number", fast=True), []
    predict = reader.sequence_recogniser.predict
    monkeypatch.setattr(
        reader.sequence_recogniser,
        "predict",
        lambda strips, *looks: (given.extend(strips), predict(strips, *looks))[1],
    )
    assert reader.read(np.full((40, 60), 200, np.uint8)).numbers == ()
    assert len(given) == 2


@pytest.mark.parametrize(("name", "text"), [("050.png", "56.295"), ("149.png", "50.000")])
def test_a_crop_whose_number_falls_into_parts_is_read_whole(data_folder, name, text):
    (number,) = Reader().read(data_folder / "numbers" / "cheques" / name).numbers
    assert number.text == text


def test_what_is_said_to_be_a_number_is_read_however_unsure(data_folder):
    crop = data_folder / "numbers" / "cheques" / "093.png"
    for kind, decision in (("auto", "reject"), ("number", "review")):
        (number,) = Reader(kind=kind).read(crop).numbers
        assert (number.text, number.decision) == ("7505", decision)


def blank_cells(data_folder, *places):
    with np.load(data_folder / "sudoku" / "blank_cells64.npz") as cells:
        return [cells["x"][place] for place in places]


def test_where_the_network_sees_no_number_none_is_accepted(data_folder):
    """A corner of the cell's frame reads as a 7; in the last one a 2 shows through."""
    *corners, through = blank_cells(data_folder, 499, 503, 571, 902, 309)
    said = [Reader().read(cell).numbers for cell in corners]
    said.append(Reader(kind="number").read(through).numbers)
    assert [[(n.text, n.decision) for n in numbers] for numbers in said] == [
        *[[("7", "review")]] * 4,
        [("2", "review")],
    ]


def test_a_digit_that_shows_through_is_not_accepted(data_folder):
    for cell in blank_cells(data_folder, 629, 633):
        (number,) = Reader().read(cell).numbers
        assert (number.text, number.decision) == ("2", "review")


def test_what_the_network_is_hardly_sure_of_is_not_accepted(data_folder):
    """18 x 5, drawn with a thin pen, of which it hardly sees the 8."""
    page = Reader(fast=True).read(data_folder / "pages" / "times.png")
    assert [number.decision for number in page.numbers] == ["review"]


def test_a_sign_that_is_not_read_makes_a_number_one_for_review(data_folder):
    page = Reader().read(data_folder / "pages" / "score_table.jpg")
    (four,) = [n for n in page.numbers if 580 < n.box.x < 640 and 270 < n.box.y < 320]
    assert (four.text, four.decision) in (("-4", "accept"), ("-4", "review"), ("4", "review"))


@pytest.mark.parametrize(
    ("line", "kind", "decision"),
    [(True, "auto", "review"), (True, "number", "accept"), (False, "auto", "accept")],
)
def test_what_a_line_parts_is_for_review_unless_said_to_be_one(digits, line, kind, decision):
    chosen = [int(np.flatnonzero(digits.test_labels == digit)[1]) for digit in (3, 8, 2)]
    inks = [number(digits.test_images, digits.test_labels, [place], 3)[0] for place in chosen]
    paper = np.full((240, 400), PAPER, np.uint8)
    left = 90
    for ink, room in zip(inks, (22, 8, 0), strict=True):
        paper[70 : 70 + len(ink), left : left + ink.shape[1]] = ink
        left += ink.shape[1] + room
        if line and room == 22:
            paper[20:-20, left - 12 : left - 9] = 60
    (found,) = Reader(kind=kind).read(paper).numbers
    assert (found.text, found.decision) == ("382", decision)


@pytest.mark.parametrize(("bar", "decision"), [(True, "review"), (False, "accept")])
def test_a_number_over_or_under_a_bar_is_for_review(digits, bar, decision):
    chosen = [np.flatnonzero(digits.test_labels == digit)[1] for digit in (3, 8)]
    above, below = (number(digits.test_images, digits.test_labels, [place])[0] for place in chosen)
    wide = max(above.shape[1], below.shape[1])
    paper = np.full((len(above) + len(below) + 60, wide + 100), PAPER, np.uint8)
    for top, ink in ((20, above), (28 + len(above), below)):
        left = (paper.shape[1] - ink.shape[1]) // 2
        paper[top : top + len(ink), left : left + ink.shape[1]] = ink
    if bar:
        paper[22 + len(above) : 25 + len(above), 45:-45] = 60
    numbers = Reader().read(paper).numbers
    assert [(n.text, n.decision) for n in numbers] == [("3", decision), ("8", decision)]


def test_words_are_not_accepted_as_numbers(data_folder):
    grey = np.full((120, 400), 240, np.uint8)
    cv2.putText(grey, "Solo boil zig", (20, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 30, 3)
    assert all(number.decision != "accept" for number in Reader().read(grey).numbers)


def test_other_writing_that_the_edge_cuts_lies_within_the_picture():
    letters = np.full((61, 240), 235, np.uint8)
    cv2.putText(letters, "abcdefg", (14, 70), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 2, 30, 3)
    other = Reader().look(Pixels(letters), "letters").other
    assert other is not None
    assert other.bottom == 61


def test_numbers_say_where_they_stand_and_what_was_read():
    for found in Reader().read(EXAMPLES / "page.jpg").numbers:
        corners = np.array(found.quad)
        assert corners.min(axis=0) == pytest.approx((found.box.x, found.box.y), abs=1)
        assert corners.max(axis=0) == pytest.approx((found.box.right, found.box.bottom), abs=1)
        assert found.strip.shape[0] == 32
        for digit in found.digits:
            assert found.box.x - 9 <= digit.box.x < digit.box.right <= found.box.right + 9


def test_a_table_says_its_rows_and_columns_blank_cells_counted(digits):
    paper, said = page(digits, [[2, 2, 2], [2, 2, 2], [2, 2, 2]], size=(420, 700))
    paper[180:240, 200:340] = PAPER
    found = {(n.row, n.column): n.text for n in Reader().read(paper).numbers}
    want = {
        (row + 1, column + 1): text
        for row, line in enumerate(said)
        for column, text in enumerate(line)
    }
    assert set(found) == set(want) - {(2, 2)}


def test_a_page_is_turned_where_it_reads_better(digits):
    paper, _ = page(digits, [[2, 3, 2], [3, 2, 3], [2, 2, 3]], size=(420, 900))
    for quarters in (1, 2, 3):
        found = Reader().read(np.rot90(paper, quarters))
        assert found.rotated == 90 * quarters
        assert found.text() == Reader().read(paper).text()
    assert Reader(rotate=0).read(np.rot90(paper)).rotated == 0


@pytest.mark.parametrize(("text", "decision"), [("18690", "review"), ("4253", "accept")])
def test_what_may_be_another_number_on_its_head_is_not_accepted_turned(digits, text, decision):
    chosen = [np.flatnonzero(digits.test_labels == int(digit))[1] for digit in text]
    picture, _ = number(digits.test_images, digits.test_labels, chosen)
    picture = np.pad(picture, 20, constant_values=255)
    found = Reader().read(np.rot90(picture, 2))
    assert (found.rotated, found.text(), found.numbers[0].decision) == (180, text, decision)
    (told,) = Reader(rotate=180).read(np.rot90(picture, 2)).numbers
    assert told.decision == "accept"


def test_a_blank_picture_is_no_digit_not_a_guess():
    assert Reader().read(EXAMPLES / "blank.jpg").numbers == ()


@pytest.mark.parametrize("way", ["0,50! 100,50!", LETTERS[0], LETTERS[3], LETTERS[7]])
def test_what_is_not_a_digit_is_no_number(way):
    ink = draw(way, np.random.default_rng(4))
    assert Reader().read(np.pad(255 - ink, 20, constant_values=255)).text() == ""


def test_a_model_that_knows_digits_only_never_refuses(run):
    ink = draw(LETTERS[0], np.random.default_rng(4))
    picture = np.pad(255 - ink, 20, constant_values=255)
    assert len(Reader(run.folder / "model.onnx", kind="digit").read(picture).numbers) == 1


def test_a_page_says_where_the_digit_is():
    page = Reader().read(EXAMPLES / "7-photo.jpg")
    box = page.numbers[0].box
    assert (page.width, page.height) == (800, 600)
    # The script draws it in a field of 300 x 300 at (260, 90).
    assert (box.x, box.y) == pytest.approx((326, 130), abs=48)
    assert (box.width, box.height) == pytest.approx((190, 240), abs=90)


def test_probabilities_are_those_of_the_digits():
    number = Reader().read(EXAMPLES / "3.png").numbers[0]
    assert len(number.probabilities) == 10
    assert 0.9 < sum(number.probabilities) < 1 + 1e-5
    assert number.confidence == max(number.probabilities) == number.probabilities[3]


@pytest.mark.parametrize("turned", [False, True])
def test_ink_may_be_lighter_than_paper(turned):
    grey = load_grey(EXAMPLES / "3.png")
    assert Reader().read(255 - grey if turned else grey).text() == "3"


def test_another_model_can_read(run):
    page = Reader(run.folder / "model.onnx").read(EXAMPLES / "3.png")
    assert len(page.numbers) == 1


def test_explain_writes_a_picture_of_each_stage(tmp_path):
    page = next(Reader().explain(EXAMPLES / "3.png", tmp_path / "stages"))
    assert page.text() == "3"
    names = sorted(path.name for path in (tmp_path / "stages").iterdir())
    assert names[:4] == ["3-1-grey.png", "3-2-seen.png", "3-3-read.png", "3-4-strips.png"]
    assert names[4:] == ["3-5-advice.txt"]
    with Image.open(tmp_path / "stages" / "3-3-read.png") as read:
        assert read.size == (280, 280)


def pictures(path):
    with np.load(path) as file:
        return file["x"], file["y"]


def test_unseen_writers_are_read(data_folder):
    images, labels = (part[::2] for part in pictures(data_folder / "digits" / "chars74k.npz"))
    reader = Reader()
    right = [reader.read(i).text() == str(label) for i, label in zip(images, labels, strict=True)]
    assert np.mean(right) > 0.95


@pytest.fixture(scope="module")
def letters_as_read(data_folder):
    """Letters that look like no digit, of unseen writers."""
    images, labels = pictures(data_folder / "not_digits" / "letters.npz")
    reader = Reader()
    unlike = images[~np.isin(labels, list("OoDIliZzSsBbqg"))]
    return [reader.read(image) for image in unlike[::4]]


def test_most_letters_of_unseen_writers_are_refused(letters_as_read):
    assert np.mean([page.text() == "" for page in letters_as_read]) > 0.7


def test_hardly_any_letter_of_unseen_writers_is_accepted(letters_as_read):
    said = [[number.decision for number in page.numbers] for page in letters_as_read]
    assert np.mean(["accept" in decisions for decisions in said]) < 0.015


def test_the_card_says_what_made_the_model():
    card = json.loads((EXAMPLES.parent / "src/shuzi/models/digit.json").read_text())
    assert {"data", "recipe", "seed", "git_commit", "scores"} <= set(card)
    assert card["scores"]["MNIST test"]["n"] == 10_000


def test_the_models_scores_are_those_of_its_card(mnist):
    card = json.loads((EXAMPLES.parent / "src/shuzi/models/digit.json").read_text())
    guesses = shuzi.Recogniser().predict(mnist.test_images).argmax(axis=1)
    accuracy = (guesses == mnist.test_labels).mean()
    assert accuracy == pytest.approx(card["scores"]["MNIST test"]["accuracy"], abs=2e-4)


def test_readers_with_other_options_share_the_models_that_are_not_loaded_yet() -> None:
    reader = Reader(threads=1)
    other = reader.with_options(kind="number", rotate=0, target_error=0.01)
    assert other.page_network is reader.page_network
    assert other.sequence_recogniser is reader.sequence_recogniser


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_pixels": "a"}, "max_pixels must be a whole number, 1 or more, not 'a'"),
        ({"max_pixels": -5}, "not -5"),
        ({"threads": 0}, "threads must be a whole number, 1 to 1024, not 0"),
        ({"threads": 10**9}, "not 1000000000"),
        ({"threads": 1.5}, r"not 1\.5"),
        ({"threads": "2"}, "not '2'"),
        ({"rotate": "x"}, "rotate must be 0, 90, 180 or 270, not x"),
        ({"model": 5}, "model must be a path, not 5"),
        ({"number_model": b"a.onnx"}, r"number_model must be a path, not b'a\.onnx'"),
        ({"page_model": []}, r"page_model must be a path, not \[\]"),
        ({"fast": None}, "fast must be True or False, not None"),
        ({"digits_only": "no"}, "digits_only must be True or False, not 'no'"),
    ],
)
def test_a_value_that_cannot_be_is_refused(wrong, said):
    with pytest.raises(UsageError, match=said):
        Reader(**wrong)


def test_a_reader_that_was_pickled_reads_the_same(run):
    reader = Reader(run.folder, fast=True)
    page = reader.read(EXAMPLES / "page.jpg")
    content = pickle.dumps(reader)
    assert len(content) < 10_000
    assert pickle.loads(content).read(EXAMPLES / "page.jpg") == page
