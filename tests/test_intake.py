"""What was read, on its way to people: from Python and from the command line."""

import csv
import io
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from databases import number
from PIL import Image
from places import EXAMPLES

from shuzi.result import Box, Page
from shuzi.review.export import export
from shuzi.review.intake import Intake
from shuzi.review.item import Verdict
from shuzi.review.store import open_store
from shuzi.web.review_documents import lease_answer

DECISIONS = ("accept", "review", "reject")


def look(source="form.png", decisions=DECISIONS):
    """A noisy page with a number of each decision."""
    grey = np.random.default_rng(0).integers(0, 256, (60, 200), dtype=np.uint8)
    numbers = tuple(number(x=20 * i, decision=d) for i, d in enumerate(decisions))
    page = Page(source=source, width=200, height=60, kind="page", numbers=numbers)
    return SimpleNamespace(grey=grey, page=page, other=None)


@pytest.mark.parametrize(
    ("share", "queued"), [(0.0, ["review", "reject"]), (1.0, ["accept", "review", "reject"])]
)
def test_what_was_not_accepted_is_queued_and_the_sample(store, share, queued):
    intake = Intake(store, share)
    intake.add(look())
    items = list(store.items())
    assert [item.number.decision for item in items] == queued
    assert [item.sampled for item in items] == [d == "accept" for d in queued]
    assert intake.count == len(queued)


def test_the_crop_goes_with_its_number(store):
    intake = Intake(store, 0.0)
    first, second = look("a.png", ("accept", "review")), look("b.png", ("review",))
    for seen in (first, second):
        intake.add(seen)
    for item in store.items():
        box = item.number.box
        crop = Image.open(io.BytesIO(store.pictures(item.id).crop))
        grown = first.grey[max(0, box.y - 4) : box.bottom + 4, max(0, box.x - 4) : box.right + 4]
        np.testing.assert_array_equal(np.asarray(crop), grown)


def unread(*boxes):
    """A page on which no number was found, and other writing in a box, if there is one."""
    grey = np.full((120, 200), 240, np.uint8)
    for box in boxes:
        grey[box.y : box.bottom, box.x : box.right] = 20
    page = Page(source="form.png", width=200, height=120, kind="page", numbers=())
    return SimpleNamespace(grey=grey, page=page, other=boxes[0] if boxes else None)


def test_other_writing_without_a_number_is_an_item_without_text(store):
    intake = Intake(store)
    intake.add(unread())
    assert intake.count == 0
    intake.add(unread(Box(20, 10, 136, 90)))
    (item,) = store.items()
    assert (item.text, item.confidence, item.state) == ("", 0.0, "open")
    assert item.number.box == Box(20, 10, 136, 90)
    assert Image.open(io.BytesIO(store.pictures(item.id).crop)).size[0] > 130


def test_an_item_without_text_goes_the_whole_way(store, tmp_path):
    intake = Intake(store)
    for x in (20, 40, 60, 80, 100):
        intake.add(unread(Box(x, 10, 6, 30)))
    lease = store.lease("Ann", 9, alike=True)
    assert [item.text for item in lease.items] == [""] * 5
    answers = [None, "1", "11", None, None]
    answer = lease_answer(lease)
    assert answer.items[0].alternatives == []
    said = [Verdict(i.id, text) for i, text in zip(lease.items, answers, strict=True)]
    store.decide(lease.token, "Ann", said)
    assert store.figures().decided == 5
    for to in ("csv", "jsonl", "dataset"):
        assert export(store, to, tmp_path / to) == 5
    with (tmp_path / "csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["read"], row["answer"]) for row in rows] == [("", a or "") for a in answers]


def test_the_same_page_is_queued_once_by_any_path(store):
    intake = Intake(store, 0.0)
    intake.add(look("a.png"))
    intake.add(look("../scans/a.png"))
    assert intake.count == 2


def test_pages_that_differ_elsewhere_are_queued_both(store):
    intake = Intake(store, 0.0)
    first, second = look(decisions=("review",)), look(decisions=("review",))
    second.grey[-1, -1] ^= 1
    intake.add(first)
    intake.add(second)
    crops = {store.pictures(item.id).crop for item in store.items()}
    assert (intake.count, len(crops)) == (2, 1)


def test_the_same_page_twice_in_a_file_is_two(store):
    intake = Intake(store, 0.0)
    first, second = look(decisions=("review",)), look(decisions=("review",))
    second.page = replace(second.page, page=2)
    intake.add(first)
    intake.add(second)
    assert intake.count == 2


def test_a_file_by_another_path_adds_nothing(command, tmp_path):
    shutil.copy(EXAMPLES / "page.jpg", tmp_path / "page.jpg")
    (tmp_path / "link.jpg").symlink_to("page.jpg")
    words = ("--target-error", 0, "--review", "reviews.db")
    done = command("read", "page.jpg", "./page.jpg", tmp_path / "page.jpg", "link.jpg", *words)
    assert "queued 8 for review" in done.stderr


def test_the_command_queues_once_and_reads_as_before(command, tmp_path):
    page = EXAMPLES / "page.jpg"
    words = ("read", page, "--target-error", 0, "--review", "reviews.db")
    first, again, alone = command(*words), command(*words), command(*words[:4])
    assert first.stdout == alone.stdout
    assert "queued 8 for review" in first.stderr
    assert "queued 0 for review" in again.stderr
    with open_store(str(tmp_path / "reviews.db"), create=False) as store:
        assert {item.source for item in store.items()} == {str(page)}


def test_status_and_export_of_what_was_decided(command, tmp_path):
    page = EXAMPLES / "page.jpg"
    command("read", page, "--review", "reviews.db", "--sample", 1, "--double-entry")
    with open_store(str(tmp_path / "reviews.db"), create=False) as store:
        for name in ("Ann", "Bob"):
            lease = store.lease(name, 3)
            store.decide(lease.token, name, [Verdict(i.id, "7", 2.0) for i in lease.items])
    status = command("review", "status", "reviews.db").stdout
    assert "open      5, 0 of them with somebody now" in status
    assert "agreement 100.00% of 3" in status
    assert "2.00 seconds each, 1800 an hour" in status
    command("review", "export", "reviews.db", "--to", "csv", "--out", "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        assert [row["answer"] for row in csv.DictReader(file)] == ["7"] * 3


def test_what_cannot_be_used_is_refused(refused, tmp_path):
    (tmp_path / "notes.txt").write_text("no database, only some text")
    page = EXAMPLES / "3.png"
    assert "not a database" in refused(11, "read", page, "--review", "notes.txt")
    assert "no such file" in refused(11, "review", "status", "none.db")
    assert "no such file" in refused(11, "review", "export", "none.db", "--to", "csv", "--out", "a")
    assert "--sample" in refused(2, "read", page, "--review", "a.db", "--sample", 2)
    said = refused(11, "review", "status", "postgresql://x:secret@127.0.0.1:1/none")
    assert "secret" not in said


def test_a_form_that_is_none_is_refused(command, refused):
    command("read", EXAMPLES / "3.png", "--review", "a.db")
    assert "--to must be csv" in refused(
        2, "review", "export", "a.db", "--to", "xml", "--out", "a.xml"
    )
