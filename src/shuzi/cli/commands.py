"""The commands, in the order of `shuzi --help`."""

from typing import Annotated, NoReturn

import typer

import shuzi
from shuzi.cli import boundary
from shuzi.cli.batch import batch
from shuzi.cli.card import card
from shuzi.cli.compare import compare
from shuzi.cli.data import data_convert, data_fetch, data_show, synth
from shuzi.cli.evaluate import evaluate, predict
from shuzi.cli.export import export
from shuzi.cli.read import read
from shuzi.cli.review import review_export, review_status
from shuzi.cli.serve import serve
from shuzi.cli.train import recipes, train
from shuzi.output import say

app = typer.Typer(
    name="shuzi",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
data = typer.Typer(
    help="Fetch MNIST, look at a dataset, or convert one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
review = typer.Typer(
    help="Look at a review queue, or export what was decided.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def shuzi_command(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[  # noqa: ARG001 - main takes it
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
) -> None:
    """Read handwritten digits, and know when you can't."""
    if version:
        say(f"shuzi {shuzi.__version__}")
        raise typer.Exit


app.command()(read)
app.command()(batch)
app.command()(train)
app.command()(evaluate)
app.command()(compare)
app.command()(predict)
app.command()(export)
app.command()(card)
app.command()(serve)
app.command()(synth)
app.command()(recipes)
app.add_typer(data, name="data")
data.command("fetch")(data_fetch)
data.command("show")(data_show)
data.command("convert")(data_convert)
app.add_typer(review, name="review")
review.command("status")(review_status)
review.command("export")(review_export)


def main() -> NoReturn:
    """Run the command line; every error becomes one message and a documented exit code."""
    boundary.run(app)
