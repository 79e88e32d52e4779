"""Files are the old one or the new one."""

from pathlib import Path

import pytest

from shuzi.errors import OutputError
from shuzi.files import write_atomically


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


def test_a_full_disk_is_named(tmp_path):
    with (
        pytest.raises(OutputError, match="No space left"),
        write_atomically(tmp_path / "a.txt"),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x")
        full.flush()
