"""From frames to numbers: search, alignment, places, errors."""

import itertools

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image
from places import EXAMPLES

from shuzi.card import SHIPPED
from shuzi.errors import ModelError
from shuzi.recognise.decoding import align, beam_search, is_marked, tidy
from shuzi.recognise.sequence import (
    SequenceRecogniser,
    pad,
    padded_width,
)
from shuzi.recognise.strip import normalise_strip


def table(frames, classes, seed):
    """Log-probabilities (frames, classes), blank first."""
    logits = np.random.default_rng(seed).normal(0, 1.5, (frames, classes))
    return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def collapsed(path):
    return "".join(str(c - 1) for c, _ in itertools.groupby(path) if c)


def by_brute_force(log_probabilities):
    """Every text's probability, summed over all alignments."""
    frames, classes = log_probabilities.shape
    found = {}
    for path in itertools.product(range(classes), repeat=frames):
        p = np.exp(log_probabilities[np.arange(frames), path].sum())
        found[collapsed(path)] = found.get(collapsed(path), 0.0) + p
    return found


@pytest.mark.parametrize("seed", range(6))
def test_an_unpruned_search_gives_the_sum_over_all_alignments(seed, monkeypatch):
    monkeypatch.setattr("shuzi.recognise.decoding.UNLIKELY", 0.0)
    frames = table(5, 4, seed)
    wanted = by_brute_force(frames)
    found = dict(beam_search(frames, beam=10_000))
    assert found.keys() == wanted.keys()
    for text, p in wanted.items():
        assert found[text] == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_a_small_beam_finds_the_best_text(seed):
    frames = table(6, 4, seed) * 2
    frames -= np.log(np.exp(frames).sum(axis=1, keepdims=True))
    wanted = by_brute_force(frames)
    text, p = beam_search(frames)[0]
    assert text == max(wanted, key=wanted.get)
    assert p == pytest.approx(wanted[text], rel=0.1)
    assert p <= wanted[text] * (1 + 1e-9)


def certain(path):
    frames = np.full((len(path), 11), np.log(1e-4))
    frames[np.arange(len(path)), path] = np.log(1 - 1e-3)
    return frames


def test_a_digit_twice_needs_a_blank_between():
    assert beam_search(certain([2, 2, 0]))[0][0] == "1"
    assert beam_search(certain([2, 0, 2]))[0][0] == "11"
    assert beam_search(certain([0, 0, 0]))[0][0] == ""


@pytest.mark.parametrize("seed", range(4))
def test_the_alignment_is_the_likeliest_path_of_the_text(seed):
    frames, text = table(6, 4, seed), "121"
    paths = [p for p in itertools.product(range(4), repeat=6) if collapsed(p) == text]
    best = max(paths, key=lambda path: frames[np.arange(6), path].sum())
    spans = align(frames, text)
    score = frames[:, 0].sum()
    for c, (first, last) in zip(text, spans, strict=True):
        score += (frames[first:last, int(c) + 1] - frames[first:last, 0]).sum()
    assert score == pytest.approx(frames[np.arange(6), best].sum())


def test_the_alignment_of_no_number_is_empty():
    assert align(table(4, 11, 0), "") == []


def save_model(path, name="strips", dtype=TensorProto.UINT8, classes=17):
    """A model that sees digit `v` in every frame whose first pixel is v + 1, else the blank."""
    cast = helper.make_node("Cast", ["picked"], ["classes"], to=TensorProto.INT64)
    nodes = [
        helper.make_node("Slice", [name, "start", "end", "axes", "steps"], ["row"]),
        helper.make_node("Squeeze", ["row", "one"], ["picked"]),
        cast,
        helper.make_node("OneHot", ["classes", "depth", "values"], ["log_probabilities"]),
    ]
    constants = {
        "start": np.array([0, 0]),
        "end": np.array([1, 10_000]),
        "axes": np.array([1, 2]),
        "steps": np.array([1, 4]),
        "one": np.array([1]),
        "depth": np.array(classes),
        "values": np.log(np.array([1e-3, 0.99], np.float32)),
    }
    graph = helper.make_graph(
        nodes,
        "known",
        [helper.make_tensor_value_info(name, dtype, ["n", 32, "w"])],
        [helper.make_tensor_value_info("log_probabilities", 1, ["n", "t", classes])],
        [onnx.numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, path)
    return path


def test_signs_and_other_marks_are_read_and_digits_have_places(tmp_path):
    """10 is a minus, 13 a slash, 15 any other mark."""
    recogniser = SequenceRecogniser(save_model(tmp_path / "known.onnx"))
    strips = [
        strip_of([(4, 8), (13, 24), (7, 48)], 72),
        strip_of([(15, 8), (5, 24), (12, 48), (10, 64)], 88),
        strip_of([(1, 8), (15, 24), (2, 48)], 72),
        strip_of([(15, 8)], 40),
    ]
    readings = recogniser.glance(strips)
    assert [reading.text for reading in readings] == ["4/7", "5", "1?2", ""]
    assert [reading.digits for reading in readings] == ["47", "5", "12", ""]
    assert [reading.marked > 0.5 for reading in readings] == [False, True, True, True]
    assert readings[0].spans == ((8, 18), (48, 58))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.250,-", "1.250"),
        ("?.5", "5"),
        ("-?5", "-5"),
        ("18?5", "18?5"),
        ("4.,7", "4.7"),
        ("--5", "-5"),
        ("26.928.", "26.928"),
        (".:7", "7"),
        ("-", ""),
        ("", ""),
    ],
)
def test_signs_stay_where_they_may_stand(written, text):
    assert tidy(written) == text


def test_a_sign_before_a_number_belongs_to_none_but_a_minus():
    marked = [".5", ",79", ":48", "/3", "?45", "18?5", "-?3", "-45-", "-4-2"]
    assert all(map(is_marked, marked))
    assert not any(map(is_marked, ["", "45", "-3", "0.5", "1.250,-", "12/05", "7."]))


def test_several_signs_between_two_digits_belong_to_no_number():
    assert all(map(is_marked, ["3..8", "9--4", "17,-6", "5/-7", "2:-3", "1.5..2"]))
    assert not any(map(is_marked, ["3.8", "12.05.2023", "-3", "4.-", "10:35"]))


@pytest.mark.parametrize(
    ("points", "dash", "marked"),
    [([133], False, False), ([133], True, True), ([122, 146], False, True)],
    ids=["a colon", "a division", "two colons"],
)
def test_a_colon_has_two_pieces(points, dash, marked):
    grey = np.full((90, 300), 235, np.uint8)
    for text, x in (("12", 20), ("30", 170)):
        cv2.putText(grey, text, (x, 68), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 4, cv2.LINE_AA)
    for x in points:
        for y in (32, 60):
            cv2.circle(grey, (x, y), 4, 40, -1, cv2.LINE_AA)
    if dash:
        cv2.line(grey, (113, 46), (153, 46), 40, 4, cv2.LINE_AA)
    (reading,) = SequenceRecogniser().predict([normalise_strip(grey)])
    assert (reading.text, reading.marked > 0.5) == ("12:30", marked)


def test_lines_over_and_under_digits_part_none_of_them():
    grey = np.full((90, 300), 235, np.uint8)
    for text, x in (("28", 20), ("30", 150)):
        cv2.putText(grey, text, (x, 68), cv2.FONT_HERSHEY_SIMPLEX, 2, 40, 4, cv2.LINE_AA)
    strip = normalise_strip(grey)
    lined = strip.copy()
    lined[[0, 1, 30, 31]] = 255
    plain, between = SequenceRecogniser().predict([strip, lined])
    assert (plain.text, between.text) == ("2830", "2830")
    assert between.spans == plain.spans


def strip_of(digits, width):
    """Ink of 10 columns for each (digit, column), as `save_model`'s model reads it."""
    strip = np.zeros((32, width), np.uint8)
    for digit, column in digits:
        strip[0, column : column + 8] = digit + 1
        strip[4:28, column : column + 10] = 255
    return strip


def test_places_of_digits_are_in_order_and_hold_their_ink(tmp_path):
    recogniser = SequenceRecogniser(save_model(tmp_path / "known.onnx"))
    strip = strip_of([(4, 8), (4, 24), (7, 48)], 72)
    (reading,) = recogniser.glance([strip])
    assert reading.text == "447"
    assert reading.spans == ((8, 18), (24, 34), (48, 58))
    assert 0 < reading.confidence <= 1


def test_strips_of_many_widths_keep_their_order_and_do_not_change_each_other(tmp_path):
    recogniser = SequenceRecogniser(save_model(tmp_path / "known.onnx"))
    strips = [strip_of([(d, 8)], w) for d, w in ((1, 32), (2, 200), (3, 60), (4, 64), (5, 512))]
    together = recogniser.glance(strips)
    assert [reading.text for reading in together] == ["1", "2", "3", "4", "5"]
    assert together == [recogniser.glance([strip])[0] for strip in strips]
    assert recogniser.glance([]) == []


@pytest.mark.parametrize("certain", [False, True])
def test_where_the_first_is_in_doubt_the_mean_of_the_pair_counts(certain, monkeypatch):
    monkeypatch.setattr("shuzi.recognise.sequence.CERTAIN", 0.0 if certain else 1.1)
    pair = SequenceRecogniser()
    with Image.open(EXAMPLES / "number-2753.jpg") as picture:
        strip = normalise_strip(np.array(picture.convert("L").resize((48, 50))))
    first, other = (
        SequenceRecogniser(SHIPPED[name]).glance([strip])[0] for name in ("number", "number_twin")
    )
    (reading,) = pair.predict([strip])
    said = [one.probabilities[reading.text] for one in (first, other)]
    assert abs(said[0] - said[1]) > 0.01
    wanted = said[0] if certain else np.mean(said)
    assert reading.confidence == pytest.approx(wanted, abs=0.005)


def test_a_model_of_ones_own_has_no_twin():
    assert SequenceRecogniser(SHIPPED["number"]).twin is None


def test_the_model_that_shuzi_carries_sees_no_number_on_blank_paper():
    (reading,) = SequenceRecogniser().predict([np.zeros((32, 64), np.uint8)])
    assert reading.text == ""
    assert reading.spans == ()
    assert reading.confidence > 0.9


def test_confidence_is_the_best_of_all_texts():
    strips = np.random.default_rng(0).integers(0, 256, (8, 32, 96), dtype=np.uint8)
    for reading in SequenceRecogniser().predict(list(strips)):
        others = [p for _, p in reading.alternatives]
        assert len(others) <= 4
        assert all(reading.confidence >= p for p in others)
        assert reading.confidence + sum(others) <= 1 + 1e-6


@pytest.mark.parametrize(
    "strip", [np.zeros((32, 64)), np.zeros((28, 64), np.uint8), np.zeros((32, 0), np.uint8)]
)
def test_other_strips_are_refused(strip):
    with pytest.raises(ModelError, match="the model takes uint8"):
        SequenceRecogniser().predict([strip])


def test_a_file_that_is_no_number_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match="no such model file"):
        SequenceRecogniser(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_text("not a model")
    with pytest.raises(ModelError, match="not an ONNX model"):
        SequenceRecogniser(tmp_path / "text.onnx")
    for options, problem in (
        ({"name": "images"}, "reads no numbers"),
        ({"classes": 10}, "reads no numbers"),
        ({"classes": 11}, "knows digits alone"),
    ):
        with pytest.raises(ModelError, match=problem):
            SequenceRecogniser(save_model(tmp_path / "other.onnx", **options))


def test_padding_leaves_paper_at_the_end():
    assert [padded_width(w) for w in (28, 32, 60, 64)] == [32, 48, 64, 80]
    padded = pad([np.full((32, 40), 9, np.uint8)], 64)
    assert padded.shape == (1, 32, 64)
    assert padded[0, :, :40].min() == 9
    assert padded[0, :, 40:].max() == 0
