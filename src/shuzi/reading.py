"""Many files -> their pages in order, decided together, as text, JSON or CSV."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuzi.decide import decide_pages
from shuzi.errors import ImageError, ShuziError
from shuzi.image import STANDARD_INPUT, find_pictures
from shuzi.page import SCHEMA, Number, Page
from shuzi.reader import Look, Reader

TOGETHER = 200
"""Numbers that are decided together; pages are held back until there are so many."""
COLUMNS = ("source", "page", "line", "text", "confidence", "decision", "x", "y", "width", "height")


@dataclass(frozen=True, slots=True)
class Failure:
    """A file, or what is left of it, that could not be read."""

    source: str
    error: ShuziError


Result = Page | Failure


def find_files(paths: Sequence[str]) -> tuple[list[str], list[Path]]:
    """The files to read, folders being replaced by their pictures, and the files passed over.

    Raises:
        ImageError: a folder holds no pictures.
    """
    files: list[str] = []
    skipped: list[Path] = []
    for path in paths:
        if path == STANDARD_INPUT or not Path(path).is_dir():
            files.append(path)
            continue
        pictures, others = find_pictures(Path(path))
        if not pictures:
            raise ImageError(f"{path} is a folder without pictures.")
        files += map(str, pictures)
        skipped += others
    return files, skipped


def read_files(
    reader: Reader,
    files: Sequence[str],
    explain: Path | None = None,
    watch: Callable[[Look], None] | None = None,
) -> Iterator[Result]:
    """Every page of every file; a failure where one could not be read, and on with the next.

    Numbers are accepted, reviewed or rejected over about 200 of them at a time, which accepts
    more of them at the same error than deciding each page alone.

    Args:
        explain: a folder to write what was seen into.
        watch: is shown each page while its picture is in memory, in the order in which they come.
    """
    held: list[Result] = []
    count = 0
    for result in _results(reader, files, explain, watch):
        held.append(result)
        count += max(1, len(result.numbers)) if isinstance(result, Page) else 1
        if count >= TOGETHER:
            yield from _decided(held, reader.target_error)
            held, count = [], 0
    yield from _decided(held, reader.target_error)


def _results(
    reader: Reader,
    files: Sequence[str],
    explain: Path | None,
    watch: Callable[[Look], None] | None,
) -> Iterator[Result]:
    for file in files:
        try:
            for look in reader.looks(file, explain=explain):
                if watch is not None:
                    watch(look)
                yield look.page
        except ImageError as error:
            yield Failure(file, error)


def _decided(results: Sequence[Result], target_error: float) -> Iterator[Result]:
    pages = [result for result in results if isinstance(result, Page)]
    decided = iter(decide_pages(pages, target_error))
    return (next(decided) if isinstance(result, Page) else result for result in results)


def to_text(result: Result) -> str:
    """A line a page, or of several lines of numbers a block; what is unsure has a ?."""
    if isinstance(result, Failure):
        return f"{result.source}: not read\n"
    name = result.source + (f", page {result.page}" if result.page > 1 else "")
    shown = [number for number in result.numbers if number.decision != "reject"]
    if not shown:
        return f"{name}: no {'digit' if result.kind == 'digit' else 'number'}\n"
    if len(result.numbers) == 1:
        number = shown[0]
        return f"{name}: {number.text} ({number.confidence:.2%})\n"
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
    return json.dumps(values, ensure_ascii=False) + "\n"


def csv_header() -> str:
    return _rows([(*COLUMNS, "error")])


def to_csv(result: Result) -> str:
    """A row a number; a row with the error if the file could not be read."""
    if isinstance(result, Failure):
        return _rows([(result.source, *[""] * (len(COLUMNS) - 1), result.error.told("command")[0])])
    return _rows(_row(result, number) for number in result.numbers)


def _row(page: Page, number: Number) -> tuple[object, ...]:
    sure = f"{number.confidence:.4f}", number.decision
    return (page.source, page.page, number.line, number.text, *sure, *number.box.to_list(), "")


def _marked(number: Number) -> str:
    return number.text + ("" if number.decision == "accept" else "?")


def _rows(rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
