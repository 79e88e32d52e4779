"""Text that is safe to show: on a terminal, in a line of JSON, in a spreadsheet."""

import csv
import io
import json
import re
from typing import Any

_CONTROL = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL and C1 move the cursor, clear the screen, type keys
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of what follows
    "\u2028\u2029"  # end a line
    "\ud800-\udfff"  # bytes of a file name that are not UTF-8, which no output can hold
    "]"
)
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the start of a formula; the wide ones, in East Asia."""


def plain(text: str) -> str:
    r"""The text with its control characters written out, as \u001b."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def plain_lines(text: str) -> str:
    """The text in its lines, each plain."""
    return "\n".join(map(plain, text.split("\n")))


def percent(confidence: float) -> str:
    """A confidence for people: no surer than its calibration can be, 99.9 %."""
    return f"{100 * min(confidence, 0.999):.1f} %"


def counted(count: int | str, thing: str, more: str = "s") -> str:
    """`1 row` or `2,000 rows`, for people; a count that is a range is a text already."""
    shown = count if isinstance(count, str) else f"{count:,}"
    return f"{shown} {thing}{more * (shown != '1')}"


def json_line(values: Any) -> str:
    """The values as JSON on one line, whose strings hold no control character unescaped."""
    return plain(json.dumps(values, ensure_ascii=False)) + "\n"


def csv_line(*cells: object) -> str:
    """A row of CSV, plain, with an apostrophe before what a spreadsheet would run."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(map(_harmless, cells))
    return text.getvalue()


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    cell = plain(cell)
    # A number with its minus sign runs nothing.
    is_number = re.fullmatch(r"-[0-9][0-9.,]*", cell)
    return "'" + cell if cell.startswith(_FORMULA) and not is_number else cell
