"""A batch: the same table whatever happens to the processes that read it."""

import csv
import json
import os
import pty
import random
import re
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing import active_children
from pathlib import Path

import openpyxl
import pyarrow.parquet
import pytest
from PIL import Image
from places import EXAMPLES
from processes import is_alive, wait_until

from shuzi import Reader
from shuzi.batch import Options, ReadItems, chunks, find_items, item, read_batch
from shuzi.batch.estimate import estimate
from shuzi.batch.pool import Pool
from shuzi.batch.task import Task
from shuzi.batch.work import Work
from shuzi.batch.worker import Setup
from shuzi.errors import ImageError, ModelError, OutputError, UsageError
from shuzi.review.intake import Intake
from shuzi.review.store import open_store


@pytest.fixture
def scans(digits, tmp_path, monkeypatch):
    """A folder with 12 digits in two folders, a picture that is none, and a PDF of 18 pages."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scans"
    for number, image in enumerate(digits.test_images[:12]):
        place = folder / f"{number % 2}"
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(255 - image).save(place / f"{number}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG")
    pages = [Image.fromarray(255 - image) for image in digits.test_images[12:30]]
    pages[0].save(folder / "all.pdf", save_all=True, append_images=pages[1:], resolution=200)
    return folder


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_batch_says_what_the_reader_says(scans, tmp_path):
    summary = read_batch(["scans"], "a.csv", jobs=2)
    rows = rows_of(tmp_path / "a.csv")
    wanted = [*(f"scans/{n % 2}/{n}.png" for n in (0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11))]
    wanted += ["scans/all.pdf"] * 18 + ["scans/broken.png"]
    assert [row["source"] for row in rows] == wanted
    assert [row["page"] for row in rows[12:-1]] == [str(page) for page in range(1, 19)]
    assert "is not a picture" in rows[-1]["error"]
    pages = list(Reader().read_pages("scans/all.pdf"))
    assert [row["text"] for row in rows[12:-1]] == [page.numbers[0].text for page in pages]
    assert (summary.rows, summary.files, summary.counts.failed) == (31, 14, 1)
    assert not (tmp_path / "a.csv.parts").exists()


KILLED = """
import os, signal, sys
import shuzi.batch.item
shuzi.batch.item.MOST_ITEMS = 2
left = [int(sys.argv.pop(1))]

def count(event, arguments):
    touches = event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir")
    if touches and ".parts" in str(arguments[0]):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
from shuzi.cli import main
main()
"""


def test_killed_at_any_moment_it_goes_on_to_the_same_table(scans, programs, tmp_path):
    """The process kills itself when it has touched its files so often, a random number."""
    chance, kills = random.Random(3), 0

    def run(out, touches):
        return programs.run(
            "-c", KILLED, touches, "batch", "scans", "-o", out, "-j", "1", cwd=tmp_path
        )

    assert run("whole.csv", -1).returncode == 0
    whole = (tmp_path / "whole.csv").read_bytes()
    while kills < 20:
        done = run("a.csv", chance.randrange(1, 40))
        kills += done.returncode == -signal.SIGKILL
        if (tmp_path / "a.csv").exists() and not (tmp_path / "a.csv.parts").exists():
            assert (tmp_path / "a.csv").read_bytes() == whole
            (tmp_path / "a.csv").unlink()
        else:
            assert done.returncode == -signal.SIGKILL, done.stderr
    assert run("a.csv", -1).returncode == 0
    assert (tmp_path / "a.csv").read_bytes() == whole
    assert names(tmp_path) == ["a.csv", "scans", "whole.csv"]


def test_a_plan_that_was_cut_off_is_made_anew(scans, tmp_path):
    work = Work(tmp_path / "a.csv")
    work.folder.mkdir()
    (work.folder / "lock").touch()
    work.plan(chunks(find_items(["scans"], work.spool)))
    read_batch(["scans"], "a.csv", jobs=1)
    assert len(rows_of(tmp_path / "a.csv")) == 31


@pytest.fixture
def begun(scans, tmp_path):
    """What a run leaves that was stopped before it read anything."""
    work = Work(tmp_path / "a.csv")
    from shuzi.batch.work import manifest_of

    with work.held():
        found = chunks(find_items(["scans"], work.spool))
        work.begin(manifest_of(["scans"], Options(), append=False, review=None), found, None)
    return work


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"rotate": 90, "fast": True},
            "--rotate was not given and is 90; --fast was not",
        ),
        ({"kind": "page", "target_error": 0.02}, "--as was auto and is page; --target-error was 0"),
        ({"model": True}, "the digit model is another one"),
        ({"expect": ["dd", "0..9"]}, "--expect was not given and is dd 0..9"),
        ({"append": True}, "--append was not given and is given"),
        ({"review": ("reviews.db", None)}, "--review was not given and is given"),
        ({"sources": ["scans/0"]}, "sources was scans and is scans/0"),
    ],
)
def test_what_was_begun_otherwise_is_refused_by_what_differs(begun, run, given, said):
    if "model" in given:
        given = {"model": run.folder}
    options = {name: given.pop(name) for name in list(given) if name in Options.__slots__}
    given = {"sources": ["scans"], "out": "a.csv", "options": Options(**options)} | given
    with pytest.raises(UsageError) as refused:
        read_batch(**given)
    message, remedy = refused.value.told("command")
    assert message.startswith(f"a.csv.parts was begun otherwise: {said}")
    assert "--overwrite" in remedy


def test_what_was_begun_before_there_was_an_option_is_gone_on_with(begun):
    manifest = json.loads(begun.manifest.read_text())
    del manifest["options"]["expect"]
    begun.manifest.write_text(json.dumps(manifest))
    assert read_batch(["scans"], "a.csv", jobs=1).files == 14


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sources": "scans"}, "sources must be a list of paths, not 'scans'"),
        ({"options": {"fast": True}}, r"options must be shuzi.batch.Options, not {'fast': True}"),
        ({"options": Options(fast="no")}, "fast must be True or False, not 'no'"),
        ({"options": Options(max_pixels=0)}, "max_pixels must be a whole number, 1 or more, not 0"),
        ({"out": 5}, "out must be a path, not 5"),
        ({"jobs": -1}, "jobs must be a whole number, 1 or more, not -1"),
    ],
)
def test_a_value_that_cannot_be_is_refused(tmp_path, wrong, said):
    with pytest.raises(UsageError, match=said):
        read_batch(**{"sources": ["scans"], "out": tmp_path / "a.csv"} | wrong)


def test_what_was_begun_otherwise_is_replaced_if_that_is_said(begun, tmp_path):
    read_batch(["scans/0"], "a.csv", jobs=1, overwrite=True)
    assert len(rows_of(tmp_path / "a.csv")) == 6
    assert not begun.folder.exists()


def test_a_manifest_that_is_none_is_refused(begun):
    begun.manifest.write_text("{")
    with pytest.raises(OutputError, match=r"manifest\.json cannot be used"):
        read_batch(["scans"], "a.csv", jobs=1)


def test_two_at_once_are_refused(begun):
    with begun.held(), pytest.raises(OutputError, match=r"a\.csv\.parts is in use"):
        read_batch(["scans"], "a.csv", jobs=1)


def test_a_file_that_vanished_is_a_row(begun, scans, tmp_path):
    (scans / "1" / "5.png").unlink()
    read_batch(["scans"], "a.csv", jobs=1)
    rows = {row["source"]: row["error"] for row in rows_of(tmp_path / "a.csv")}
    assert rows["scans/1/5.png"] == "scans/1/5.png: there is no such file."


def test_a_table_that_is_there_is_refused_replaced_or_added_to(scans, tmp_path):
    read_batch(["scans/0"], "a.csv", jobs=1)
    with pytest.raises(OutputError, match=r"a\.csv is there already"):
        read_batch(["scans/0", "scans/1"], "a.csv", jobs=1)
    before = (tmp_path / "a.csv").read_bytes()
    summary = read_batch(["scans/0", "scans/1"], "a.csv", jobs=1, append=True)
    assert (summary.files, summary.rows) == (6, 6)
    assert (tmp_path / "a.csv").read_bytes().startswith(before)
    appended = (tmp_path / "a.csv").read_bytes()
    read_batch(["scans/0", "scans/1"], "a.csv", jobs=1, overwrite=True)
    assert {r["source"] for r in rows_of(tmp_path / "a.csv")} == {
        line.split(b",")[0].decode() for line in appended.splitlines()[1:]
    }


@pytest.mark.parametrize("out", ["no/a.csv", "scans.csv"])
def test_a_table_that_cannot_be_written_is_refused_first(scans, tmp_path, out):
    (tmp_path / "scans.csv").mkdir()
    with pytest.raises(OutputError, match=r"cannot be written: (there is no|it is a) folder"):
        read_batch(["scans"], out, jobs=1)


@pytest.mark.parametrize("linked", [False, True])
def test_a_folder_of_somebody_elses_is_left_alone(scans, tmp_path, linked):
    folder = tmp_path / ("mine" if linked else "a.csv.parts")
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    if linked:
        (tmp_path / "a.csv.parts").symlink_to(folder)
    with pytest.raises(OutputError, match=r"a\.csv\.parts, in which .* is there already"):
        read_batch(["scans"], "a.csv", jobs=1, overwrite=True)
    assert names(folder) == ["letter.txt"]


FULL = """
import resource, sys

def fill(event, arguments):
    if event == "open" and arguments[1] == "w" and "00000000-" in str(arguments[0]):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

sys.addaudithook(fill)
from shuzi.cli import main
main()
"""


def test_a_disk_that_is_full_stops_it_and_it_goes_on(scans, command, tmp_path):
    words = ["batch", "scans", "-o", "a.csv", "-j", "1"]
    done = subprocess.run(
        [sys.executable, "-c", FULL, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 8, done.stderr
    assert "cannot be written: File too large" in done.stderr
    assert "Free some space" in done.stderr
    assert command(*words).returncode == 0
    assert len(rows_of(tmp_path / "a.csv")) == 31


@pytest.fixture
def started(scans, tmp_path):
    """A batch of a process, which waits at a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe.png")
    words = ["batch", "scans/0", "pipe.png", "scans/1/1.png", "-o", "a.csv", "-j", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "shuzi", *words], stderr=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def wait_until_read(pipe):
    """Until a process reads from the pipe; an end to write to it."""
    ends = []

    def is_read():
        try:
            ends.append(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    wait_until(is_read)
    return ends[0]


def children(process):
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(child) for child in listed.read_text().split()]


def test_a_picture_that_ends_its_process_is_tried_alone_and_told_of(started, tmp_path):
    for _ in range(2):
        end = wait_until_read("pipe.png")
        readers = [pid for pid in children(started) if reads(pid, "pipe.png")]
        os.kill(readers[0], signal.SIGKILL)
        wait_until(lambda pid=readers[0]: pid not in children(started))
        os.close(end)
    started.communicate(timeout=100)
    rows = rows_of(tmp_path / "a.csv")
    assert [row["text"] != "" for row in rows] == [True] * 6 + [False, True]
    assert "pipe.png ended the process that read it" in rows[6]["error"]


def reads(process, name):
    opened = Path(f"/proc/{process}/fd").iterdir()
    return any(str(link.readlink()).endswith(name) for link in opened)


def test_ctrl_c_says_what_is_done_and_it_goes_on(started, tmp_path):
    os.close(wait_until_read("pipe.png"))
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=100)
    assert started.returncode == 130
    assert "Stopped: 0 of 8 files are read, and kept in a.csv.parts." in said
    assert "The same command goes on" in said
    (tmp_path / "pipe.png").unlink()
    (tmp_path / "pipe.png").write_bytes((EXAMPLES / "3.png").read_bytes())
    read_batch(["scans/0", "pipe.png", "scans/1/1.png"], "a.csv", jobs=1)
    assert [row["text"] for row in rows_of(tmp_path / "a.csv")][6] == "3"


def test_a_reader_does_not_hear_ctrl_c_while_it_loads(started):
    def loading():
        lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children(started)}
        return [pid for pid, line in lines.items() if b"spawn_main" in line]

    wait_until(loading)
    (reader,) = loading()
    os.kill(reader, signal.SIGINT)
    os.close(wait_until_read("pipe.png"))
    assert loading() == [reader]


def test_without_the_first_process_a_reader_ends_in_the_midst_of_a_picture(started):
    end = wait_until_read("pipe.png")
    (reader,) = [pid for pid in children(started) if reads(pid, "pipe.png")]
    started.kill()
    wait_until(lambda: not is_alive(reader))
    os.close(end)


def test_a_terminal_sees_how_far_it_is(scans):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "shuzi", "batch", "scans/0", "-o", "a.csv", "-j", "1", "--fast"],
        stderr=theirs,
        stdout=subprocess.DEVNULL,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "200"},
    )
    os.close(theirs)
    said = b""
    # The end of a terminal that nobody writes to is an error.
    with suppress(OSError):
        while part := os.read(ours, 65536):
            said += part
    os.close(ours)
    assert process.wait(100) == 0
    told = r"\d/s, 0 s left: \d+ accepted, \d+ to review, 0 failed"
    assert re.search(told, said.decode())


def test_a_page_that_takes_for_ever_is_given_up(scans, tmp_path):
    os.mkfifo("pipe.png")
    task = Task(0, list(find_items(["pipe.png", "scans/0/0.png"], tmp_path)))
    parts = []
    end = os.open("pipe.png", os.O_RDWR)
    with Pool(1, Setup(Options(), str(tmp_path)), seconds=5) as pool:
        pool.run(iter([task]), lambda task, part: parts.append(part) or [])
    os.close(end)
    assert [bool(row.error) for row in parts[0].rows] == [True, False]
    assert parts[0].rows[0].error == "pipe.png was given up: it took more than 5 seconds."
    assert not active_children()


def test_a_model_that_is_none_is_told_of_once(scans):
    with pytest.raises(ModelError, match=r"no\.onnx cannot be read: No such file"):
        read_batch(["scans"], "a.csv", Options(model="no.onnx"), jobs=1)


def test_what_was_not_accepted_is_queued_once(scans, tmp_path):
    place = str(tmp_path / "reviews.db")
    with open_store(place) as store:
        for _ in range(2):
            intake = Intake(store, share=1.0)
            read_batch(["scans"], "a.csv", jobs=1, review=(place, intake), overwrite=True)
        assert store.waiting() >= 30
        assert intake.count == 0


def test_the_callable_gives_the_rows_of_the_table(scans, tmp_path):
    read_batch(["scans/0"], "a.jsonl", jobs=1)
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    rows = ReadItems()(list(find_items(["scans/0"], tmp_path)))
    assert [row._asdict() for row in rows] == [json.loads(line) for line in lines]


def test_pages_that_cannot_be_read_do_not_end_those_after_them(scans, tmp_path):
    content = (scans / "all.pdf").read_bytes()
    # The third page's picture is as large as no picture may be.
    at = [place for place in range(len(content)) if content.startswith(b"/Width 28", place)][2]
    (scans / "all.pdf").write_bytes(content[:at] + b"/Width 9999999" + content[at + 9 :])
    rows = ReadItems(Options(max_pixels=1000))(list(find_items(["scans/all.pdf"], tmp_path)))
    assert [row.page for row in rows] == list(range(1, 19))
    assert [row.page for row in rows if row.error] == [3]


def test_a_link_stays_and_what_it_leads_to_is_written(scans, tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "a.csv").symlink_to("far/b.csv")
    summary = read_batch(["scans/0"], "a.csv", jobs=1)
    assert (tmp_path / "a.csv").is_symlink()
    assert summary.out == tmp_path / "far/b.csv"
    assert len(rows_of(tmp_path / "far/b.csv")) == 6


def test_names_of_any_bytes_are_read_and_written_out(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for name in (b"\xff.png", "数字.png".encode(), b"a\nb.png"):
        Path(os.fsdecode(b"in/" + name)).write_bytes((EXAMPLES / "3.png").read_bytes())
    Path("list.txt").write_bytes(b"in/\xff.png\nin\n")
    wanted = ["in/\\udcff.png", "in/a\\u000ab.png", "in/数字.png"]
    for end in ("csv", "jsonl", "parquet", "xlsx"):
        read_batch(["list.txt"], f"a.{end}", jobs=1)
    assert [(row["source"], row["text"]) for row in rows_of(tmp_path / "a.csv")] == [
        (name, "3") for name in wanted
    ]
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["source"] for line in lines] == wanted
    assert pyarrow.parquet.read_table("a.parquet")["source"].to_pylist() == wanted
    cells = openpyxl.load_workbook("a.xlsx", data_only=True).active["A"]
    assert [cell.value for cell in cells[1:]] == wanted


def test_nothing_that_can_be_read_is_a_failure_with_a_table(command, tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    done = command("batch", "a.png", "-o", "a.csv", "-j", "1")
    assert done.returncode == ImageError.exit_code
    assert "Nothing could be read; a.csv says why" in done.stderr
    assert "a.png is empty" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")


def test_what_was_done_is_told_and_of_an_append_what_is_new(scans, command):
    (scans / "1" / "1.png").write_bytes((EXAMPLES / "3.png").read_bytes())
    done = command("batch", "scans/1/1.png", "-o", "a.csv", "-j", "1")
    assert done.stdout.splitlines() == [
        "1 file: 1 number accepted, 0 to review, 0 rejected; 0 pictures without a number, 0 that "
        "could not be read",
        "Written to a.csv: 1 row",
    ]
    done = command("batch", "scans/1", "-o", "a.csv", "-j", "1", "--append")
    assert done.stdout.splitlines()[-1] == "Added to a.csv: 5 rows"


def test_a_dry_run_says_what_all_would_take(scans, command, tmp_path):
    done = command("batch", "scans", "--dry-run", "-j", "2")
    first, *lines = done.stdout.splitlines()
    assert first.startswith("14 files, ")
    assert [line.split()[0] for line in lines] == ["time", "table", "review", "failed"]
    assert "28 to 34 rows" in done.stdout
    assert "1 of the 14" in lines[-1]
    assert names(tmp_path) == ["scans"]


def test_a_dry_run_reads_the_first_pages_of_a_file_of_many(scans, monkeypatch):
    seen, look = [], Reader.look
    monkeypatch.setattr(
        Reader, "look", lambda self, *page: seen.append(page[2]) or look(self, *page)
    )
    found = estimate(["scans/all.pdf"], Options())
    assert max(seen) == 16
    assert found.rows == pytest.approx((6, 30))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--out is missing"),
        (["-o", "a.xls"], "a.xls must end in"),
        (["-o", "a.csv", "--append", "--overwrite"], "--overwrite and --append cannot go together"),
        (["-o", "a.csv", "--sample", "0.1"], "go with --review"),
        (["-o", "a.csv", "--watch"], "--watch looks at folders"),
        (["-o", "a.csv", "--target-error", "2"], "--target-error must be from 0"),
        (["-o", "a.csv", "-j", "0"], "--jobs"),
    ],
)
def test_options_that_cannot_be_are_refused(refused, words, said, tmp_path):
    (tmp_path / "a.png").write_bytes(b"")
    assert said in refused(2, "batch", "a.png", *words)
    assert names(tmp_path) == ["a.png"]


def test_a_plan_of_many_is_read_a_line_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(item, "MOST_ITEMS", 2)
    work = Work(tmp_path / "a.csv")
    found = [item.Item(source=f"{n}.png", place=f"{n}.png") for n in range(5)]
    with work.held():
        work.begin({}, chunks(found), None)
        assert work.plan(chunks(found[:1])) == 3
        assert [len(chunk) for chunk in work.chunks()] == [2, 2, 1, 1]
        assert work.survey()[0] == 6
