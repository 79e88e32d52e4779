"""A sample of the sources -> what all of them would take."""

import math
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shuzi.batch.item import Item
from shuzi.batch.read import Options, ReadItems
from shuzi.batch.sources import find_items
from shuzi.batch.task import Counts
from shuzi.rows import Row

SAMPLE, SECONDS = 40, 30.0
"""Files that are read, fewer if these seconds are over before."""
SURE = 2.0
"""Standard errors on each side of a mean: about 95 % of the time it lies between."""
Between = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a batch would take: least and most, with about 95 % certainty.

    Args:
        files, size: all of them, and their bytes.
        sampled, failed: how many were read, and how many of these could not be.
        seconds: of one processor, for all.
        rows, bytes: of the table, as CSV.
        review: numbers that were not accepted.
    """

    files: int
    size: int
    sampled: int
    failed: int
    seconds: Between
    rows: Between
    bytes: Between
    review: Between


def estimate(
    sources: Sequence[str],
    options: Options,
    skip: Callable[[str], object] = lambda name: None,
) -> Estimate:
    """Read a sample of what is there, drawn with the same seed each time.

    Raises:
        as `shuzi.batch.read_batch`.
    """
    with tempfile.TemporaryDirectory() as spool:
        files, size, drawn = _draw(find_items(sources, Path(spool), skip))
        read = ReadItems(options)
        # Loads the models.
        _rows(read, drawn[0])
        end = time.monotonic() + SECONDS
        costs: list[float] = []
        said: list[tuple[float, list[Row]]] = []
        for item in drawn:
            began = _processor_seconds()
            rows, share = _rows(read, item)
            costs.append((_processor_seconds() - began) / share)
            said.append((share, rows))
            if time.monotonic() > end:
                break

    def total(values: Sequence[float]) -> Between:
        return _between(values, sum(share for share, _ in said), files)

    counts = [Counts.of(rows) for _, rows in said]
    return Estimate(
        files=files,
        size=size,
        sampled=len(said),
        failed=sum(count.failed > 0 for count in counts),
        seconds=total(costs),
        rows=total([len(rows) / share for share, rows in said]),
        bytes=total([sum(len(r.to_csv().encode()) for r in rows) / share for share, rows in said]),
        review=total(
            [(c.review + c.rejected) / share for c, (share, _) in zip(counts, said, strict=True)]
        ),
    )


def _draw(items: Iterable[Item]) -> tuple[int, int, list[Item]]:
    """How many there are, their bytes, and some of them, each as likely as another."""
    chance, drawn, files, size = random.Random(0), list[Item](), 0, 0
    for files, item in enumerate(items, 1):
        size += item.size
        if len(drawn) < SAMPLE:
            drawn.append(item)
        elif (at := chance.randrange(files)) < SAMPLE:
            drawn[at] = item
    return files, size, drawn


def _rows(read: ReadItems, item: Item) -> tuple[list[Row], float]:
    """Rows of an item, or of the first pages of one, and the share of it that this is."""
    if not item.is_paged:
        return read([item]), 1.0
    rows: list[Row] = []
    count, pages = 0, 1
    for count, (some, pages) in enumerate(read.some(item, 1), 1):  # noqa: B007
        rows += some
    return rows, min(1.0, count / pages)


def _processor_seconds() -> float:
    """Of this process and those that draw PDFs for it."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _between(values: Sequence[float], read: float, files: int) -> Between:
    """What all files have, from what some have, of which `read` files in all were read."""
    mean = statistics.fmean(values)
    deviation = statistics.stdev(values) if len(values) > 1 else mean
    error = deviation * math.sqrt((1 - read / files) / len(values))
    return files * max(0.0, mean - SURE * error), files * (mean + SURE * error)
