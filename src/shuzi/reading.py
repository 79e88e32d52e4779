"""Many files -> their pages in order, each as soon as it was read, as text, JSON or CSV."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuzi.errors import ImageError, ShuziError
from shuzi.folder import files_below, is_archive, is_picture
from shuzi.image import STANDARD_INPUT, source_name
from shuzi.reader import Look, Reader
from shuzi.result import SCHEMA, Number, Page
from shuzi.rows import COLUMNS, failure_row, page_rows
from shuzi.text import csv_line, json_line, percent, plain


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or what is left of it, that could not be read."""

    source: str
    error: ShuziError

    def __str__(self) -> str:
        return self.source


Result = Page | Failure


def find_files(paths: Sequence[str]) -> tuple[list[str | Failure], list[str]]:
    """The files to read, folders being replaced by the pictures in them and in the folders within
    them, and the files passed over.

    Those of a folder are in natural order: a2 before a10. One that holds no pictures, or may not be
    listed, is a failure in its place, so that the others are read.
    """
    files: list[str | Failure] = []
    skipped: list[str] = []

    def refuse(place: str, error: ImageError) -> None:
        files.append(Failure(source_name(place), error))

    for path in paths:
        # What no folder can be named is said when it is read.
        if path == STANDARD_INPUT or not os.path.isdir(path):  # noqa: PTH112 - it never raises
            files.append(path)
            continue
        before, passed = len(files), len(skipped)
        for entry in files_below(path, refuse):
            (files if is_picture(entry.name) else skipped).append(entry.path)
        if len(files) == before:
            remedy = "Give one that holds some."
            if any(map(is_archive, skipped[passed:])):
                remedy = "Give `shuzi batch` the archives in it."
            refuse(path, ImageError(f"{path} is a folder without pictures.", remedy))
    return files, skipped


def read_files(
    reader: Reader,
    files: Iterable[str | Failure],
    explain: Path | None = None,
    watch: Callable[[Look], None] | None = None,
) -> Iterator[Result]:
    """Every page of every file; a failure where one could not be read or found, and on with the
    next.

    The next file is asked for when all of one has been given.

    Args:
        explain: a folder to write what was seen into.
        watch: is shown each page while its picture is in memory.
    """
    for file in files:
        if isinstance(file, Failure):
            yield file
            continue
        try:
            for look in reader.looks(file, explain=explain):
                if watch is not None:
                    watch(look)
                yield look.page
        except ImageError as error:
            yield Failure(source_name(file), error)


def to_text(result: Result) -> str:
    """A line a page, or of several lines of numbers a block; what is unsure has a ?, and what is
    rejected is one."""
    if isinstance(result, Failure):
        return f"{plain(result.source)}: not read\n"
    name = plain(result.source) + (f", page {result.page}" if result.page > 1 else "")
    shown = result.numbers
    if not shown:
        return f"{name}: no {'digit' if result.kind == 'digit' else 'number'}\n"
    if len(shown) == 1 and shown[0].decision == "reject":
        return f"{name}: ? (what is there cannot be read)\n"
    if len(shown) == 1:
        return f"{name}: {_marked(shown[0])} ({percent(shown[0].confidence)})\n"
    lines = sorted({number.line for number in shown})
    rows = (" ".join(_marked(n) for n in shown if n.line == line) for line in lines)
    return f"{name}:\n" + "".join(f"  {row}\n" for row in rows)


def to_json(result: Result) -> str:
    """One object on one line."""
    if isinstance(result, Page):
        values = result.to_dict()
    else:
        message, remedy = result.error.told("command")
        said = {"message": message, "remedy": remedy, "exit_code": result.error.exit_code}
        values = {"schema": SCHEMA, "source": result.source, "error": said}
    return json_line(values)


def csv_header() -> str:
    return csv_line(*COLUMNS)


def to_csv(result: Result) -> str:
    """A row a number; one row with the decision `none` if there is none, or with the error."""
    if isinstance(result, Page):
        return "".join(row.to_csv() for row in page_rows(result))
    return failure_row(result.source, result.error.told("command")[0]).to_csv()


def _marked(number: Number) -> str:
    if number.decision == "reject":
        return "?"
    return number.text + ("" if number.decision == "accept" else "?")
