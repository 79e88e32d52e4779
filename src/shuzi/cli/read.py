"""`shuzi read`."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shuzi.cli.boundary import complain, need_extra
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
from shuzi.errors import Interrupted, ShuziError, UsageError
from shuzi.folder import PICTURES
from shuzi.output import Progress, say, tell
from shuzi.text import plain_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from shuzi.reader import Look
    from shuzi.reading import Failure, Result
    from shuzi.review.intake import Intake


def read(  # noqa: PLR0913, PLR0917 - an option each
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Pictures, PDFs, folders of them; - is a pipe."),
    ],
    kind: Kind = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a page.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row a number.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write there instead; .csv and .json say the same as --csv and --json.",
        ),
    ] = None,
    rotate: Rotate = None,
    target_error: TargetError = 0.01,
    digits_only: DigitsOnly = False,
    expect: Expect = None,
    fast: Fast = False,
    explain: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write what was seen here: pictures and advice."),
    ] = None,
    model: DigitModel = None,
    number_model: NumberModel = None,
    page_model: PageModel = None,
    max_pixels: MaxPixels = 50_000_000,
    review: Review = None,
    sample: Sample = None,
    double_entry: DoubleEntry = False,
    verbose: Verbose = False,
) -> None:
    """Read handwritten digits, numbers and pages of them.

    A blank picture has no number, which is not an error. Check what has a ? after it.

    Example: shuzi read examples/3.png
    """
    from shuzi.reader import Reader
    from shuzi.reading import Failure, find_files, read_files

    suffix = output.suffix.lower() if output is not None else ""
    if suffix in (".xlsx", ".parquet"):
        raise UsageError(
            f"{output}: shuzi read writes text, JSON or CSV.", "Use shuzi batch to write a table."
        )
    if suffix in PICTURES:
        # As where the name of the output was left out: -o scans/*.png
        raise UsageError(
            f"{output} is named as a picture; shuzi read writes text, JSON or CSV.",
            "Name the file for it after -o, such as results.csv.",
        )
    as_json = as_json or suffix in (".json", ".jsonl")
    as_csv = as_csv or suffix == ".csv"
    if as_json and as_csv:
        raise UsageError("--json and --csv cannot go together.", "Give one of them.")
    check_review(review, sample, double_entry)
    reader = Reader(
        model,
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
    files, skipped = find_files(paths)
    tell_skipped(skipped, verbose)
    intake = None if review is None else open_intake(review, sample, double_entry)

    def watch(look: "Look") -> None:
        if look.animated:
            tell(f"shuzi: {look.page.source} is an animation, of which the first frame is read.")
        if intake is not None:
            intake.add(look)

    header, writer = _writer(as_json, as_csv)
    failure: ShuziError | None = None
    progress = Progress(files, to_output=output is None)
    try:
        with _written(output) as write:
            write(header)
            for result in read_files(reader, progress, explain, watch):
                if isinstance(result, Failure):
                    if len(files) == 1:
                        raise result.error
                    complain(result.error)
                    failure = failure or result.error
                write(writer(result))
    except KeyboardInterrupt:
        raise _stopped(progress, intake, output) from None
    if output is not None:
        say(f"Written to {output}")
    if intake is not None:
        tell(f"shuzi: queued {intake.count} for review.")
    if failure:
        raise typer.Exit(failure.exit_code)


@contextmanager
def _written(output: Path | None) -> "Iterator[Callable[[str], object]]":
    """What takes text: standard output at once, or a file that is whole or not there."""
    if output is None:
        yield lambda text: say(text, end="")
        return
    from shuzi.files import write_atomically

    with (
        write_atomically(output) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        yield lambda text: file.write(plain_lines(text))


def _stopped(
    progress: "Progress[str | Failure]", intake: "Intake | None", output: Path | None
) -> Interrupted:
    done, files = progress.done, progress.files
    if output is not None:
        return Interrupted(
            f"Stopped after {done} of {len(files)} files: {output} is not written.",
            "Run it again; `shuzi batch` keeps what it has read.",
        )
    where = f"; the next is {files[done]}" if done < len(files) else ""
    queued = f" The {intake.count} queued for review stay queued." if intake else ""
    return Interrupted(
        f"Stopped: {done} of {len(files)} files were read{where}.{queued}",
        "Run it again with the rest.",
    )


def _writer(as_json: bool, as_csv: bool) -> "tuple[str, Callable[[Result], str]]":
    """What comes first, and what writes a result."""
    from shuzi import reading

    if as_csv:
        return reading.csv_header(), reading.to_csv
    return "", reading.to_json if as_json else reading.to_text


def check_review(review: str | None, sample: float | None, double_entry: bool) -> None:
    """Refuse options of a review queue without one."""
    if review is None and (sample is not None or double_entry):
        raise UsageError("--sample and --double-entry go with --review.")


def open_intake(place: str, sample: float | None, double_entry: bool) -> "Intake":
    """What takes numbers into a review queue."""
    need_extra("web", "sqlalchemy", "alembic")
    from shuzi.review.intake import Intake
    from shuzi.review.sample import SHARE
    from shuzi.review.store import open_store

    share = SHARE if sample is None else sample
    return Intake(open_store(place), share, 2 if double_entry else 1)


def tell_skipped(skipped: "Sequence[str]", verbose: bool) -> None:
    """Say that files were passed over."""
    if skipped:
        names = ": " + ", ".join(skipped) if verbose else "; -v names them"
        tell(f"shuzi: skipped {len(skipped)} of other kinds{names}.")
