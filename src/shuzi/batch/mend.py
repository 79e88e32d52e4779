"""What a table could not be given, and the table with what was read of that by now."""

from collections.abc import Iterator
from pathlib import Path

from shuzi.batch.table import entries
from shuzi.batch.work import Work
from shuzi.rows import Row
from shuzi.text import plain


class Failed:
    """The sources of a table that could not be read, or not all of them.

    Args:
        table: as `write_table` writes it.

    Raises:
        OutputError: it is none of shuzi's tables.
        UsageError: it is a spreadsheet, which is not changed.
    """

    def __init__(self, table: Path) -> None:
        self._names = {_name(source) for source, decision, _ in entries(table) if not decision}

    def __len__(self) -> int:
        return len(self._names)

    def of(self, source: str) -> str | None:
        """Which of them a source is, or is in: a folder or an archive that could not be listed."""
        name = _name(source)
        at = name.find("/")
        while at > 0:
            if name[:at] in self._names:
                return name[:at]
            at = name.find("/", at + 1)
        return name if name in self._names else None


def mended(work: Work) -> Iterator[Row | str]:
    """The rows of a table, with those of sources that were tried again in the place of theirs."""
    failed = Failed(work.base)
    tried: dict[str, list[int]] = {}
    for number, items in enumerate(work.chunks()):
        # A dictionary keeps their order.
        for one in dict.fromkeys(failed.of(plain(item.source)) for item in items):
            if one is not None:
                tried.setdefault(one, []).append(number)
    for source, _, entry in entries(work.base):
        one = failed.of(source)
        if one is None or one not in tried:
            yield entry
            continue
        for number in tried[one]:
            rows = work.rows_of_chunk(number)
            yield from (row for row in rows if failed.of(row.source) == one)
        # The rest of its old rows has nothing to give way to.
        tried[one] = []
    # What an append adds.
    yield from (row for row in work.rows() if failed.of(row.source) is None)


def _name(source: str) -> str:
    """As the line of a list may have it, and as it is called when it is there."""
    return source.removeprefix("./").rstrip("/") or source
