"""`shuzi read` into a file, and of folders within folders."""

import csv
import json
import shutil

from places import EXAMPLES


def test_o_writes_what_would_be_printed(command, tmp_path):
    printed = command("read", "--json", EXAMPLES / "3.png", EXAMPLES / "blank.jpg").stdout
    done = command("read", EXAMPLES / "3.png", EXAMPLES / "blank.jpg", "-o", "a.json")
    assert done.stdout == "Written to a.json\n"
    assert (tmp_path / "a.json").read_text() == printed
    assert len(list(map(json.loads, printed.splitlines()))) == 2


def test_o_goes_by_its_ending_and_folders_within_folders_are_read(command, tmp_path):
    for name in ("in/b/2.png", "in/10.png", "in/9.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((EXAMPLES / "3.png").read_bytes())
    command("read", "in", "-o", "a.csv")
    with (tmp_path / "a.csv").open() as file:
        sources = [row["source"] for row in csv.DictReader(file)]
    assert sources == ["in/9.png", "in/10.png", "in/b/2.png"]


def test_a_picture_is_not_written_over_where_the_name_of_the_output_is_left_out(refused, tmp_path):
    for name in ("a.PNG", "b.png"):
        shutil.copy(EXAMPLES / "3.png", tmp_path / name)
    assert "a.PNG is named as a picture" in refused(2, "read", "-o", "a.PNG", "b.png")
    assert (tmp_path / "a.PNG").read_bytes() == (EXAMPLES / "3.png").read_bytes()


def test_o_that_cannot_be_written_is_refused(refused):
    assert "no/a.csv cannot be written" in refused(8, "read", EXAMPLES / "3.png", "-o", "no/a.csv")
    assert "cannot go together" in refused(2, "read", "a.png", "--json", "-o", "a.CSV")
    assert "shuzi batch" in refused(2, "read", "a.png", "-o", "a.xlsx")


def test_o_is_not_written_if_the_only_picture_cannot_be_read(refused, tmp_path):
    refused(5, "read", "none.png", "-o", "a.csv")
    assert not list(tmp_path.iterdir())
