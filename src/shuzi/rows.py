"""What was read as rows of a table: one a number, or one that says that there is none, or why."""

from typing import Any, NamedTuple, Self

from shuzi.result import Number, Page
from shuzi.text import csv_line, plain


class Row(NamedTuple):
    """A row; None where it has nothing.

    Args:
        source: the file, its control characters written out.
        page: of the file, from 1; None if the file could not be read.
        line, row, column, text, confidence: as in `shuzi.Number`.
        decision: accept, review or reject; none for a picture without a number; empty for one that
            could not be read.
        x, y, width, height: the number's box.
        error: why the picture, or the rest of the file, could not be read; else empty.
    """

    source: str
    page: int | None = None
    line: int | None = None
    row: int | None = None
    column: int | None = None
    text: str = ""
    confidence: float | None = None
    decision: str = ""
    x: int | None = None
    y: int | None = None
    width: int | None = None
    height: int | None = None
    error: str = ""

    def to_csv(self) -> str:
        """A line, in which nothing runs in a spreadsheet."""
        cells: list[Any] = ["" if cell is None else cell for cell in self]
        if self.confidence is not None:
            cells[COLUMNS.index("confidence")] = f"{self.confidence:.4f}"
        return csv_line(*cells)

    @classmethod
    def of(cls, page: Page, number: Number) -> Self:
        return cls(
            source=plain(page.source),
            page=page.page,
            line=number.line,
            row=number.row,
            column=number.column,
            text=number.text,
            confidence=round(number.confidence, 4),
            decision=number.decision,
            x=number.box.x,
            y=number.box.y,
            width=number.box.width,
            height=number.box.height,
        )


COLUMNS = Row._fields


def page_rows(page: Page) -> list[Row]:
    """A row a number; one row with the decision `none` if there is none."""
    rows = [Row.of(page, number) for number in page.numbers]
    return rows or [Row(plain(page.source), page.page, decision="none")]


def failure_row(source: str, why: str, page: int | None = None) -> Row:
    """The row of a file, or of a page, that could not be read."""
    return Row(plain(source), page, error=plain(why))
