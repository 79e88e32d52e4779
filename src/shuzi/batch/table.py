"""Rows -> a file that a spreadsheet or a program opens: CSV, xlsx, Parquet, JSON lines."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from traceback import clear_frames
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from shuzi.batch.item import is_url
from shuzi.errors import MissingExtraError, OutputError, UsageError, extra
from shuzi.files import TEMPORARY
from shuzi.folder import TARS, ZIPS
from shuzi.rows import COLUMNS, Row
from shuzi.text import csv_line, json_line

if TYPE_CHECKING:
    import pyarrow

FORMATS = (".csv", ".xlsx", ".parquet", ".jsonl")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes a CSV for one in the letters of the country."""
GROUP = 65_536
"""Rows of a Parquet file that are held in memory together."""
SHEET = 1_048_576
"""Rows of a spreadsheet's sheet, the head included."""
EXACT = 15
"""Digits that a spreadsheet keeps of a number."""
LONGEST_LINK = 255
"""Characters of a text in a formula."""
COLOURS = {"review": "#FFF2CC", "reject": "#FCE4D6", "": "#D9D9D9"}
"""Of rows that are worth a look, by their decision; empty: it could not be read."""
WIDTHS = (50, 6, 6, 6, 8, 14, 11, 10, 7, 7, 7, 7, 60)


def check_format(out: Path) -> None:
    """Refuse what no table can be written to.

    Raises:
        MissingExtraError: a package for it is not installed.
        UsageError: the name ends in none of the formats.
    """
    from importlib.util import find_spec

    if out.suffix not in FORMATS:
        raise UsageError(f"{out} must end in .csv, .xlsx, .parquet or .jsonl.", "Name it so.")
    needed = {".xlsx": "xlsxwriter", ".parquet": "pyarrow"}.get(out.suffix)
    if needed and find_spec(needed) is None:
        raise MissingExtraError(f"{out} needs {needed}.", f"{extra('batch')}; or name a .csv.")


def write_table(rows: Iterable[Row | str], path: Path, base: Path | None = None) -> int:
    """Write rows, after those of a table of the same format, and return how many there were.

    A few are in memory at a time. A text is a line of another table that stays as it is.

    Raises:
        OutputError: the other table is none of shuzi's.
        UsageError: a spreadsheet cannot be added to.
    """
    write = {
        ".csv": _write_lines,
        ".jsonl": _write_lines,
        ".parquet": _write_parquet,
        ".xlsx": _write_xlsx,
    }
    return write[path.suffix](rows, path, base)


def sources_of(table: Path) -> set[int]:
    """Hashes of the sources that a table has rows of, as there may be millions.

    Raises:
        OutputError: it is none of shuzi's tables.
        UsageError: a spreadsheet cannot be added to.
    """
    return {hash(source) for source, _, _ in entries(table, whole=False)}


def entries(table: Path, *, whole: bool = True) -> Iterator[tuple[str, str, Row | str]]:
    """The source and the decision of each row of a table, and the row as `write_table` takes it.

    Args:
        whole: the rows are wanted too, not their sources and decisions alone.

    Raises:
        OutputError: it is none of shuzi's tables.
        UsageError: a spreadsheet cannot be added to.
    """
    if table.suffix == ".xlsx":
        raise UsageError(
            "Nothing can be added to an .xlsx, nor tried again in it: what people changed in it "
            "would be lost.",
            "Write another .xlsx, or a .csv, a .parquet or a .jsonl, which can be changed.",
        )
    try:
        if table.suffix == ".csv":
            yield from _csv_entries(table)
        elif table.suffix == ".jsonl":
            yield from _jsonl_entries(table)
        else:
            yield from _parquet_entries(table, list(COLUMNS) if whole else ["source", "decision"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise OutputError(
            f"{table} is no table that shuzi wrote: {error}.", "Give another name, or replace it."
        ) from None


def _write_lines(rows: Iterable[Row | str], path: Path, base: Path | None) -> int:
    """CSV or JSON lines, by the name."""
    is_csv, count = path.suffix == ".csv", 0
    with _after(base, path, BYTE_ORDER_MARK + csv_line(*COLUMNS) if is_csv else "") as file:
        for count, row in enumerate(rows, 1):  # noqa: B007
            if isinstance(row, str):
                file.write(row)
            else:
                file.write(row.to_csv() if is_csv else json_line(row._asdict()))
    return count


def _after(base: Path | None, path: Path, head: str) -> Any:
    if base is not None:
        shutil.copyfile(base, path)
        with path.open("rb") as lines:
            lines.seek(-min(1, lines.seek(0, os.SEEK_END)), os.SEEK_END)
            has_end = lines.read() in (b"", b"\n")
        file = path.open("a", encoding="utf-8", newline="")
        file.write("" if has_end else "\n")
        return file
    file = path.open("w", encoding="utf-8", newline="")
    file.write(head)
    return file


def _csv_entries(table: Path) -> Iterator[tuple[str, str, str]]:
    import csv

    decision, taken = COLUMNS.index("decision"), list[str]()

    def lines(file: Iterable[str]) -> Iterator[str]:
        for line in file:
            taken.append(line)
            yield line

    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(lines(file))
        if next(rows, None) != list(COLUMNS):
            raise ValueError("its first line is another")
        taken.clear()
        for row in rows:
            # A cell that somebody changed may have several lines.
            text = _ended("".join(taken))
            taken.clear()
            if row:
                # As it was before a spreadsheet was kept from running it.
                escaped = row[0].startswith(("'=", "'+", "'-", "'@"))
                yield row[0][escaped:], row[decision], text


def _jsonl_entries(table: Path) -> Iterator[tuple[str, str, str]]:
    import json

    with table.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            yield row["source"], row["decision"], _ended(line)


def _ended(line: str) -> str:
    """The last one may have no end, where somebody changed it."""
    return line if line.endswith("\n") else f"{line}\n"


def _write_parquet(rows: Iterable[Row | str], path: Path, base: Path | None) -> int:
    from pyarrow import Table
    from pyarrow.parquet import ParquetFile, ParquetWriter

    count, left, schema = 0, iter(rows), parquet_schema()
    with ParquetWriter(path, schema) as writer:
        if base is not None:
            with ParquetFile(base) as before:
                for batch in before.iter_batches(GROUP):
                    writer.write_batch(batch)
        while some := list(islice(left, GROUP)):
            columns = dict(zip(COLUMNS, zip(*some, strict=True), strict=True))
            writer.write_table(Table.from_pydict(columns, schema))
            count += len(some)
    return count


def parquet_schema() -> "pyarrow.Schema":
    """The types of a row in Parquet and Arrow."""
    import pyarrow

    number, text = pyarrow.int32(), pyarrow.string()
    kinds = {"confidence": pyarrow.float64()}
    kinds |= dict.fromkeys(("source", "text", "decision", "error"), text)
    return pyarrow.schema([(name, kinds.get(name, number)) for name in COLUMNS])


def _parquet_entries(table: Path, columns: list[str]) -> Iterator[tuple[str, str, Row]]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(table) as file:
        if file.schema_arrow.names != list(COLUMNS):
            raise ValueError("its columns are others")
        for batch in file.iter_batches(GROUP, columns=columns):
            for values in batch.to_pylist():
                row = Row(**values)
                yield row.source, row.decision, row


def _write_xlsx(rows: Iterable[Row | str], path: Path, base: Path | None) -> int:
    assert base is None
    from xlsxwriter.exceptions import FileCreateError

    try:
        # What XlsxWriter leaves in it on a full disk would fill it further.
        with TemporaryDirectory(prefix=TEMPORARY, dir=path.parent) as spare:
            return _write_book(rows, path, spare)
    except FileCreateError as wrapped:
        # The system's error, such as a full disk, which XlsxWriter wraps in one of its own.
        error = cast(OSError, wrapped.args[0])
        _forget_book(error)
        raise error from None


def _forget_book(error: OSError) -> None:
    """Let go of the ZIP file that XlsxWriter left open, without its telling the user of the same
    error once more, as it cannot write its end either."""
    hook, sys.unraisablehook = sys.unraisablehook, lambda failed: None
    try:
        clear_frames(error.__traceback__)
    finally:
        sys.unraisablehook = hook


def _write_book(rows: Iterable[Row | str], path: Path, spare: str) -> int:
    from xlsxwriter import Workbook

    count = at = 0
    options = {
        "constant_memory": True,
        # Nothing is taken for a formula, a link or a number because it looks like one.
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "tmpdir": spare,
    }
    with Workbook(str(path), options) as book:
        # The same rows give the same file.
        book.set_properties({"created": datetime(2000, 1, 1)})
        styles = {name: book.add_format({"bg_color": to}) for name, to in COLOURS.items()}
        sheet = _new_sheet(book)
        for count, row in enumerate(rows, 1):  # noqa: B007
            if at == SHEET - 1:
                sheet.autofilter(0, 0, at, len(COLUMNS) - 1)
                sheet, at = _new_sheet(book), 0
            at += 1
            assert isinstance(row, Row)
            _write_cells(sheet, at, row, styles.get(row.decision))
        sheet.autofilter(0, 0, max(1, at), len(COLUMNS) - 1)
    return count


def _new_sheet(book: Any) -> Any:
    """An empty sheet whose head stays where it is."""
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 1)
    head = book.add_format({"bold": True, "bottom": 1})
    for column, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    return sheet


def _write_cells(sheet: Any, at: int, row: Row, style: Any) -> None:
    link = _link(row.source)
    if link:
        sheet.write_formula(at, 0, link, style, row.source)
    else:
        sheet.write_string(at, 0, row.source, style)
    for column, cell in enumerate(row[1:], 1):
        if cell in (None, ""):
            if style is not None:
                sheet.write_blank(at, column, None, style)
        elif isinstance(cell, str) and not _is_number(cell):
            sheet.write_string(at, column, cell, style)
        else:
            sheet.write_number(at, column, float(cell), style)


def _is_number(text: str) -> bool:
    """Whether a spreadsheet's number says all of it: 007 has more, 7.5 and 7,5 mean one thing here
    and another there, and 20 digits are more than it keeps."""
    return re.fullmatch(f"0|-?[1-9][0-9]{{0,{EXACT - 1}}}", text) is not None


def _link(source: str) -> str:
    """A formula that opens the source, or the archive it is in; empty if there can be none."""
    if re.search(r"\\u[0-9a-f]{4}", source):
        # Written out of a name that cannot be told from it any more.
        return ""
    place = _file_of(source)
    if not is_url(place):
        # As it stands; a spreadsheet takes a name by itself to be beside it.
        place = _as_uri(os.path.abspath(place))  # noqa: PTH100
    elif not place.startswith(("http://", "https://", "file://", "ftp://")):
        return ""
    if max(len(place), len(source)) > LONGEST_LINK:
        return ""
    quoted = (text.replace('"', '""') for text in (place, source))
    return '=HYPERLINK("{}","{}")'.format(*quoted)


def _file_of(source: str) -> str:
    """The file that a source is, or the archive that it is in; a folder may be called as one."""
    for end in re.finditer(rf"({'|'.join(map(re.escape, ZIPS + TARS))})/", source, re.IGNORECASE):
        place = source[: end.end() - 1]
        if not os.path.isdir(place):  # noqa: PTH112 - it never raises
            return place
    return source


def _as_uri(path: str) -> str:
    """The file's URI; one that is too long with letters beyond ASCII as they are, as an IRI (RFC
    3987), since each Chinese one is nine characters in a URI."""
    uri = Path(path).as_uri()
    if len(uri) <= LONGEST_LINK:
        return uri
    return re.sub("(%[89A-F][0-9A-F])+", lambda found: unquote(found[0]), uri)
