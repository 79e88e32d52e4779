"""`shuzi card`."""

from pathlib import Path
from typing import Annotated

import typer

from shuzi.cli.options import among
from shuzi.output import say


def card(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="digit, number, number_twin, page, a run folder or a model.onnx.",
            autocompletion=among(("digit", "number", "number_twin", "page")),
        ),
    ] = "digit",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print a model's card: its data, recipe, scores and limits.

    Example: shuzi card number
    """
    import json

    from shuzi.card import SHIPPED, load_card, to_markdown

    found = load_card(SHIPPED.get(model, Path(model)))
    text = json.dumps(found, ensure_ascii=False) + "\n" if as_json else to_markdown(found)
    say(text, end="")
