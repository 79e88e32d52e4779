"""Sources -> one table, by processes, so that it can be killed at any moment and goes on."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from shuzi.batch.item import Item, chunks
from shuzi.batch.mend import Failed, mended
from shuzi.batch.pool import Pool
from shuzi.batch.read import Options, options_of
from shuzi.batch.sources import find_items
from shuzi.batch.table import check_format, sources_of, write_table
from shuzi.batch.task import Counts, Part, Task
from shuzi.batch.work import Work, manifest_of, synced
from shuzi.batch.worker import Setup
from shuzi.errors import (
    Interrupted,
    OutputError,
    UsageError,
    check_path,
    check_switch,
    paths_of,
    way,
    whole,
)
from shuzi.files import led_to
from shuzi.options import check_options
from shuzi.text import counted, plain

if TYPE_CHECKING:
    from shuzi.batch.cluster import RayPool
    from shuzi.batch.watch import Watch
    from shuzi.review.intake import Intake


@dataclass(frozen=True, slots=True)
class State:
    """How far a batch is: files done of those there are, and what was counted in these.

    `before` of them are of runs before this one; `in_hand` more are read, in chunks that are not
    done. `lost` processes ended while they read.
    """

    total: int = 0
    done: int = 0
    before: int = 0
    counts: Counts = field(default_factory=Counts)
    lost: int = 0
    in_hand: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a batch gave: the table's new rows, and what was counted in them."""

    out: Path
    rows: int
    files: int
    counts: Counts
    lost: int = 0


Tell = Callable[[State], object]


def read_batch(  # noqa: PLR0913 - an option each
    sources: Sequence[str | PathLike[str]],
    out: str | PathLike[str],
    options: Options | None = None,
    *,
    jobs: int | None = None,
    overwrite: bool = False,
    append: bool = False,
    retry_failed: bool = False,
    review: "tuple[str, Intake] | None" = None,
    watch: "Watch | None" = None,
    ray: str | None = None,
    tell: Tell = lambda state: None,
    skip: Callable[[str], object] = lambda name: None,
) -> Summary:
    """Read sources into a table; called again after it was killed, it goes on.

    What is done is kept in a folder beside the table until that is whole. The table depends on the
    sources, the options and the models alone.

    Args:
        sources: see `shuzi.batch.find_items`.
        out: a .csv, .xlsx, .parquet or .jsonl.
        jobs: processes that read; one for each core, of this machine or of the cluster, if None.
        overwrite: replace a table that is there, and what was begun otherwise.
        append: add the rows of sources that a table has none of yet.
        retry_failed: try again what could not be read, of what was begun or of a table.
        review: a queue for what was not accepted, and where it is.
        watch: keep looking at the sources, which are folders, until Ctrl-C.
        ray: `host:port`, or `ray://host:port`, of the head of a Ray cluster whose machines read;
            `auto` for the one that $RAY_ADDRESS names or that runs here, `local` for one that is
            started for the batch.
        tell: called about once a second, and when something is done; what it raises ends the
            batch, which can be gone on with.
        skip: is told of files that are no pictures.

    Raises:
        ClusterError: the Ray cluster cannot be used.
        ImageError: a source is missing or empty.
        Interrupted: by Ctrl-C.
        MissingExtraError: a package for the sources, the table or the cluster is not installed.
        ModelError: a model cannot be used.
        OutputError: the table is there already, or cannot be written.
        StoreError: the queue cannot be used.
        UsageError: an option cannot be, or differs from those of what was begun.
    """
    named = [os.fspath(source) for source in paths_of("sources", sources)]
    check_path("out", out)
    options, table = options_of(options), Path(out)
    if table.is_symlink():
        # It is written beside what the link leads to, and moved there: the link stays.
        table = led_to(table)
    jobs = jobs if jobs is None else whole("jobs", jobs, 1)
    _check(named, options, table, overwrite, append, retry_failed)
    work = Work(table)
    wanted = manifest_of(
        named, options, append=append, retry_failed=retry_failed, review=review and review[0]
    )
    with ExitStack() as stack:
        stack.enter_context(work.held())
        goes_on = _goes_on(work, wanted, overwrite, append or retry_failed)
        if watch and retry_failed and not (goes_on or append) and table.exists():
            raise UsageError(
                f"{way('watch')} has nothing to go on with: {table} is whole.",
                f"Try again without {way('watch')}; then give it with {way('append')}.",
            )
        intake = review and review[1]
        setup = Setup(options, os.getcwd(), intake.share if intake else None)  # noqa: PTH109
        try:
            pool = _pool(ray, jobs, setup)
            stack.enter_context(pool)
            if not goes_on:
                found = iter(()) if watch else find_items(named, work.spool, skip)
                if not _begin(work, wanted, found):
                    return Summary(table, 0, 0, Counts())
            elif retry_failed:
                work.start_round()
        except KeyboardInterrupt:
            raise Interrupted("Stopped before anything was read.", "Run it again.") from None
        run = _Run(work, pool, intake, tell)
        try:
            if watch is not None:
                return run.watch(named, watch, skip)
            run.read()
            rows = run.write()
        except KeyboardInterrupt:
            raise run.stopped() from None
        work.remove()
        return Summary(table, rows, run.state.done, run.state.counts, pool.lost)


def _pool(ray: str | None, jobs: int | None, setup: Setup) -> "Pool | RayPool":
    if ray is None:
        return Pool(jobs or cores(), setup)
    from shuzi.batch.cluster import RayPool

    return RayPool(ray, jobs, setup)


def cores() -> int:
    """Those that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def _check(
    sources: list[str],
    options: Options,
    out: Path,
    overwrite: bool,
    append: bool,
    retry_failed: bool,
) -> None:
    if not sources:
        raise UsageError("There is nothing to read.", "Give files, folders, archives or URLs.")
    for name, given in (("append", append), ("retry_failed", retry_failed)):
        if overwrite and given:
            raise UsageError(
                f"{way('overwrite')} and {way(name)} cannot go together.", "Give one of them."
            )
    check_format(out)
    check_options(
        kind=options.kind,
        rotate=options.rotate,
        target_error=options.target_error,
        digits_only=options.digits_only,
        expect=options.expect,
    )
    check_switch("fast", options.fast)
    whole("max_pixels", options.max_pixels, 1)
    if out.is_dir() or not out.parent.is_dir():
        raise OutputError(
            f"{out} cannot be written: "
            + ("it is a folder." if out.is_dir() else f"there is no folder {out.parent}.")
        )


def _goes_on(work: Work, wanted: dict[str, object], overwrite: bool, changes: bool) -> bool:
    """Whether what was begun goes on; if not, nothing is in the way of beginning.

    Raises:
        OutputError: a table is there.
        UsageError: what was begun is another batch.
    """
    if work.is_begun():
        try:
            work.check(wanted)
            return True
        except (UsageError, OutputError):
            if not overwrite:
                raise
        work.clear()
    if work.out.exists() and not (overwrite or changes):
        raise OutputError(
            f"{work.out} is there already.",
            f"Give another name; {way('append')} to add what it has not; {way('retry_failed')} to "
            f"try again what could not be read; {way('overwrite')} to replace it.",
        )
    return False


def _begin(work: Work, wanted: dict[str, object], found: Iterator[Item]) -> bool:
    """Plan what there is to read; false if that is nothing, as nothing of a table failed.

    Raises:
        OutputError: the table is none of shuzi's.
        UsageError: it is a spreadsheet, or has nothing to do with the sources.
    """
    adds, retries = (
        bool(wanted[name]) and work.out.exists() for name in ("append", "retry_failed")
    )
    known = sources_of(work.out) if adds else set[int]()
    failed = Failed(work.out) if retries else None
    if retries and not failed and not adds:
        return False

    def is_wanted(item: Item) -> bool:
        source = plain(item.source)
        is_new = adds and hash(source) not in known
        return is_new or (failed is not None and failed.of(source) is not None)

    base = work.out if adds or retries else None
    planned = chunks(found if base is None else filter(is_wanted, found))
    first = next(planned, None)
    if first is None and failed and not adds:
        raise UsageError(
            f"{work.out} has {counted(len(failed), 'source')} that could not be read, and none of "
            "them is found in the sources that are given.",
            "Give those of its batch. A file that is gone keeps its row.",
        )
    begun = chain([] if first is None else [first], planned)
    work.begin(wanted | {"retry_failed": retries or None}, begun, base)
    return True


class _Run:
    """A batch that was begun, while it is read."""

    def __init__(
        self, work: Work, pool: "Pool | RayPool", intake: "Intake | None", tell: Tell
    ) -> None:
        self.work, self.pool, self.intake, self._tell = work, pool, intake, tell
        total, done, counts = work.survey()
        self.state = State(total, done, done, counts)

    def read(self, start: int = 0) -> None:
        """Read all of the plan that is not done, from a chunk on."""
        self.pool.run(
            self._missing(start),
            self._done,
            lambda: self._tell(replace(self.state, in_hand=self.pool.in_hand)),
        )

    def _missing(self, start: int) -> Iterator[Task]:
        for number, items in enumerate(self.work.chunks()):
            if number >= start:
                for task, head in self.work.tasks(number, items):
                    if head is None:
                        yield task
        # Last, so that whoever is interrupted again and again comes to the end of the rest.
        if self.work.due:
            for number, items in enumerate(self.work.chunks()):
                for task, _ in self.work.tasks(number, items):
                    if task.name in self.work.due:
                        yield self.work.again(task)

    def _done(self, task: Task, part: Part) -> Iterable[Task]:
        if self.intake is not None:
            # Before the part says that it is done; what is in the queue already is passed over.
            self.intake.queue(part.queued)
        before, done = Counts(), len(task.items) if task.first == 1 else 0
        if task.name in self.work.due:
            done, before = self.work.due.pop(task.name), self.work.counts_of(task)
            part = self.work.merged(task, part) if task.again else part
        self.work.add(task, part)
        self._count(done=done, counts=part.counts - before)
        return [other for other in task.others(part.pages) if self.work.head(other) is None]

    def _count(self, *, total: int = 0, done: int = 0, counts: Counts | None = None) -> None:
        state = self.state
        self.state = State(
            state.total + total,
            state.done + done,
            state.before,
            state.counts + (counts or Counts()),
            self.pool.lost,
        )
        self._tell(self.state)

    def write(self) -> int:
        """Put the table together, and move it to its place."""
        work = self.work
        made = work.folder / work.out.name
        base = work.base if work.base.exists() else None
        with synced(made) as temporary:
            if base is not None and work.is_retry():
                write_table(mended(work), temporary)
                rows = sum(1 for _ in work.rows())
            else:
                rows = write_table(work.rows(), temporary, base)
        work.move(made)
        return rows

    def watch(self, folders: list[str], watch: "Watch", skip: Callable[[str], object]) -> Summary:
        """Read what comes until Ctrl-C, and write the table whenever nothing waits."""
        known = {hash(item.source) for items in self.work.chunks() for item in items}
        rows = None
        with suppress(KeyboardInterrupt):
            self.read()
            for items in watch.arrivals(folders, known, skip):
                if items:
                    self._count(total=len(items))
                    self.read(self.work.plan(chunks(items)))
                    rows = None
                elif rows is None:
                    rows = self.write()
                self._tell(self.state)
        try:
            state = self.state
            rows = self.write() if rows is None and state.done == state.total else rows
        except KeyboardInterrupt:
            raise self.stopped() from None
        if rows is None:
            raise self.stopped()
        return Summary(self.work.out, rows, state.done, state.counts, self.pool.lost)

    def stopped(self) -> Interrupted:
        state = self.state
        return Interrupted(
            f"Stopped: {state.done:,} of {state.total:,} files are read, and kept in "
            f"{self.work.folder}.",
            "The same command goes on with the rest.",
        )
