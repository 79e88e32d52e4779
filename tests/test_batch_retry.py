"""What could not be read is tried again, and the table is as if it had gone well at first."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from shuzi.batch import Item, Options, Row, chunks, find_items, read_batch, write_table
from shuzi.batch.mend import Failed, mended
from shuzi.batch.table import FORMATS, entries
from shuzi.batch.task import Counts, Part, Task
from shuzi.batch.work import Work, manifest_of
from shuzi.errors import UsageError
from shuzi.rows import failure_row
from shuzi.text import plain

NAMES = ("0.png", "1.png", "2.png", "3.png")


@pytest.fixture
def picture(digits, tmp_path, monkeypatch):
    """Write a digit into a file, in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)

    def write(name, number=0):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - digits.test_images[number]).save(name)

    return write


@pytest.fixture
def scans(picture):
    """Four digits in a folder, in this order."""
    for number, name in enumerate(NAMES):
        picture(f"scans/{name}", number)
    return Path("scans")


def row(source, text="7"):
    return Row(source, 1, 1, None, None, text, 0.9876, "accept", 1, 2, 3, 4)


def begin(sources, *failed, out="a.csv"):
    """What is left of a batch that was stopped when all was done but the table, these failed."""
    work = Work(Path(out))
    with work.held():
        wanted = manifest_of(sources, Options(), append=False, review=None)
        work.begin(wanted, chunks(find_items(sources, work.spool)), None)
        for number, items in enumerate(work.chunks()):
            names = [plain(item.source) for item in items]
            rows = [failure_row(n, "away") if n in failed else row(n, "kept") for n in names]
            work.add(Task(number, items), Part(rows, 1, Counts.of(rows)))
    return work


def texts(path="a.csv"):
    """The source and the text of each row."""
    lines = Path(path).read_text(encoding="utf-8-sig").splitlines()[1:]
    return [(line.split(",")[0], line.split(",")[5]) for line in lines]


def test_a_table_becomes_what_it_would_have_been(scans, picture):
    read_batch(["scans"], "whole.csv", jobs=1)
    (scans / "1.png").write_bytes(b"")
    (scans / "3.png").write_bytes(b"")
    read_batch(["scans"], "a.csv", jobs=1)
    assert [text for _, text in texts()][1::2] == ["", ""]
    # One of them is still away; what came since is another matter.
    picture("scans/1.png", 1)
    picture("scans/2a.png", 2)
    summary = read_batch(["scans"], "a.csv", jobs=1, retry_failed=True)
    assert (summary.files, summary.rows, summary.counts.failed) == (2, 2, 1)
    picture("scans/3.png", 3)
    read_batch(["scans"], "a.csv", jobs=1, retry_failed=True)
    assert Path("a.csv").read_bytes() == Path("whole.csv").read_bytes()
    assert not Path("a.csv.parts").exists()
    assert read_batch(["scans"], "a.csv", jobs=1, retry_failed=True).files == 0


def test_what_was_begun_goes_on_and_tries_what_failed_alone(scans):
    begin(["scans"], "scans/1.png", out="a.xlsx")
    summary = read_batch(["scans"], "a.xlsx", jobs=1, retry_failed=True)
    assert (summary.files, summary.rows, summary.counts.failed) == (4, 4, 0)
    cells = openpyxl.load_workbook("a.xlsx").active["F"]
    assert [cell.value == "kept" for cell in cells[1:]] == [True, False, True, True]


def test_without_the_option_what_failed_stays(scans):
    begin(["scans"], "scans/1.png")
    assert read_batch(["scans"], "a.csv", jobs=1).counts.failed == 1


def test_the_pages_of_a_pdf_are_tried_again_by_their_part(digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pages = [Image.fromarray(255 - image) for image in digits.test_images[:18]]
    pages[0].save("a.pdf", save_all=True, append_images=pages[1:], resolution=200)
    work = begin(["a.pdf"])
    (items,) = work.chunks()
    rows = [failure_row("a.pdf", "away", 17)]
    work.add(Task(0, items), Part([row("a.pdf", "kept")], 18, Counts(1, 1)))
    work.add(Task(0, items, 17), Part(rows, 18, Counts.of(rows)))
    read_batch(["a.pdf"], "a.csv", jobs=1, retry_failed=True)
    first, *others = (text for _, text in texts())
    assert first == "kept"
    assert len(others) == 2
    assert not {"", "kept"} & set(others)


@pytest.mark.parametrize("is_begun", [True, False])
def test_what_could_not_even_be_planned_is_found_by_then(picture, is_begun):
    """A line that led nowhere is a file by now, a folder, or an archive."""
    picture("a.png", 1)
    lines = ["late.pdf", "folder", "a.png", "late.zip"]
    Path("list.txt").write_text("\n".join(lines))
    if is_begun:
        begin(["list.txt"], "late.pdf", "folder", "late.zip")
    else:
        rows = [row(name) if name == "a.png" else failure_row(name, "away") for name in lines]
        write_table(rows, Path("a.csv"))
    for name in ("late.pdf", "folder/1.png", "folder/2.png"):
        picture(name)
    with zipfile.ZipFile("late.zip", "w") as archive:
        archive.write("a.png", "in/a.png")
    read_batch(["list.txt"], "a.csv", jobs=1, retry_failed=True)
    names = ["late.pdf", "folder/1.png", "folder/2.png", "a.png", "late.zip/in/a.png"]
    assert [name for name, _ in texts()] == names
    assert all(text for _, text in texts())


def test_a_round_that_is_interrupted_goes_on_and_the_next_one_is_new(scans, monkeypatch):
    monkeypatch.setattr("shuzi.batch.item.MOST_ITEMS", 1)
    work = begin(["scans"], "scans/1.png", "scans/2.png")

    def due():
        work.due.clear()
        work.start_round()
        assert work.survey()[:2] == (4, 4 - len(work.due))
        return [int(name[:8]) for name in sorted(work.due)]

    assert due() == [1, 2]
    rows = [failure_row("scans/1.png", "still away")]
    work.add(Task(1, []), Part(rows, 1, Counts.of(rows)))
    # Begun anew, as after a crash.
    work = Work(Path("a.csv"))
    assert due() == [2]
    work.add(Task(2, []), Part([row("scans/2.png")]))
    work = Work(Path("a.csv"))
    assert due() == [1]


@pytest.mark.parametrize("end", [end for end in FORMATS if end != ".xlsx"])
def test_other_rows_of_a_table_stay_as_they_are(tmp_path, end):
    # A folder, with what was read of it before it was away.
    gone = [failure_row("b/", "away"), row("b/0.png")]
    before = [row("./a.png"), *gone, row("c.png"), failure_row("=d.png", "x")]
    after = [before[0], row("b/1.png"), row("b/2.png"), *before[3:]]
    names = [tmp_path / f"{name}{end}" for name in ("before", "after")]
    for rows, name in zip((before, after), names, strict=True):
        write_table(rows, name)
    failed = Failed(names[0])
    assert [failed.of(name) for name in ("=d.png", "b/1.png", "bb/1.png")] == ["=d.png", "b", None]
    work = Work(names[0])
    with work.held():
        items = [Item(source=name, place=name) for name in ("b/1.png", "b/2.png")]
        work.begin({}, ([item] for item in items), names[0])
        for number, item in enumerate(items):
            work.add(Task(number, [item]), Part([row(item.source)]))
        write_table(mended(work), tmp_path / f"mended{end}")
    assert (tmp_path / f"mended{end}").read_bytes() == names[1].read_bytes()


def test_a_cell_of_several_lines_and_a_line_without_an_end_are_rows_as_any(tmp_path):
    path = tmp_path / "a.csv"
    write_table([row("a.png"), failure_row("b.png", "away")], path)
    text = path.read_bytes().replace(b"accept", b'"accept\r\nand a note"').rstrip(b"\n")
    path.write_bytes(text)
    assert [entry for _, _, entry in entries(path)] == [
        'a.png,1,1,,,7,0.9876,"accept\r\nand a note",1,2,3,4,\n',
        "b.png,,,,,,,,,,,,away\n",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"out": "a.xlsx"}, "nor tried again in it"),
        ({"overwrite": True}, "--overwrite and --retry-failed cannot go together"),
        ({"sources": ["scans/2.png"]}, "1 source that could not be read, and none of them"),
    ],
)
def test_what_cannot_be_tried_again_is_refused(scans, given, said):
    for name in ("a.csv", "a.xlsx"):
        write_table([failure_row("scans/1.png", "away")], Path(name))
    given = {"sources": ["scans"], "out": "a.csv"} | given
    with pytest.raises(UsageError) as refused:
        read_batch(**given, jobs=1, retry_failed=True)
    assert said in refused.value.told("command")[0]
    assert not Path(f"{given['out']}.parts").exists()


def test_what_tries_again_is_not_taken_for_another_batch(scans):
    wanted = manifest_of(["scans"], Options(), append=False, retry_failed=True, review=None)
    work = Work(Path("a.csv"))
    write_table([failure_row("scans/1.png", "away")], work.out)
    with work.held():
        work.begin(wanted, chunks(find_items(["scans/1.png"], work.spool)), work.out)
    with pytest.raises(UsageError) as refused:
        read_batch(["scans"], "a.csv", jobs=1)
    assert "--retry-failed was given and is not given" in refused.value.told("command")[0]


def test_the_command_says_how_to_try_again_and_what_came_of_it(scans, picture, command):
    (scans / "1.png").write_bytes(b"")
    words = ["batch", "scans", "-o", "a.csv", "-j", "1"]
    assert "with --retry-failed tries again" in command(*words).stderr
    picture("scans/1.png", 1)
    done = command(*words, "--retry-failed")
    assert done.stdout.splitlines()[-1] == "Put into a.csv: 1 row"
    done = command(*words, "--retry-failed")
    assert (done.returncode, done.stdout) == (0, "Nothing in a.csv is to be tried again\n")


def test_new_files_are_added_and_what_failed_is_tried_again_if_both_are_said(scans):
    write_table([row("scans/0.png", "kept"), failure_row("scans/1.png", "away")], Path("a.csv"))
    read_batch(["scans"], "a.csv", jobs=1, append=True, retry_failed=True)
    assert [name for name, _ in texts()] == [f"scans/{name}" for name in NAMES]
    assert [bool(text) for _, text in texts()] == [True] * 4
    assert texts()[0][1] == "kept"
