"""`shuzi review`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shuzi.cli.boundary import need_extra, stopped
from shuzi.cli.options import Queue, among
from shuzi.output import say

if TYPE_CHECKING:
    from shuzi.review.figures import Figures


def review_status(queue: Queue) -> None:
    """Print how far a queue is, how fast, and how often the reader was wrong.

    Example: shuzi review status reviews.db
    """
    need_extra("web", "sqlalchemy", "alembic")
    from shuzi.review.store import open_store

    with open_store(queue, create=False) as store:
        _print_figures(store.figures())


def _print_figures(figures: "Figures") -> None:
    say(f"open      {figures.open}, {figures.leased} of them with somebody now")
    say(f"disputed  {figures.disputed}")
    say(f"decided   {figures.decided}")
    if figures.seconds_each:
        pace = f"{figures.seconds_each:.2f} seconds each, {figures.items_per_hour:.0f} an hour"
        say(f"speed     {pace} for one person")
    if error := figures.accepted_error:
        say(
            f"accepted  {error.wrong} of {error.n} in the sample were wrong: {error.rate:.2%} "
            f"(95 % interval {error.low:.2%} to {error.high:.2%}); {error.waiting} wait"
        )
    if agreed := figures.agreement:
        say(f"agreement {agreed.share:.2%} of {agreed.n} that two people answered")
    for reviewer in figures.reviewers:
        say(f"  {reviewer.name}: {reviewer.decided}, {reviewer.seconds_each:.2f} s each")


@stopped("The queue is as it was; no half of a file was written.")
def review_export(
    queue: Queue,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="FORMAT",
            help="csv, jsonl or dataset.",
            autocompletion=among(("csv", "jsonl", "dataset")),
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="PATH", help="A file; of a dataset, a folder.")],
) -> None:
    """Write what was decided; a dataset is crops with their labels.

    Example: shuzi review export reviews.db --to csv --out decided.csv
    """
    need_extra("web", "sqlalchemy", "alembic")
    from shuzi.files import check_other
    from shuzi.review.export import export
    from shuzi.review.store import open_store

    check_other(out, queue.removeprefix("sqlite:///"), "the queue")
    with open_store(queue, create=False) as store:
        count = export(store, to, out)
    say(f"Written to {out}: {count} decided")
