"""RapidOCR's recogniser as the second reader: lines in, digits, signs and marks out."""

import json
import logging
import subprocess
import sys
from importlib.resources import files

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from pages import number
from PIL import Image, ImageDraw, ImageFont

from shuzi.errors import ModelError
from shuzi.reader import Reader
from shuzi.recognise import second
from shuzi.recognise.crop import Crop
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.second import SecondReader, find_file, find_second_reader
from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.recognise.transcriber import Transcriber

FONT = str(files("matplotlib") / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf")


@pytest.fixture(scope="module")
def reader():
    return SecondReader(find_file(), threads=1)


def line(text, size=40):
    """The text in print, dark on white."""
    face = ImageFont.truetype(FONT, size)
    left, top, right, bottom = face.getbbox(text)
    picture = Image.new("L", (right - left + 16, bottom - top + 16), 240)
    ImageDraw.Draw(picture).text((8 - left, 8 - top), text, font=face, fill=30)
    return np.asarray(picture)


def best(said):
    return max(said.texts, key=said.texts.get)


def test_handwritten_numbers_of_any_width_are_read_together(reader, digits):
    chosen = [range(0, 3), range(10, 12), range(20, 32), range(40, 43)]
    pairs = [number(digits.test_images, digits.test_labels, places) for places in chosen]
    lines, texts = zip(*pairs, strict=True)
    said = reader.read([np.pad(ink, 8, constant_values=255) for ink in lines])
    assert [best(one) for one in said] == list(texts)
    assert all(one.marked < 0.1 for one in said)


@pytest.mark.parametrize("text", ["12/05/2023", "45/50", "3.75", "-5", "10:35", "1.250,00"])
def test_signs_come_out_as_written(reader, text):
    (said,) = reader.read([line(text)])
    assert best(said) == said.text == text


@pytest.mark.parametrize("text", ["$45.00", "18x5", "97%", "No 12", ".75", ",79", ":48"])
def test_what_is_no_digit_and_no_sign_of_a_number_is_a_mark(reader, text):
    (said,) = reader.read([line(text)])
    assert said.marked > 0.9
    assert said.text[0] in ".,:" or second.MARK in said.text


def test_a_space_is_no_mark(reader):
    (said,) = reader.read([line("12 345")])
    assert best(said) == "12345"
    assert said.marked < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (48, 60000)])
def test_a_line_of_any_shape_is_read_in_bounded_memory(reader, shape):
    (said,) = reader.read([np.full(shape, 255, np.uint8)])
    assert 0 <= said.marked <= 1


def model(path, characters, classes, height=48):
    """A file that takes lines and says nothing, its characters and their number as given."""
    shape = ["n", 3, height, "w"]
    image = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    said = helper.make_tensor_value_info("said", TensorProto.FLOAT, [1, 1, classes])
    value = helper.make_tensor("value", TensorProto.FLOAT, [1, 1, classes], [0.0] * classes)
    nodes = [helper.make_node("Constant", [], ["said"], value=value)]
    graph = helper.make_graph(nodes, "nothing", [image], [said])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if characters is not None:
        helper.set_model_props(made, {"character": "\n".join(characters)})
    onnx.save(made, path)
    return path


@pytest.mark.parametrize(
    ("characters", "classes", "height"),
    [
        ("0123456789-.,/:", 12, 48),
        ("abcdefghijklmno", 17, 48),
        (None, 17, 48),
        ("0123456789-.,/:", 17, 32),
    ],
    ids=["other classes", "no digits", "no names", "another height"],
)
def test_a_file_of_another_form_is_named_with_what_to_do(tmp_path, characters, classes, height):
    path = model(tmp_path / "other.onnx", characters, classes, height)
    with pytest.raises(ModelError, match=r"other\.onnx is not a second reader") as error:
        SecondReader(path).open()
    assert "rapidocr>=3.10" in error.value.remedy
    assert "fast" in error.value.remedy


def test_a_file_of_its_form_is_taken(tmp_path):
    SecondReader(model(tmp_path / "same.onnx", "0123456789-.,/:", 17)).open()


def test_without_the_package_shuzi_reads_alone_and_says_so_once(monkeypatch, caplog):
    monkeypatch.setattr(second, "PACKAGE", "no_such_package")
    find_second_reader.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert [find_second_reader(1) for _ in range(3)] == [None] * 3
    find_second_reader.cache_clear()
    assert len(caplog.messages) == 1
    assert "pip install 'no_such_package>=3.10'" in caplog.messages[0]


def command(*words):
    """What a new process that reads says, and whether it loaded the package."""
    code = (
        "import sys; from shuzi.cli import app; app(sys.argv[1:], standalone_mode=False);"
        "print('rapidocr' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=True
    )
    return done.stdout, done.stderr.strip()


def test_reading_never_imports_the_package_and_fast_leaves_its_file_out(tmp_path):
    picture = tmp_path / "amount.png"
    Image.fromarray(np.pad(line("$45.00"), 20, constant_values=240)).save(picture)
    both, loaded = command("read", "--json", picture)
    alone, _ = command("read", "--json", "--fast", picture)
    assert loaded == "False"
    (found,), (fast,) = (json.loads(said)["numbers"] for said in (both, alone))
    assert [opinion["reader"] for opinion in found["readers"]] == ["shuzi", second.NAME]
    assert found["text"] == "45.00"
    assert found["decision"] != "accept"
    assert "readers" not in fast


def test_only_what_shuzi_is_not_sure_of_is_asked():
    reader = Reader(kind="number", threads=1)
    sure, unsure = (
        reader.read(np.pad(line(text), 30, constant_values=240)).numbers[0]
        for text in ("2753", "17.5")
    )
    assert sure.decision == "accept"
    assert not sure.readers
    assert unsure.readers


def test_what_has_no_ink_is_not_asked_about(reader):
    transcriber = Transcriber(Recogniser(threads=1), SequenceRecogniser(threads=1), reader)
    blank, written = np.full((40, 60), 200, np.uint8), line("17.5")
    said = transcriber.read([Crop(one, (4, one.shape[1] - 4)) for one in (blank, written)])
    assert [one.second is None for one in said] == [True, False]


def test_it_is_asked_too_where_fewer_errors_are_wanted():
    reader = Reader(kind="number", target_error=0, threads=1)
    assert reader.read(np.pad(line("2753"), 30, constant_values=240)).numbers[0].readers


def test_a_number_beside_another_piece_is_for_review():
    """Far to the right of the region that was read."""
    crop = np.full((60, 420), 235, np.uint8)
    cv2.putText(crop, "4512", (6, 46), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.5, 30, 3, cv2.LINE_AA)
    (alone,) = Reader(kind="number", threads=1).read(crop).numbers
    cv2.putText(crop, "7", (330, 46), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 1.5, 30, 3, cv2.LINE_AA)
    (number,) = Reader(kind="number", threads=1).read(crop).numbers
    assert (alone.text, alone.decision) == ("4512", "accept")
    assert number.text in ("4512", "45127")
    assert number.decision == "review"
