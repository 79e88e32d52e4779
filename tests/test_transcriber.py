"""Regions laid flat -> what both models say of them."""

from dataclasses import replace
from importlib.resources import files

import cv2
import numpy as np
import pytest
from pages import number
from PIL import Image, ImageDraw, ImageFont

from shuzi.recognise import transcriber
from shuzi.recognise.crop import Crop
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.second import SecondReader, find_second_reader
from shuzi.recognise.sequence import Reading, SequenceRecogniser
from shuzi.recognise.strip import make_strip
from shuzi.recognise.transcriber import PARTLY, Transcriber, Transcript

FONTS = files("matplotlib") / "mpl-data" / "fonts" / "ttf"


@pytest.fixture(scope="module")
def models():
    return Recogniser(threads=1), SequenceRecogniser(threads=1)


def crops(digits, *counts):
    """Numbers of so many digits, dark on white with some paper around, and their texts."""
    made = []
    for seed, count in enumerate(counts, 20):
        chosen = np.random.default_rng(seed).choice(len(digits.test_labels), count, replace=False)
        ink, text = number(digits.test_images, digits.test_labels, chosen)
        made.append((np.pad(ink, 10, constant_values=255), text))
    return zip(*made, strict=True)


def laid(regions):
    return [Crop(region, (0.0, float(region.shape[1]))) for region in regions]


def test_numbers_of_any_length_are_read(models, digits):
    regions, texts = crops(digits, 1, 2, 3, 4, 5)
    said = Transcriber(*models).read(laid(regions))
    assert [one.text for one in said] == list(texts)
    assert all(len(one.reading.spans) == len(one.text) for one in said)


def test_only_a_single_digit_has_probabilities(models, digits):
    regions, texts = crops(digits, 1, 3)
    single, several = Transcriber(*models).read(laid(regions))
    assert several.probabilities is None
    assert single.probabilities.argmax() == int(texts[0])
    assert single.probabilities.max() == pytest.approx(single.confidence)
    assert 0.8 < single.probabilities.sum() <= 1 + 1e-5


def test_a_single_digit_is_what_both_models_say(models, digits):
    """As sure as each of them alone, or surer than the less sure one."""
    regions, _ = crops(digits, 1, 1, 1, 1)
    both, alone = (Transcriber(*models, alone=alone).read(laid(regions)) for alone in (False, True))
    read = models[1].predict([one.strip.values for one in both])
    for pooled, digit, number_model in zip(both, alone, read, strict=True):
        assert pooled.text in {digit.text, number_model.text}
        if digit.text == number_model.text:
            assert pooled.confidence >= min(digit.confidence, number_model.confidence)


@pytest.mark.parametrize("chosen", [(251, 140), (106, 148), (85, 155)])
def test_two_digits_close_together_are_not_one(models, digits, chosen):
    """With a straight 1 they are as narrow as one."""
    ink, text = number(digits.test_images, digits.test_labels, chosen)
    region = np.pad(ink, 10, constant_values=255)
    (said,) = Transcriber(*models).read(laid([region]))
    assert (said.text, said.probabilities) == (text, None)


def in_boxes(digits, seed):
    """Four digits in boxes with thick lines, small, and their text."""
    chosen = np.random.default_rng(seed).choice(len(digits.test_labels), 4, replace=False)
    region = np.full((44, 120), 255, np.uint8)
    for x, image in zip(range(12, 108, 24), digits.test_images[chosen], strict=True):
        cv2.rectangle(region, (x, 8), (x + 24, 36), 60, 4)
        inside = region[12:32, x + 3 : x + 23]
        ink = cv2.resize(image, (20, 20), interpolation=cv2.INTER_AREA)
        np.minimum(inside, 255 - ink, out=inside)
    return region, "".join(map(str, digits.test_labels[chosen]))


def by_the_number_alone(self, own, cells):
    """Stands in for reading each box."""
    return own


def test_unsure_numbers_in_boxes_are_read_without_them_too(models, digits, monkeypatch):
    monkeypatch.setattr(Transcriber, "_in_cells", by_the_number_alone)
    regions, texts = zip(*(in_boxes(digits, seed) for seed in range(90, 220)), strict=True)

    def right():
        found = Transcriber(*models).read(laid(regions))
        return sum(one.text == text for one, text in zip(found, texts, strict=True))

    both = right()
    monkeypatch.setattr(transcriber, "BOXED", 0.0)
    assert both > right()


def test_numbers_in_boxes_are_surer_where_each_box_is_read_too(models, digits, monkeypatch):
    regions, texts = zip(*(in_boxes(digits, seed) for seed in range(300, 380)), strict=True)

    def found():
        return Transcriber(*models).read(laid(regions))

    both = found()
    monkeypatch.setattr(Transcriber, "_in_cells", by_the_number_alone)
    alone = found()
    sure, before = (
        [one.confidence > 0.9 and one.text == text for one, text in zip(said, texts, strict=True)]
        for said in (both, alone)
    )
    assert sum(sure) > sum(before)
    assert not any(
        one.confidence > 0.9 and one.text != text for one, text in zip(both, texts, strict=True)
    )


def test_boxes_that_say_another_number_leave_a_doubt(models, digits):
    transcriber = Transcriber(*models)
    plain, _ = crops(digits, 4, 4, 4)
    own = next(one for one in transcriber.read(laid(plain)) if one.confidence > 0.9)
    (boxed,) = laid([in_boxes(digits, 33)[0]])
    assert transcriber._in_cells(own, boxed.field).confidence < 0.9
    two = replace(boxed.field, cells=boxed.field.cells[:2])
    assert transcriber._in_cells(own, two) is own


def test_a_stroke_that_fills_a_box_is_no_minus(models, digits, monkeypatch):
    monkeypatch.setattr(transcriber, "BOXED", 1.1)
    region, text = in_boxes(digits, 32)
    region[13:31, 16:33] = 255
    region[21:23, 18:30] = 40
    (said,) = Transcriber(*models).read(laid([region]))
    assert said.text == text[1:]
    assert sum(p for other, p in said.reading.probabilities.items() if "-" in other) < 0.05


def test_a_number_with_a_digit_struck_out_in_its_box_is_in_doubt(models, digits):
    """Whichever view shows the boxes."""
    region, _ = in_boxes(digits, 37)
    struck = region.copy()
    cv2.line(struck, (40, 34), (56, 10), 40, 2)
    transcriber = Transcriber(*models)
    plain, marked = transcriber.read(laid([region, struck]))
    assert (plain.unread, marked.unread) == (False, True)
    without = np.pad(marked.plain, 40, constant_values=255)
    said, _ = transcriber.read_views(laid([struck, without, without]))
    assert said.unread
    assert said.confidence <= PARTLY


def test_what_the_number_model_takes_for_something_else_is_less_sure(models):
    """A printed b, of which the digit model is sure that it is a 6."""
    face = ImageFont.truetype(str(FONTS / "DejaVuSerif.ttf"), 60)
    picture = Image.new("L", (90, 90), 240)
    ImageDraw.Draw(picture).text((25, 5), "b", font=face, fill=30)
    letter = np.asarray(picture)
    alone, both = (
        Transcriber(*models, alone=alone).read(laid([letter]), one_digit=True)[0]
        for alone in (True, False)
    )
    assert alone.reading.confidence > 0.9
    assert both.reading.confidence < alone.reading.confidence - 0.1


def test_one_digit_is_read_where_one_is_wanted(models, digits):
    """Even of two."""
    (region,), _ = crops(digits, 2)
    (said,) = Transcriber(*models).read(laid([region]), one_digit=True)
    assert len(said.text) == 1


def test_sure_digits_with_doubtful_signs_are_half_sure_but_where_signs_are_left_out():
    """Whether it is 17.643 or 17:643 nobody knows, but its digits."""
    strip = make_strip(np.full((40, 120), 255, np.uint8))
    others = (("", 0.02), ("17.643", 0.56), ("17:643", 0.39))
    doubtful = Transcript(strip, Reading("17643", 0.01, (), others))
    assert doubtful.confidence == PARTLY
    without = replace(doubtful, digits_only=True)
    assert without.confidence == pytest.approx(0.96)
    assert replace(without, unread=True).confidence == PARTLY
    unlike = replace(doubtful, reading=Reading("17643", 0.01, (), (("18.643", 0.95),)))
    assert unlike.confidence == 0.01


def test_paper_says_nothing(models):
    paper = np.full((40, 60), 220, np.uint8)
    (said,) = Transcriber(*models).read(laid([paper]))
    assert (said.text, said.confidence) == ("", 0.0)


def test_a_number_beside_more_ink_is_at_most_half_sure(models, digits):
    (region,), (text,) = crops(digits, 3)
    marked = np.pad(region, ((0, 0), (0, 40)), constant_values=255)
    for y, bottom in ((25, 45), (45, 25)):
        cv2.line(marked, (region.shape[1], y), (region.shape[1] + 20, bottom), 60, 4, cv2.LINE_AA)
    plain, more = Transcriber(*models).read(laid([region, marked]))
    assert (plain.text, plain.unread) == (text, False)
    assert plain.confidence > PARTLY
    assert more.unread
    assert more.confidence <= PARTLY


def test_no_regions_are_no_numbers(models):
    assert Transcriber(*models).read([]) == []


def test_a_digit_that_one_view_lacks_is_in_the_others(models, digits):
    (region,), (text,) = crops(digits, 4)
    lacking = region[:, : round(0.7 * region.shape[1])]
    said, place = Transcriber(*models).read_views(laid([lacking, region, region]))
    assert said.text == text
    assert place in {1, 2}


@pytest.mark.parametrize(("clear", "read"), [(0, 0), (1, 2), (2, 2)])
def test_the_second_reader_reads_the_view_that_shows_the_number(models, digits, clear, read):
    """But the picture as it is, the last, instead of the one with paper around."""
    second, given = find_second_reader(threads=1), []

    class Asked(SecondReader):
        def read(self, lines):
            given.extend(lines)
            return super().read(lines)

    (region,), _ = crops(digits, 4)
    views = laid(region if i == clear else np.full_like(region, 255) for i in range(3))
    asked = Asked(second.path, threads=1)
    Transcriber(*models, asked, sure=1.0).read_views(views)
    assert len(given) == 1
    assert given[0] is views[read].grey


def test_views_that_say_otherwise_make_a_number_less_sure(models, digits):
    regions, texts = crops(digits, 3, 3)
    sure, _ = Transcriber(*models).read_views(laid([regions[0], regions[0]]))
    unsure, _ = Transcriber(*models).read_views(laid([regions[0], regions[0], regions[1]]))
    assert sure.text == unsure.text == texts[0]
    assert unsure.confidence < 0.7 < sure.confidence


def test_views_without_a_number_say_nothing(models):
    said, _ = Transcriber(*models).read_views(laid([np.full((40, 90), 255, np.uint8)] * 2))
    assert said.text == ""
    assert said.confidence == 0


def test_a_digit_in_two_views_is_as_sure_as_in_their_mean(models, digits):
    """The other view is of several digits, which are none."""
    regions, texts = crops(digits, 1, 4)
    reader = Transcriber(*models)
    single, several = reader.read(laid(regions), one_digit=True)
    said, place = reader.read_views(laid(regions), one_digit=True)
    mean = (single.probabilities + several.probabilities) / 2
    assert (said.text, place) == (texts[0], 0)
    assert said.confidence == pytest.approx(mean.max())
    assert said.probabilities == pytest.approx(mean)
