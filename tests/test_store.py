"""The review queue, on SQLite and on a real PostgreSQL server."""

from dataclasses import replace
from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from databases import item
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from shuzi.errors import UsageError
from shuzi.review.item import Decided, NewItem, Verdict
from shuzi.review.migrate import HEAD, MIGRATIONS, VERSION_TABLE
from shuzi.review.store import open_store
from shuzi.review.tables import items, metadata


def answer(store, name, count=1, said="7", **options):
    """Lease items and give them all the same answer."""
    lease = store.lease(name, count, **options)
    store.decide(lease.token, name, [Verdict(item.id, said, 2.0) for item in lease.items])
    return [item.id for item in lease.items]


def later(store, **time):
    now = store.now() + timedelta(**time)
    store.now = lambda: now


def test_migrations_make_the_tables_that_the_code_knows(store):
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_what_was_added_comes_back(store):
    new = item(text="72", confidence=0.4)
    (number,) = store.add([new])
    (found,) = store.items()
    assert (found.id, found.number, found.inside) == (number, new.number, new.inside)
    assert (found.text, found.state, found.answer, found.attempt) == ("72", "open", None, 1)
    assert store.pictures(number).crop == new.crop
    assert store.pictures(number).surroundings == new.surroundings
    assert store.pictures(99) is None


def test_the_same_number_is_queued_once(store):
    first = store.add([item(0), item(1)])
    assert len(first) == 2
    assert len(store.add([item(1), item(2)])) == 1


@pytest.mark.parametrize(
    ("source", "fingerprint"),
    [
        ("form.png", "ce0b10a0026939cf0ac95bf3166a479459e63c697cc38f3523a24d2e66453587"),
        (
            "a\x1b\u3000\udcff.png",
            "e851fb2a74ea83a9a3affb0a212789dea113ce2735e9376f8abf016444e5c0e0",
        ),
    ],
)
def test_what_an_older_version_queued_is_not_queued_again(store, source, fingerprint):
    (number,) = store.add([item()])
    with store.database.writing() as connection:
        old = update(items).where(items.c.id == number).values(fingerprint=fingerprint)
        connection.execute(old)
    new = replace(item(source=source), seen="pixels")
    assert store.add([new]) == []
    assert len(store.add([replace(new, page=2)])) == 1


def test_an_open_queue_opens_again(store, place):
    store.add([item()])
    again = open_store(place)
    assert again.waiting() == 1
    again.close()


def test_an_item_is_leased_to_one(store):
    store.add(item(i) for i in range(3))
    first, second = store.lease("Ann", 2), store.lease("Bob", 2)
    assert [len(first.items), len(second.items)] == [2, 1]
    assert not {i.id for i in first.items} & {i.id for i in second.items}
    assert store.lease("Cem", 2).items == ()


def test_a_lease_that_ran_out_is_leased_again(store):
    store.add([item()])
    store.lease("Ann", 1, seconds=60)
    later(store, seconds=59)
    assert store.lease("Bob", 1).items == ()
    later(store, seconds=2)
    assert len(store.lease("Bob", 1).items) == 1


def test_a_renewed_lease_lasts_longer(store):
    store.add([item()])
    lease = store.lease("Ann", 1, seconds=60)
    later(store, seconds=50)
    assert store.renew(lease.token, seconds=60) == store.now() + timedelta(seconds=60)
    later(store, seconds=50)
    assert store.lease("Bob", 1).items == ()


def test_a_lost_lease_cannot_be_renewed(store):
    store.add([item()])
    lease = store.lease("Ann", 1, seconds=1)
    later(store, seconds=2)
    store.lease("Bob", 1)
    assert store.renew(lease.token) is None
    assert store.renew("none") is None


def test_what_is_given_back_is_leased_at_once(store):
    store.add([item()])
    store.give_back(store.lease("Ann", 1).token)
    assert len(store.lease("Bob", 1).items) == 1


def test_alike_leases_one_text_by_doubt(store):
    sure = [0.6, 0.4, 0.9, 0.5, 0.7]
    store.add([item(9, "12"), *(item(i, "7", p) for i, p in enumerate(sure)), item(8, "3")])
    lease = store.lease("Ann", 4, alike=True)
    assert lease.text == "7"
    assert [i.confidence for i in lease.items] == [0.4, 0.5, 0.6, 0.7]


def test_few_of_a_text_are_grouped_by_length(store):
    store.add([item(0, "7"), item(1, "12", 0.8), item(2, "34", 0.6), item(3, "12", 0.7)])
    lease = store.lease("Ann", 9, alike=True)
    assert lease.text is None
    assert [i.text for i in lease.items] == ["34", "12", "12"]


def test_a_verdict_decides(store):
    store.add([item(0), item(1)])
    lease = store.lease("Ann", 2)
    verdicts = [Verdict(lease.items[0].id, "42", 1.5), Verdict(lease.items[1].id, None)]
    assert store.decide(lease.token, "Ann", verdicts) == Decided(2, ())
    assert [(i.state, i.answer) for i in store.items()] == [("decided", "42"), ("decided", None)]
    (event,) = store.history(lease.items[0].id)
    assert (event.reviewer, event.action, event.text, event.seconds) == (
        "Ann",
        "decided",
        "42",
        1.5,
    )


def test_verdicts_sent_twice_count_once(store):
    store.add([item()])
    lease = store.lease("Ann", 1)
    verdicts = [Verdict(lease.items[0].id, "7")]
    for _ in range(2):
        assert store.decide(lease.token, "Ann", verdicts) == Decided(1, ())
    assert len(store.history(lease.items[0].id)) == 1


def test_what_was_said_first_with_a_lease_stands(store):
    first, second = store.add([item(0), item(1)])
    lease = store.lease("Ann", 2)
    store.decide(lease.token, "Ann", [Verdict(first, "7")])
    verdicts = [Verdict(first, "8"), Verdict(second, "1"), Verdict(second, None)]
    assert store.decide(lease.token, "Ann", verdicts) == Decided(0, otherwise=(first, second))
    assert [i.answer for i in store.items()] == ["7", "1"]


def test_what_another_has_by_now_is_not_decided(store):
    first, second = store.add([item(0), item(1)])
    lease = store.lease("Ann", 2, seconds=1)
    store.decide(lease.token, "Ann", [Verdict(first, "7")])
    later(store, seconds=2)
    store.lease("Bob", 1)
    verdicts = [Verdict(first, "7"), Verdict(second, "7"), Verdict(99, "7")]
    assert store.decide(lease.token, "Ann", verdicts) == Decided(1, (second,), unknown=(99,))
    assert store.history(second) == []


def test_a_late_verdict_counts_while_nobody_else_has_the_item(store):
    (number,) = store.add([item()])
    lease = store.lease("Ann", 1, seconds=1)
    later(store, seconds=5)
    assert store.decide(lease.token, "Ann", [Verdict(number, "7")]).count == 1


def test_another_persons_lease_decides_nothing(store):
    (number,) = store.add([item()])
    lease = store.lease("Ann", 1)
    assert store.decide(lease.token, "Bob", [Verdict(number, "7")]) == Decided(0, (number,))


def test_undo_leases_the_last_item_again_and_erases_nothing(store):
    _, last = store.add([item(0), item(1)])
    answer(store, "Ann")
    answer(store, "Ann")
    lease = store.undo("Ann")
    assert [(i.id, i.state, i.answer) for i in lease.items] == [(last, "open", None)]
    store.decide(lease.token, "Ann", [Verdict(last, "1")])
    assert [(e.action, e.text) for e in store.history(last)] == [
        ("decided", "7"),
        ("undone", "7"),
        ("decided", "1"),
    ]
    assert [i.answer for i in store.items()] == ["7", "1"]


def test_undo_takes_back_at_once_what_was_decided_at_once(store):
    store.add([item(9), *(item(i, "7", 0.5 + i / 10) for i in range(4))])
    answer(store, "Ann")
    group = answer(store, "Ann", 4, alike=True)
    lease = store.undo("Ann")
    assert ([i.id for i in lease.items], lease.text) == (group, "7")
    assert store.lease("Bob", 9).items == ()
    assert store.waiting() == 4
    verdicts = [Verdict(item, "7") for item in group]
    assert store.decide(lease.token, "Ann", verdicts) == Decided(4, ())
    assert store.waiting() == 0
    assert [e.action for e in store.history(group[0])] == ["decided", "undone", "decided"]


def test_undo_goes_back_one_action_at_a_time_to_nothing(store):
    first, second, third = store.add([item(0), item(1), item(2)])
    answer(store, "Ann")
    answer(store, "Ann", 2)
    found = [[i.id for i in store.undo("Ann").items] for _ in range(3)]
    assert found == [[second, third], [first], []]
    assert store.undo("Bob").items == ()


def test_an_undo_sent_twice_counts_once(store):
    first, second = store.add([item(0), item(1)])
    answer(store, "Ann")
    answer(store, "Ann")
    lease = store.undo("Ann", "a key")
    again = store.undo("Ann", "a key")
    assert (again.token, again.items) == (lease.token, lease.items)
    assert [i.id for i in again.items] == [second]
    assert [i.id for i in store.items("decided")] == [first]
    assert store.undo("Bob", "a key").items == ()


def test_two_who_agree_decide(store):
    (number,) = store.add([item()], required=2)
    assert answer(store, "Ann") == [number]
    assert store.lease("Ann", 1).items == ()
    (again,) = store.lease("Bob", 1).items
    assert (again.attempt, again.state, again.answer) == (2, "open", None)


def test_two_who_differ_need_a_third(store):
    (number,) = store.add([item()], required=2)
    answer(store, "Ann", said="7")
    answer(store, "Bob", said="1")
    assert [i.id for i in store.items("disputed")] == [number]
    assert store.lease("Bob", 1).items == ()
    assert answer(store, "Cem", said="1") == [number]
    assert [(i.id, i.answer) for i in store.items("decided")] == [(number, "1")]


def test_undoing_one_of_two_opens_the_item_again(store):
    store.add([item()], required=2)
    answer(store, "Ann")
    answer(store, "Bob")
    assert [i.state for i in store.undo("Ann").items] == ["open"]
    assert store.waiting() == 1


def test_undo_takes_nothing_from_the_second_person(store):
    _, looked_at = store.add([item(0), item(1)], required=2)
    answer(store, "Ann", 2)
    answer(store, "Bob")
    theirs = store.lease("Bob", 1)
    assert [i.id for i in store.undo("Ann").items] == [looked_at - 1]
    verdicts = [Verdict(looked_at, "7")]
    assert store.decide(theirs.token, "Bob", verdicts) == Decided(1, ())
    assert store.waiting() == 2
    assert answer(store, "Ann") == [looked_at]
    assert store.waiting() == 1


def test_two_who_agree_are_not_overruled_by_one_who_takes_back(store):
    (number,) = store.add([item()], required=2)
    for name, said in (("Ann", "7"), ("Bob", "1"), ("Cem", "1")):
        answer(store, name, said=said)
    assert store.undo("Ann").items == ()
    assert [(i.state, i.answer) for i in store.items()] == [("decided", "1")]
    assert [e.action for e in store.history(number)] == ["decided"] * 3 + ["undone"]


@pytest.mark.parametrize(
    "change", ["UPDATE review_history SET text = '9'", "DELETE FROM review_history"]
)
def test_the_history_refuses_to_change(store, change):
    (number,) = store.add([item()])
    answer(store, "Ann")
    with pytest.raises(DBAPIError, match="append-only"), store.database.engine.begin() as open_:
        open_.execute(text(change))
    assert store.history(number)[0].text == "7"


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 61, "a\0", "\ud800"])
def test_a_name_that_is_none_is_refused(store, name):
    with pytest.raises(UsageError, match="reviewer's name"):
        store.lease(name, 1)


def test_a_script_in_a_name_is_only_a_name(store):
    name = "<script>alert('x')</script>; DROP TABLE a; --"
    store.add([item()])
    answer(store, name)
    assert store.figures().reviewers[0].name == name


@pytest.mark.parametrize(
    "said", ["", "1.", ",5", "--1", "1..5", "=1+1", "７", "1" * 41, "a", "1\n"]
)
def test_a_verdict_that_is_no_number_is_refused(said):
    with pytest.raises(UsageError, match="not a number"):
        Verdict(1, said)


@pytest.mark.parametrize("said", ["7", "-5", "7,5", "7.5", "-1.234,5", "1" * 40])
def test_a_verdict_may_have_signs(said):
    assert Verdict(1, said).text == said


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_seconds_that_are_none_are_refused(seconds):
    with pytest.raises(UsageError, match="seconds"):
        Verdict(1, "7", seconds)


def test_a_hostile_source_is_kept_in_plain_letters(store):
    store.add([item(source="a\0b\x1b[31m\udcff\u202e.png")])
    (found,) = store.items()
    assert found.source == r"a\u0000b\u001b[31m\udcff\u202e.png"


def test_items_come_in_their_order(store):
    store.add(item(i) for i in range(1203))
    found = [i.number.box.x for i in store.items()]
    assert found == list(range(1203))
    assert isinstance(item(), NewItem)
