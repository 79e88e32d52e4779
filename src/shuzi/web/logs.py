"""Logs that clients cannot fill."""

import logging
import time
from collections.abc import Callable

LINES = 10
"""Of one kind that are logged in a window; the last of them says that more are left out."""
WINDOW = 60.0
"""Seconds."""
KINDS = 100
"""Beyond it all others are of one kind."""


class Sparing(logging.Filter):
    """Lets ten alike lines a minute through; the next one after it says how many were left out.

    Args:
        now: seconds of a clock that only goes forward.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._seen: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said, now = record.getMessage(), self._now()
        if len(self._seen) >= KINDS:
            self._seen = {k: seen for k, seen in self._seen.items() if now - seen[0] < WINDOW}
        kind = said if said in self._seen or len(self._seen) < KINDS else ""
        began, count = self._seen.get(kind, (now, 0))
        if now - began >= WINDOW:
            if count > LINES:
                said += f" ({count - LINES:,} lines like this were left out)"
            began, count = now, 0
        self._seen[kind] = began, count + 1
        if count + 1 == LINES:
            said += " (more like this are left out for a minute)"
        record.msg, record.args = said, None
        return count < LINES


def spare(*names: str) -> None:
    """Let the loggers of these names be sparing, all together."""
    sparing = Sparing()
    for name in names:
        logging.getLogger(name).addFilter(sparing)
