"""Files are the old one or the new one, and are read only as far as they may go."""

import os
from pathlib import Path

import pytest

from shuzi.errors import OutputError, UsageError
from shuzi.files import (
    check_other,
    fill_atomically,
    open_file,
    read_json,
    remove_unfinished,
    write_atomically,
)


def test_the_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "a.txt"
    with write_atomically(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_keeps_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), write_atomically(path) as temporary:
        temporary.write_text("new")
        _ = 1 / 0
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path):
    with (
        pytest.raises(OutputError, match=r"none/a.txt cannot be written: No such file"),
        write_atomically(tmp_path / "none" / "a.txt"),
    ):
        pass


def test_a_folder_without_permission_is_named(tmp_path, powerless):
    tmp_path.chmod(0o500)
    with (
        powerless,
        pytest.raises(OutputError, match="Permission denied"),
        write_atomically(tmp_path / "a.txt"),
    ):
        pass


@pytest.mark.parametrize(("make", "kind"), [(Path.mkdir, "a folder"), (os.mkfifo, "a device or")])
def test_what_is_no_file_is_not_replaced(tmp_path, make, kind):
    make(tmp_path / "a.txt")
    with pytest.raises(OutputError, match=f"it is {kind}"), write_atomically(tmp_path / "a.txt"):
        pass
    assert not (tmp_path / "a.txt").is_file()


def test_a_link_that_leads_round_to_itself_is_refused_and_stays(tmp_path):
    link = tmp_path / "a.txt"
    link.symlink_to("a.txt")
    with pytest.raises(OutputError, match="leads round to itself"), write_atomically(link):
        pass
    assert link.is_symlink()


@pytest.mark.parametrize("make", [os.symlink, os.link])
def test_what_is_read_is_known_by_whatever_name(tmp_path, make):
    (tmp_path / "a.txt").write_text("a")
    make(tmp_path / "a.txt", tmp_path / "b.txt")
    with pytest.raises(UsageError, match=r"b\.txt is what is read; it is not written over"):
        check_other(tmp_path / "b.txt", tmp_path / "a.txt")
    check_other(tmp_path / "c.txt", tmp_path / "a.txt")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path, is_there):
    target, link = tmp_path / "far/target.txt", tmp_path / "link.txt"
    target.parent.mkdir()
    if is_there:
        target.write_text("old")
    link.symlink_to("far/target.txt")
    with write_atomically(link) as temporary:
        assert temporary.parent == target.parent
        temporary.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_full_disk_is_named(tmp_path):
    with (
        pytest.raises(OutputError, match="No space left"),
        write_atomically(tmp_path / "a.txt"),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x")
        full.flush()


def test_json_is_read_from_a_file_and_from_bytes(tmp_path):
    (tmp_path / "a.json").write_text('{"a": [1, 2.5, null, "\\u6570"]}')
    for source in (tmp_path / "a.json", (tmp_path / "a.json").read_bytes()):
        assert read_json(source) == {"a": [1, 2.5, None, "数"]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 50 + b"]" * 50, None),
        (b"[" * 51 + b"]" * 51, "nested more than 50"),
        (b"[" * 100_000 + b"]" * 100_000, "nested more than 50"),
        (b'{"a":' * 51 + b"1" + b"}" * 51, "nested more than 50"),
        (b"1" * 5000, "5000 digits"),
        (b"NaN", "NaN is not a finite number"),
        (b"-Infinity", "-Infinity is not a finite number"),
        (b"1e999", "1e999 is not a finite number"),
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'"\xff"', "utf-8"),
        (rb'["\ud800"]', "surrogates"),
        (rb'{"\udc00": 1}', "surrogates"),
        (b"", "Expecting value"),
        (b'"' + bytes(100) + b'"', "more than 100 bytes"),
    ],
)
def test_json_beyond_what_ours_needs_is_a_value_error(content, said, tmp_path):
    (tmp_path / "a.json").write_bytes(content)
    limit = 100 if b"\0" in content else 1_000_000
    for source in (tmp_path / "a.json", content):
        if said is None:
            read_json(source, limit)
            continue
        with pytest.raises(ValueError, match=said):
            read_json(source, limit)


def test_only_a_regular_file_is_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="is not a regular file"):
            open_file(path)
    with pytest.raises(IsADirectoryError):
        open_file(tmp_path)


def test_what_a_killed_process_left_is_removed(tmp_path):
    (tmp_path / "checkpoint").mkdir()
    for name in (".writing-a.json", "checkpoint/.writing-b", "checkpoint/kept"):
        (tmp_path / name).write_bytes(b"")
    remove_unfinished(tmp_path)
    (tmp_path / ".writing-c").mkdir()
    (tmp_path / ".writing-c" / "d").write_bytes(b"")
    remove_unfinished(tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["kept"]


def test_a_folder_is_filled_when_the_block_ends(tmp_path):
    (tmp_path / "new" / ".writing-left").mkdir(parents=True)
    with fill_atomically(tmp_path / "new") as temporary:
        (temporary / "a").mkdir()
        assert [path.name for path in (tmp_path / "new").iterdir()] == [temporary.name]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a"]
    with (
        pytest.raises(OutputError, match="is not empty"),
        fill_atomically(tmp_path / "new"),
    ):
        pass


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("")
    (tmp_path / ".writing-theirs").write_text("")
    with pytest.raises(OutputError, match="is not empty"), fill_atomically(tmp_path):
        pass
    assert (tmp_path / ".writing-theirs").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_a_folder_that_was_not_filled_is_as_before(tmp_path, error):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "empty", tmp_path / "new"):
        with (
            pytest.raises((KeyboardInterrupt, OutputError)),
            fill_atomically(folder) as temporary,
        ):
            (temporary / "a").write_text("half")
            raise error
    assert list(tmp_path.rglob("*")) == [tmp_path / "empty"]
