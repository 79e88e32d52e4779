"""Folders that pictures come into -> those that are whole, as they come."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shuzi.batch.item import Item
from shuzi.folder import files_below, is_picture

_END = 1024
"""Bytes in which the end of a file is looked for."""


@dataclass(frozen=True, slots=True)
class Watch:
    """How folders are looked at.

    Args:
        pause: seconds between two looks.
        settle: seconds that a file with its end must not have changed.
        patience: the same of one whose end is missing, or that has no mark of its end.
        clock: seconds that only go on.
        sleep: waits so many seconds.
    """

    pause: float = 1.0
    settle: float = 2.0
    patience: float = 60.0
    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], object] = field(default=time.sleep)

    def arrivals(
        self, folders: Sequence[str], known: set[int], skip: Callable[[str], object]
    ) -> Iterator[list[Item]]:
        """At each look, what has become whole since, in natural order; it never ends.

        Args:
            known: hashes of the sources that are read, to which it adds.
            skip: is told once of each file that is no picture.
        """
        seen: dict[str, tuple[tuple[int, int], float]] = {}
        while True:
            whole, waiting = [], {}
            for folder in folders:
                for entry in files_below(folder, lambda *refused: None):
                    source = str(Path(entry.path))
                    if hash(source) in known:
                        continue
                    if not is_picture(entry.name):
                        known.add(hash(source))
                        skip(source)
                        continue
                    now = self.clock()
                    state, since = seen.get(source, ((-1, -1), now))
                    found = _state(Path(entry.path))
                    if found != state:
                        waiting[source] = found, now
                    elif now - since < (
                        self.settle if has_end(Path(entry.path)) else self.patience
                    ):
                        waiting[source] = state, since
                    else:
                        known.add(hash(source))
                        whole.append(Item(source=source, place=entry.path, size=found[0]))
            seen = waiting
            yield whole
            if not whole:
                self.sleep(self.pause)


def _state(path: Path) -> tuple[int, int]:
    """Size and time of change; of one that vanished, none."""
    try:
        status = path.stat()
        return status.st_size, status.st_mtime_ns
    except OSError:
        return -1, -1


def has_end(path: Path) -> bool:  # noqa: PLR0911 - a format each
    """Whether a picture has the mark that its format ends with; false where it has none."""
    try:
        with path.open("rb") as file:
            start = file.read(12)
            size = file.seek(0, 2)
            file.seek(max(0, size - _END))
            end = file.read()
    except OSError:
        return False
    if start.startswith(b"\x89PNG"):
        return b"IEND" in end
    if start.startswith(b"\xff\xd8"):
        return b"\xff\xd9" in end
    if start.startswith(b"GIF8"):
        return end.endswith(b";")
    if start.startswith(b"RIFF"):
        return size >= 8 + int.from_bytes(start[4:8], "little")
    if start.startswith(b"BM"):
        return size >= int.from_bytes(start[2:6], "little") > 0
    return b"%%EOF" in end
