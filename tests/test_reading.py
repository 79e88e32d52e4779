"""Many files: in order, decided together, failures among them."""

import csv
import json
import re

import numpy as np
import pytest
from pages import page
from PIL import Image
from places import EXAMPLES

from shuzi import Page, Reader
from shuzi.errors import ImageError
from shuzi.reading import (
    Failure,
    csv_header,
    find_files,
    read_files,
    to_csv,
    to_json,
    to_text,
)


@pytest.fixture(scope="module")
def reader():
    return Reader()


@pytest.fixture
def results(reader, digits, tmp_path):
    """A digit, a file that is missing, and a page."""
    Image.fromarray(page(digits, [[2, 3], [1, 4]])[0]).save(tmp_path / "page.png")
    files = [EXAMPLES / "3.png", tmp_path / "none.png", tmp_path / "page.png"]
    return list(read_files(reader, [str(file) for file in files]))


def test_a_failure_keeps_its_place(results):
    assert [type(result) for result in results] == [Page, Failure, Page]
    assert isinstance(results[1].error, ImageError)


def test_a_page_is_read_in_lines(reader, digits, tmp_path):
    picture, said = page(digits, [[2, 3, 1], [1, 4], [3, 3]])
    found = reader.read(picture)
    assert found.kind == "page"
    wanted = [text for line in said for text in line]
    right = sum(n.text == text for n, text in zip(found.numbers, wanted, strict=True))
    assert right >= 6
    assert [n.line for n in found.numbers] == [1, 1, 1, 2, 2, 3, 3]


def test_text_has_a_line_a_line(results):
    assert re.search(r"3\.png: 3 \(99\.7 %\)\n$", to_text(results[0]))
    assert to_text(results[1]).endswith("none.png: not read\n")
    assert len(to_text(results[2]).splitlines()) == 3


def test_a_single_number_for_review_has_its_mark(reader):
    page = reader.with_options(kind="auto", rotate=None, target_error=0).read(EXAMPLES / "3.png")
    assert re.search(r"3\.png: 3\? \(9\d\.\d %\)\n$", to_text(page))


def test_json_is_an_object_a_line(results):
    values = [json.loads(to_json(result)) for result in results]
    assert Page.from_dict(values[0]) == results[0]
    assert values[1]["error"]["exit_code"] == 5
    assert values[2]["as"] == "page"


def test_csv_has_a_row_a_number(results):
    text = csv_header() + "".join(map(to_csv, results))
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 1 + 1 + len(results[2].numbers)
    assert rows[0]["text"] == "3"
    assert "no such file" in rows[1]["error"]
    assert {row["decision"] for row in rows} <= {"accept", "review", "reject", ""}


def test_a_page_is_given_before_the_next_file_is_asked_for(reader):
    asked = []
    files = (asked.append(name) or name for name in (str(EXAMPLES / "3.png"), "none.png"))
    pages = read_files(reader, files)
    assert (next(pages).text(), len(asked)) == ("3", 1)
    assert isinstance(next(pages), Failure)


def test_a_single_picture_is_decided_as_by_the_reader(reader):
    file = str(EXAMPLES / "page.jpg")
    assert list(read_files(reader, [file])) == [reader.read(file)]


def test_a_picture_without_a_number_has_a_row(reader):
    (blank,) = read_files(reader, [str(EXAMPLES / "blank.jpg")])
    (row,) = csv.DictReader((csv_header() + to_csv(blank)).splitlines())
    assert (row["decision"], row["text"], row["confidence"], row["page"]) == ("none", "", "", "1")


def test_csv_runs_nothing_in_a_spreadsheet():
    names = ["=1+1.png", "+1.png", "-1.png", "@a.png", "\uff1d1.png", "-5"]
    failures = (Failure(name, ImageError("it is none")) for name in names)
    rows = csv.DictReader([csv_header(), *map(to_csv, failures)])
    assert [row["source"] for row in rows] == [*(f"'{name}" for name in names[:5]), "-5"]


def test_a_folder_is_its_pictures(tmp_path):
    for name in ("b.png", "a.pdf", "notes.txt"):
        (tmp_path / name).write_text("")
    files, skipped = find_files(["x.png", str(tmp_path), "-"])
    assert files == ["x.png", str(tmp_path / "a.pdf"), str(tmp_path / "b.png"), "-"]
    assert skipped == [str(tmp_path / "notes.txt")]


def test_a_folder_without_pictures_is_a_failure_in_its_place(tmp_path):
    (failure, file), _ = find_files([str(tmp_path), "x.png"])
    assert (failure.source, file) == (str(tmp_path), "x.png")
    assert "without pictures" in failure.error.message


def test_a_folder_of_archives_is_for_a_batch(tmp_path):
    (tmp_path / "a.zip").write_text("")
    (failure,), _ = find_files([str(tmp_path)])
    assert "`shuzi batch`" in failure.error.remedy


def test_a_folder_that_may_not_be_listed_is_a_failure_among_its_pictures(
    tmp_path, powerless, monkeypatch
):
    (tmp_path / "shut").mkdir(mode=0)
    (tmp_path / "x.png").write_text("")
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    with powerless:
        (failure, file), _ = find_files(["."])
    assert (failure.source, file) == ("shut", "./x.png")


def test_a_failure_that_was_found_before_keeps_its_place(reader):
    failure = Failure("in", ImageError("it is empty"))
    found = list(read_files(reader, [failure, str(EXAMPLES / "3.png")]))
    assert (found[0], type(found[1])) == (failure, Page)


def test_a_failure_is_named_as_a_page_is(reader, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").write_bytes((EXAMPLES / "3.png").read_bytes())
    (tmp_path / "b.png").write_bytes(b"")
    files, _ = find_files(["."])
    assert [result.source for result in read_files(reader, files)] == ["a.png", "b.png"]


def test_every_page_of_a_file_is_read(reader, tmp_path):
    three = Image.open(EXAMPLES / "3.png")
    blank = Image.new("RGB", (300, 300), "white")
    three.save(tmp_path / "a.tiff", save_all=True, append_images=[blank, three])
    pages = list(reader.read_pages(tmp_path / "a.tiff"))
    assert [(p.page, p.text()) for p in pages] == [(1, "3"), (2, ""), (3, "3")]


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_page_can_be_turned(digits, turns):
    picture, _ = page(digits, [[2, 3], [1, 4]])
    turned = np.ascontiguousarray(np.rot90(picture, turns))
    upright = Reader().read(picture)
    assert Reader(rotate=90 * turns).read(turned).text() == upright.text()
