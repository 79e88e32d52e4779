"""`shuzi batch`."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shuzi.cli.options import (
    DigitModel,
    DigitsOnly,
    DoubleEntry,
    Expect,
    Fast,
    Kind,
    MaxPixels,
    NumberModel,
    PageModel,
    Review,
    Rotate,
    Sample,
    TargetError,
    Verbose,
)
from shuzi.cli.read import check_review, open_intake, tell_skipped
from shuzi.errors import ImageError, UsageError
from shuzi.output import say, tell
from shuzi.text import counted

if TYPE_CHECKING:
    from shuzi.batch.estimate import Between, Estimate
    from shuzi.batch.run import State, Summary
    from shuzi.batch.task import Counts

SECONDS_EACH = 2.0
"""That a person takes for a number in the review queue."""


def batch(  # noqa: PLR0913, PLR0917 - an option each
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Pictures and PDFs; folders and those in them; patterns in quotes; .txt lists of "
            "sources; .zip and .tar archives; URLs such as s3://bucket/scans.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="A .csv (that Excel opens, with a byte-order mark), .xlsx, .parquet or .jsonl.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Processes; one a core by default.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray",
            metavar="[=HOST:PORT]",
            help="Read on a Ray cluster: $RAY_ADDRESS's or this machine's, that of HOST:PORT, or "
            "with =local one that ends with the batch.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read a sample, and say what all would take.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on with what comes into the folders, until Ctrl-C.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a table that is there.")
    ] = False,
    append: Annotated[
        bool, typer.Option("--append", help="Add what a table that is there has not.")
    ] = False,
    retry_failed: Annotated[
        bool,
        typer.Option(
            "--retry-failed",
            help="Try again what could not be read, of what was begun or of a table.",
        ),
    ] = False,
    kind: Kind = "auto",
    rotate: Rotate = None,
    target_error: TargetError = 0.01,
    digits_only: DigitsOnly = False,
    expect: Expect = None,
    fast: Fast = False,
    model: DigitModel = None,
    number_model: NumberModel = None,
    page_model: PageModel = None,
    max_pixels: MaxPixels = 50_000_000,
    review: Review = None,
    sample: Sample = None,
    double_entry: DoubleEntry = False,
    verbose: Verbose = False,
) -> None:
    """Read many files into one table; killed at any moment, the same command goes on.

    A row a number; one for a picture without any, and one with the reason for what cannot be read.

    Example: shuzi batch scans --out results.csv
    """
    from shuzi.batch.read import Options
    from shuzi.batch.run import cores, read_batch
    from shuzi.batch.watch import Watch

    check_review(review, sample, double_entry)
    if watch and not all(Path(source).is_dir() for source in sources):
        raise UsageError("--watch looks at folders, and one of the sources is none.")
    options = Options(
        model=model,
        number_model=number_model,
        page_model=page_model,
        kind=kind,
        rotate=rotate,
        target_error=target_error,
        digits_only=digits_only,
        expect=expect,
        fast=fast,
        max_pixels=max_pixels,
    )
    skipped: list[str] = []
    if dry_run:
        from shuzi.batch.cluster import processors
        from shuzi.batch.estimate import estimate

        found = estimate(sources, options, skipped.append)
        tell_skipped(skipped, verbose)
        _print_estimate(found, jobs or (processors(ray) if ray else cores()))
        return
    if out is None:
        raise UsageError("--out is missing.", "Say where the table goes: --out results.csv")
    intake = None if review is None else open_intake(review, sample, double_entry)
    with _bar() as tell_state, _quiet(ray):
        summary = read_batch(
            sources,
            out,
            options,
            jobs=jobs,
            overwrite=overwrite,
            append=append,
            retry_failed=retry_failed,
            review=(review, intake) if review and intake else None,
            watch=Watch() if watch else None,
            ray=ray,
            tell=tell_state,
            skip=skipped.append,
        )
    tell_skipped(skipped, verbose)
    if retry_failed and not summary.files:
        say(f"Nothing in {out} is to be tried again")
        return
    done = "Put into" if retry_failed else "Added to" if append else "Written to"
    _print_summary(summary, intake.count if intake else None, done)
    remedy = "begin anew" if out.suffix == ".xlsx" else "give --retry-failed to try again"
    if summary.counts.pictures and summary.counts.failed == summary.counts.pictures:
        tried = "Nothing of what was tried again" if retry_failed else "Nothing"
        raise ImageError(
            f"{tried} could be read; {out} says why.", f"See its column `error`, and {remedy}."
        )
    if summary.counts.failed and not retry_failed and out.suffix != ".xlsx":
        tell("shuzi: the same command with --retry-failed tries again what could not be read")


@contextmanager
def _quiet(ray: str | None) -> Iterator[None]:
    """Keep what Ray prints of machines that it loses, with their logs, off standard output."""
    if ray is None:
        yield
        return
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        yield


def _print_summary(summary: "Summary", queued: int | None, done: str) -> None:
    say(f"{counted(summary.files, 'file')}: {_said(summary.counts)}")
    if queued is not None:
        say(f"{queued:,} new in the review queue")
    if summary.lost:
        lost = counted(summary.lost, "process", "es")
        say(f"{lost} ended while reading; what was in hand was read again")
    say(f"{done} {summary.out}: {counted(summary.rows, 'row')}")


def _said(counts: "Counts") -> str:
    return (
        f"{counted(counts.accepted, 'number')} accepted, {counts.review:,} to review, "
        f"{counts.rejected:,} rejected; {counted(counts.without, 'picture')} without a number, "
        f"{counts.failed:,} that could not be read"
    )


@contextmanager
def _bar() -> "Iterator[Callable[[State], object]]":
    """What shows how far a batch is, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield lambda state: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = MofNCompleteColumn(), BarColumn(), TextColumn("{task.description}")
    with Bar(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task("looking for pictures", total=None)
        began = time.monotonic()

        def show(state: "State") -> None:
            done = state.done + state.in_hand
            speed = (done - state.before) / max(1e-9, time.monotonic() - began)
            left = _time((state.total - done) / speed) if speed else "?"
            counts = state.counts
            lost = f", {counted(state.lost, 'process', 'es')} lost" if state.lost else ""
            bar.update(
                task,
                total=state.total,
                completed=done,
                description=f"{speed:.1f}/s, {left} left: {counts.accepted:,} accepted, "
                f"{counts.review + counts.rejected:,} to review, {counts.failed:,} failed{lost}",
            )

        yield show


def _print_estimate(found: "Estimate", jobs: int) -> None:
    say(f"{counted(found.files, 'file')}, {_size(found.size)}; {found.sampled} of them were read")
    each = sum(found.seconds) / 2 / found.files
    time_taken = _between(found.seconds, lambda seconds: _time(seconds / jobs))
    processes = counted(jobs, "process", "es")
    say(f"time    {time_taken} with {processes}, {each:.3g} s of a processor a file")
    rows = _between(found.rows, lambda rows: f"{rows:,.0f}")
    say(f"table   {counted(rows, 'row')}, {_between(found.bytes, _size)} as CSV")
    count = _between(found.review, lambda numbers: f"{numbers:,.0f}")
    hours = _between(found.review, lambda numbers: _time(numbers * SECONDS_EACH))
    say(f"review  {counted(count, 'number')}, {hours} for one person at {SECONDS_EACH:g} s each")
    say(f"failed  {found.failed} of the {found.sampled}")


def _between(values: "Between", shown: Callable[[float], str]) -> str:
    low, high = map(shown, values)
    return low if low == high else f"{low} to {high}"


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 6000:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
