"""`shuzi compare`."""

from pathlib import Path
from typing import Annotated

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.output import say


@stopped("Nothing was drawn.")
def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Folders that `train` wrote, or folders of them."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the curves too, as a PNG."),
    ] = None,
) -> None:
    """Print runs side by side: those that differ in their seeds alone as one row.

    A row has the mean and the standard deviation; what was tested with `evaluate` has test scores.

    Example: shuzi compare runs/first runs/second --out curves.png
    """
    from shuzi.evaluation.compare import compare_runs, to_table

    groups = compare_runs(runs)
    say(to_table(groups))
    if out is not None:
        need_extra("train", "matplotlib")
        from shuzi.evaluation.figures import comparison

        comparison(groups, out)
        say(f"Written to {out}")
