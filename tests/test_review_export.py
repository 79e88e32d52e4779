"""What was decided, as files."""

import csv
import json
from datetime import datetime

import pytest
from databases import item

from shuzi.errors import OutputError, UsageError
from shuzi.review.export import export
from shuzi.review.item import Verdict
from shuzi.review.store import open_store


@pytest.fixture
def decided(store):
    """Three items, decided as 42, no number and 7, and an open one."""
    store.add([item(0), item(1, source="=HYPERLINK(1).png"), item(2, "12", 0.25), item(3)])
    lease = store.lease("@Ann", 3)
    answers = zip(lease.items, ["42", None, "7"], strict=True)
    store.decide(lease.token, "@Ann", [Verdict(i.id, text, 1.5) for i, text in answers])
    return store


def test_csv_has_a_row_an_item(decided, tmp_path):
    assert export(decided, "csv", tmp_path / "out.csv") == 3
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["answer"] for row in rows] == ["42", "", "7"]
    assert [row["read"] for row in rows] == ["7", "7", "12"]
    assert (rows[2]["confidence"], rows[2]["x"], rows[2]["page"]) == ("0.2500", "2", "1")
    assert datetime.fromisoformat(rows[0]["decided"]).utcoffset().seconds == 0


def test_csv_holds_signed_numbers_as_they_are(store, tmp_path):
    store.add([item(0, "-5")])
    lease = store.lease("Ann", 1)
    store.decide(lease.token, "Ann", [Verdict(lease.items[0].id, "-7,5", 1.5)])
    export(store, "csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["read"], row["answer"]) == ("-5", "-7,5")


def test_csv_holds_no_formula(decided, tmp_path):
    export(decided, "csv", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[1]["source"] == "'=HYPERLINK(1).png"
    assert rows[1]["reviewers"] == "'@Ann"


def test_jsonl_has_the_history(decided, tmp_path):
    assert export(decided, "jsonl", tmp_path / "out.jsonl") == 3
    first = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert (first["answer"], first["number"]["text"]) == ("42", "7")
    assert [(e["reviewer"], e["text"]) for e in first["history"]] == [("@Ann", "42")]


def test_a_dataset_has_crops_and_labels(decided, tmp_path):
    assert export(decided, "dataset", tmp_path / "set") == 3
    with (tmp_path / "set" / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["digits"] for row in rows] == ["42", "", "7"]
    assert (tmp_path / "set" / rows[0]["file"]).read_bytes() == item().crop


def test_nothing_is_written_over(decided, tmp_path):
    export(decided, "dataset", tmp_path / "set")
    with pytest.raises(OutputError, match="not empty"):
        export(decided, "dataset", tmp_path / "set")
    with pytest.raises(OutputError, match="cannot be written"):
        export(decided, "csv", tmp_path / "none" / "out.csv")
    with pytest.raises(UsageError, match="to must be csv"):
        export(decided, "xml", tmp_path / "out.xml")


@pytest.mark.parametrize("queue", ["reviews.db", "sqlite:///reviews.db"])
def test_the_queue_is_not_written_over(refused, tmp_path, queue):
    with open_store(str(tmp_path / "reviews.db")) as store:
        store.add([item(0)])
    words = "review", "export", queue, "--to", "csv", "--out", "reviews.db"
    assert "reviews.db is the queue" in refused(2, *words)
    with open_store(str(tmp_path / "reviews.db"), create=False) as store:
        assert len(store.lease("@Ann", 3).items) == 1


def test_a_link_that_leads_round_to_itself_is_refused(refused, tmp_path):
    open_store(str(tmp_path / "reviews.db")).close()
    (tmp_path / "out.csv").symlink_to("out.csv")
    words = "review", "export", "reviews.db", "--to", "csv", "--out", "out.csv"
    assert "leads round to itself" in refused(8, *words)
