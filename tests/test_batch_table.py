"""Tables: what a spreadsheet and a program find in them."""

import csv
import gc
import json
import re
from urllib.parse import urlsplit
from urllib.request import url2pathname

import openpyxl
import pyarrow.parquet
import pytest

from shuzi.batch import Row, table, write_table
from shuzi.batch.table import check_format, sources_of
from shuzi.errors import OutputError, UsageError
from shuzi.text import plain

ROWS = [
    Row("数字.png", 1, 1, None, None, "17", 0.93, "review", 1, 2, 30, 40),
    Row("=1+1.png", 2, 3, 4, 5, "007", 1.0, "accept", 1, 2, 30, 40),
    Row("a.zip/b.png", 1, decision="none"),
    Row("c.png", error="c.png: there is no such file."),
    Row("d.png", 1, 1, None, None, "", 0.1, "reject", 1, 2, 30, 40),
]
FORMATS = ("csv", "jsonl", "parquet")


def test_a_csv_opens_in_a_spreadsheet(tmp_path):
    write_table(ROWS, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfsource,page,")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["source"] for row in rows[:2]] == ["数字.png", "'=1+1.png"]
    assert [row["text"] for row in rows[:3]] == ["17", "007", ""]
    assert (rows[0]["confidence"], rows[2]["decision"]) == ("0.9300", "none")


@pytest.mark.parametrize("ending", [*FORMATS, "xlsx"])
def test_a_full_disk_is_an_error_of_the_systems(tmp_path, ending):
    (tmp_path / f"a.{ending}").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        write_table(ROWS, tmp_path / f"a.{ending}")
    gc.collect()
    assert [path.name for path in tmp_path.iterdir()] == [f"a.{ending}"]


def test_json_lines_are_an_object_a_row(tmp_path):
    write_table(ROWS, tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert [Row(**json.loads(line)) for line in lines] == ROWS


def test_parquet_has_types(tmp_path):
    write_table(iter(ROWS), tmp_path / "a.parquet")
    found = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    assert [Row(**values) for values in found.to_pylist()] == ROWS
    assert str(found.schema.field("confidence").type) == "double"


@pytest.fixture
def sheet(tmp_path):
    def written(rows):
        write_table(rows, tmp_path / "a.xlsx")
        return openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)

    return written


def test_a_spreadsheet_has_numbers_filters_and_a_head_that_stays(sheet):
    found = sheet(ROWS).active
    cells = list(found.iter_rows())
    assert [row[0].value for row in cells[1:]] == [row.source for row in ROWS]
    assert [row[5].value for row in cells[1:]] == [17, "007", None, None, None]
    assert (found.freeze_panes, found.auto_filter.ref) == ("B2", "A1:M6")
    assert {cell.value for cell in cells[0]} == set(Row._fields)


def test_a_spreadsheet_colours_what_needs_a_look(sheet):
    colours = [row[5].fill.fgColor.rgb[2:] for row in sheet(ROWS).active.iter_rows(min_row=2)]
    review, reject, failed = (table.COLOURS[name][1:] for name in ("review", "reject", ""))
    assert colours == [review, "000000", "000000", failed, reject]


def test_a_spreadsheet_links_to_the_sources(sheet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sheet([*ROWS, Row('q"1.png'), Row("s3://a/b.png"), Row("https://a/b.png"), Row("a" * 300)])
    found = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    links = [row[0].value for row in found.iter_rows(min_row=2)]
    here = f"file://{tmp_path}"
    assert links[0] == f'=HYPERLINK("{here}/%E6%95%B0%E5%AD%97.png","数字.png")'
    assert links[2] == f'=HYPERLINK("{here}/a.zip","a.zip/b.png")'
    assert links[5:] == [
        f'=HYPERLINK("{here}/q%221.png","q""1.png")',
        "s3://a/b.png",
        '=HYPERLINK("https://a/b.png","https://a/b.png")',
        "a" * 300,
    ]


@pytest.mark.parametrize("name", ["1.png", "a b#c%20d?&'\";[1].png", "数字/é.png"])
def test_a_link_leads_to_the_file_of_that_name(sheet, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    link = sheet([Row(name)]) and openpyxl.load_workbook("a.xlsx").active["A2"].value
    address = re.fullmatch(r'=HYPERLINK\("([^"]*)",".*"\)', link)[1]
    assert url2pathname(urlsplit(address).path) == str(tmp_path / name)


def test_a_picture_in_a_folder_that_is_called_as_an_archive_is_linked_itself(sheet, tmp_path):
    (tmp_path / "my.zip").mkdir()
    sources = [f"{tmp_path}/my.zip/{name}" for name in ("1.png", "a.zip/1.png")]
    sheet([Row(source) for source in sources])
    found = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    for row, end in ((2, "my.zip/1.png"), (3, "my.zip/a.zip")):
        assert found[f"A{row}"].value.startswith(f'=HYPERLINK("file://{tmp_path}/{end}","')


def test_a_long_chinese_name_is_in_its_link_as_it_is(sheet, tmp_path):
    name = "扫描件" * 30
    link = sheet([Row(f"/{name} 1#.png")]) and openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert link["A2"].value == f'=HYPERLINK("file:///{name}%201%23.png","/{name} 1#.png")'


def test_a_name_that_was_written_out_has_no_link(sheet, tmp_path):
    sheet([Row(plain("a\n.png")), Row(plain("\udcff.png"))])
    found = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [found[f"A{row}"].value for row in (2, 3)] == [r"a\u000a.png", r"\udcff.png"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("-5", -5), ("-05", "-05"), ("7.5", "7.5"), ("7,5", "7,5"), ("1" * 16, "1" * 16)],
)
def test_only_what_a_number_says_whole_is_one(sheet, text, value):
    assert sheet([Row("a.png", text=text)]).active["F2"].value == value


def test_a_sheet_that_is_full_is_followed_by_another(sheet, monkeypatch):
    monkeypatch.setattr(table, "SHEET", 4)
    book = sheet([Row(f"{i}.png") for i in range(7)])
    firsts = [[row[0] for row in page.iter_rows(values_only=True)] for page in book]
    assert firsts == [
        ["source", *(f"{i}.png" for i in some)] for some in ([0, 1, 2], [3, 4, 5], [6])
    ]


def test_an_empty_spreadsheet_has_a_head(sheet):
    assert sheet([]).active["A1"].value == "source"


@pytest.mark.parametrize("end", [*FORMATS, "xlsx"])
def test_the_same_rows_give_the_same_bytes(tmp_path, end):
    paths = [tmp_path / f"{name}.{end}" for name in "ab"]
    assert [write_table(ROWS, path) for path in paths] == [len(ROWS)] * 2
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("end", FORMATS)
def test_rows_are_added_after_those_of_a_table(tmp_path, end):
    both, first, together = (tmp_path / f"{name}.{end}" for name in ("both", "first", "together"))
    write_table(ROWS, together)
    write_table(ROWS[:2], first)
    write_table(ROWS[2:], both, first)
    assert sources_of(first) == {hash(row.source) for row in ROWS[:2]}
    if end == "parquet":
        both, together = map(pyarrow.parquet.read_table, (both, together))
        assert both == together
    else:
        assert both.read_bytes() == together.read_bytes()


@pytest.mark.parametrize("end", ["csv", "jsonl"])
def test_rows_are_added_on_lines_of_their_own(tmp_path, end):
    both, first, together = (tmp_path / f"{name}.{end}" for name in ("both", "first", "together"))
    write_table(ROWS, together)
    write_table(ROWS[:2], first)
    first.write_bytes(first.read_bytes().removesuffix(b"\n"))
    write_table(ROWS[2:], both, first)
    assert both.read_bytes() == together.read_bytes()


@pytest.mark.parametrize("end", FORMATS)
def test_what_is_no_table_is_not_added_to(tmp_path, end):
    (tmp_path / f"a.{end}").write_text("a,b\n")
    with pytest.raises(OutputError, match="is no table that shuzi wrote"):
        sources_of(tmp_path / f"a.{end}")


def test_a_spreadsheet_is_not_added_to(tmp_path):
    with pytest.raises(UsageError, match=r"Nothing can be added to an \.xlsx"):
        sources_of(tmp_path / "a.xlsx")


def test_a_name_that_says_no_format_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"a\.xls must end in"):
        check_format(tmp_path / "a.xls")
