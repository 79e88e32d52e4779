"""Databases that cannot be used: an error that says so, and nothing lost."""

import sqlite3
import subprocess
import sys
from contextlib import suppress

import pytest
from databases import item
from sqlalchemy import event, text

from shuzi.errors import MissingExtraError, StoreError
from shuzi.review.item import Verdict
from shuzi.review.store import open_store


@pytest.fixture
def file(tmp_path):
    return tmp_path / "reviews.db"


def test_a_full_disk_loses_nothing(file):
    store = open_store(str(file))
    store.add([item()])
    with store.database.reading() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    store.close()

    @event.listens_for(store.database.engine, "connect")
    def fill(connection, _):
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")

    with pytest.raises(StoreError, match="full") as refused:
        store.add(item(i) for i in range(1, 500))
    assert "Free some space" in refused.value.remedy
    assert [i.number.box.x for i in store.items()] == [0]
    event.remove(store.database.engine, "connect", fill)
    store.close()
    assert len(store.add(item(i) for i in range(1, 500))) == 499


def test_a_database_that_is_locked_is_waited_for_and_then_refused(file):
    store = open_store(str(file), patience=0.2)
    (number,) = store.add([item()])
    lease = store.lease("Ann", 1)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked") as refused:
        store.decide(lease.token, "Ann", [Verdict(number, "7")])
    assert "Try again" in refused.value.remedy
    assert store.waiting() == 1
    other.execute("ROLLBACK")
    assert store.decide(lease.token, "Ann", [Verdict(number, "7")]).count == 1
    other.close()
    store.close()


def test_a_transaction_that_hangs_on_postgresql_is_ended(postgres):
    place = postgres.database("hanging")
    store, impatient = open_store(place, patience=2), open_store(place, patience=0.1)
    store.add([item()])
    leases = []
    with pytest.raises(StoreError), store.database.writing() as connection:
        with pytest.raises(StoreError, match="lock timeout"):
            impatient.lease("Ann", 1)
        for _ in range(600):
            with suppress(StoreError):
                leases.append(impatient.lease("Ann", 1))
                break
        connection.execute(text("SELECT 1"))
    assert [len(lease.items) for lease in leases] == [1]
    impatient.close()
    store.close()


def test_a_read_only_database_is_refused(file, powerless):
    store = open_store(str(file))
    store.add([item()])
    store.close()
    file.chmod(0o444)
    file.parent.chmod(0o555)
    with powerless, pytest.raises(StoreError) as refused, open_store(str(file)) as closed:
        closed.lease("Ann", 1)
    assert "permissions" in refused.value.remedy
    file.parent.chmod(0o755)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no database at all, but long enough" * 40, "not a database"),
        (b"\x89PNG", "not a database"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_kept(file, content, said):
    file.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        open_store(str(file))
    assert file.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_kept(file):
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    other.close()
    content = file.read_bytes()
    with pytest.raises(StoreError, match="other tables"):
        open_store(str(file))
    assert file.read_bytes() == content


@pytest.mark.parametrize(
    "change",
    [
        "review_items SET number = '{}'",
        "review_items SET number = '[]'",
        "review_items SET number = 'seven'",
        "review_items SET source = CAST(x'ff' AS TEXT)",
        "review_items SET expires = 'yesterday'",
        "review_version SET version_num = '0000'",
        "review_version SET version_num = x'ff'",
    ],
)
def test_a_database_with_a_value_that_cannot_be_is_named(file, change):
    with open_store(str(file)) as store:
        (new,) = store.add([item()])
        store.decide(store.lease("Ann", 1).token, "Ann", [Verdict(new, "7")])
    with sqlite3.connect(file) as other:
        other.execute(f"UPDATE {change}")
    other.close()
    with (
        pytest.raises(StoreError, match=r"damaged|decode") as refused,
        open_store(str(file)) as store,
    ):
        list(store.items())
        store.history(new)
    assert str(file) in refused.value.message


def test_a_newer_database_is_refused(place):
    store = open_store(place)
    with store.database.writing() as connection:
        connection.execute(text("UPDATE review_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer shuzi"):
        open_store(place)
    store.close()


def test_a_database_that_lacks_a_table_is_said_to_be_damaged(file):
    open_store(str(file)).close()
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE review_history")
    connection.close()
    with open_store(str(file)) as damaged, pytest.raises(StoreError) as caught:
        damaged.figures()
    assert "it is damaged" in caught.value.remedy


def test_a_damaged_database_is_refused(file):
    store = open_store(str(file))
    store.add(item(i) for i in range(300))
    store.close()
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(StoreError, match="malformed"), open_store(str(file)) as damaged:
        list(damaged.items())


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("none/reviews.db", "unable to open"),
        (".", "is not a regular file"),
        ("", "needs a file"),
        ("sqlite://", "needs a file"),
        (":memory:", "needs a file"),
        ("mysql://host/a", "mysql is not supported"),
        ("://", "cannot be read"),
        ("postgresql://postgres:secret@127.0.0.1:1/none", "refused"),
    ],
)
def test_a_place_that_is_none_is_refused_without_its_password(place, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match=said) as refused:
        open_store(place, patience=1)
    assert "secret" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_no_database_is_made_where_one_is_asked_for(file):
    with pytest.raises(StoreError, match="no such file"):
        open_store(str(file), create=False)
    assert not file.exists()


def test_no_queue_is_made_of_an_empty_file_that_is_looked_at(file):
    file.touch()
    with pytest.raises(StoreError, match=r"reviews\.db is empty, no review queue"):
        open_store(str(file), create=False)
    assert file.read_bytes() == b""


def test_no_queue_is_made_in_an_empty_database_that_is_looked_at(postgres):
    place = postgres.database("empty")
    for _ in range(2):
        with pytest.raises(StoreError, match="empty holds no review queue"):
            open_store(place, create=False)


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch):
    monkeypatch.setattr("shuzi.review.database.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="psycopg") as refused:
        open_store("postgresql://localhost/reviews")
    assert "[postgres]" in refused.value.remedy


def test_a_server_that_goes_away_and_comes_back_loses_nothing(postgres):
    store = open_store(postgres.database("away"), patience=2)
    (number,) = store.add([item()])
    lease = store.lease("Ann", 1)
    postgres.stop()
    with pytest.raises(StoreError) as refused:
        store.decide(lease.token, "Ann", [Verdict(number, "7")])
    assert "server" in refused.value.remedy
    postgres.start()
    assert store.decide(lease.token, "Ann", [Verdict(number, "7")]).count == 1
    assert [event.text for event in store.history(number)] == ["7"]
    store.close()


def test_many_may_make_the_tables_at_once(place):
    code = f"from shuzi.review.store import open_store; open_store({place!r}).close()"
    made = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(timeout=300) for process in made] == [0] * 3
