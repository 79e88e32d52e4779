"""`shuzi read`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shuzi.cli.boundary import complain, need_extra
from shuzi.errors import Interrupted, ShuziError, UsageError
from shuzi.output import Progress, say, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuzi.reading import Result
    from shuzi.review.intake import Intake


def read(  # noqa: PLR0913, PLR0917 - an option each
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Pictures, PDFs, folders of them; - is a pipe."),
    ],
    kind: Annotated[
        str, typer.Option("--as", help="What the pictures are: auto, digit, number or page.")
    ] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a page.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row a number.")] = False,
    rotate: Annotated[
        int | None,
        typer.Option(
            help="Degrees to turn clockwise: 0, 90, 180 or 270; else told from each page."
        ),
    ] = None,
    target_error: Annotated[
        float, typer.Option(help="The share of wrong numbers among those accepted.")
    ] = 0.01,
    digits_only: Annotated[
        bool, typer.Option("--digits-only", help="Leave out minus signs, points and the like.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Without the second reader: quicker, more for review.")
    ] = False,
    explain: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write what was seen here: pictures and advice."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL", help="A run or model.onnx to read digits with, instead of shuzi's own."
        ),
    ] = None,
    page_model: Annotated[
        Path | None,
        typer.Option(metavar="MODEL", help="A run of `train page` to find the numbers with."),
    ] = None,
    max_pixels: Annotated[int, typer.Option(min=1, help="Refuse larger pictures.")] = 50_000_000,
    review: Annotated[
        str | None,
        typer.Option(metavar="DB", help="Queue what was not accepted: a file or a PostgreSQL URL."),
    ] = None,
    sample: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="With --review: this share of the accepted too.",
            show_default="0.02",
        ),
    ] = None,
    double_entry: Annotated[
        bool, typer.Option("--double-entry", help="With --review: two people must agree.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name the files that are skipped.")
    ] = False,
) -> None:
    """Read handwritten digits, numbers and pages of them.

    A blank picture has no number, which is no error. What is marked ? is worth a look.

    Example: shuzi read examples/3.png
    """
    from shuzi.reader import Reader
    from shuzi.reading import Failure, find_files, read_files

    if as_json and as_csv:
        raise UsageError("--json and --csv cannot go together.", "Give one of them.")
    if review is None and (sample is not None or double_entry):
        raise UsageError("--sample and --double-entry go with --review.")
    reader = Reader(
        model,
        page_model=page_model,
        kind=kind,
        rotate=rotate,
        target_error=target_error,
        digits_only=digits_only,
        fast=fast,
        max_pixels=max_pixels,
    )
    files, skipped = find_files(paths)
    if skipped:
        names = ": " + ", ".join(map(str, skipped)) if verbose else "; -v names them"
        tell(f"shuzi: skipped {len(skipped)} of other kinds{names}.")
    intake = None if review is None else _intake(review, sample, double_entry)
    writer = _writer(as_json, as_csv)
    failure: ShuziError | None = None
    progress = Progress(files)
    try:
        for result in read_files(reader, progress, explain, intake.add if intake else None):
            if isinstance(result, Failure):
                if len(files) == 1:
                    raise result.error
                complain(result.error)
                failure = failure or result.error
            say(writer(result), end="")
    except KeyboardInterrupt:
        raise _stopped(progress, intake) from None
    if intake is not None:
        tell(f"shuzi: queued {intake.count} for review.")
    if failure:
        raise typer.Exit(failure.exit_code)


def _stopped(progress: Progress, intake: "Intake | None") -> Interrupted:
    done, files = progress.done, progress.files
    where = f"; the next is {files[done]}" if done < len(files) else ""
    queued = f" The {intake.count} queued for review stay queued." if intake else ""
    return Interrupted(
        f"Stopped: {done} of {len(files)} files were read{where}.{queued}",
        "Run it again with the rest.",
    )


def _intake(place: str, sample: float | None, double_entry: bool) -> "Intake":
    need_extra("web", "sqlalchemy", "alembic")
    from shuzi.review.intake import Intake
    from shuzi.review.sample import SHARE
    from shuzi.review.store import open_store

    share = SHARE if sample is None else sample
    return Intake(open_store(place), share, 2 if double_entry else 1)


def _writer(as_json: bool, as_csv: bool) -> "Callable[[Result], str]":
    from shuzi import reading

    if as_csv:
        say(reading.csv_header(), end="")
        return reading.to_csv
    return reading.to_json if as_json else reading.to_text
