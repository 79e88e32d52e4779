"""A model's card: what made it, what it reaches, what it is for; beside the model, for programs
(.json) and for people (.md)."""

import hashlib
import json
from collections.abc import Iterator
from itertools import groupby
from os import PathLike
from pathlib import Path
from typing import Any

from shuzi.errors import ModelError
from shuzi.files import model_file, open_file, read_json, shipped, write_atomically
from shuzi.text import plain

SHIPPED = {name: shipped(f"{name}.onnx") for name in ("page", "number", "number_twin", "digit")}


def save_card(model: Path, values: dict[str, Any]) -> None:
    """Write the card of a model file beside it, with the model's checksum, as .json and .md.

    Raises:
        OutputError: it cannot be written.
    """
    card = values | {"sha256": checksum(model)}
    with write_atomically(model.with_suffix(".json")) as temporary:
        text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
        temporary.write_text(text, encoding="utf-8")
    with write_atomically(model.with_suffix(".md")) as temporary:
        temporary.write_text(to_markdown(card), encoding="utf-8")


def load_card(model: str | PathLike[str]) -> dict[str, Any]:
    """The card of a model file, or of the model in a run folder.

    Raises:
        ModelError: there is no model or no card, or the card is another model's.
    """
    path = model_file(model)
    card = path.with_suffix(".json")
    if Path(model).is_dir() or not card.is_file():
        card = path.with_name("run.json")
    for file in (path, card):
        if not file.exists():
            raise ModelError(f"{file}: there is no such file.", "A card lies beside its model.")
    try:
        values = read_json(card)
    except (OSError, ValueError) as error:
        raise ModelError(f"{card} is not a card: {error}.") from error
    if not isinstance(values, dict):
        raise ModelError(f"{card} is not a card: it is not an object.")
    check_card(path, values)
    return values


def check_card(model: Path, values: dict[str, Any]) -> None:
    """Refuse a card that was written for another model file.

    Raises:
        ModelError: the checksum is missing or another, or the model cannot be read.
    """
    if values.get("sha256") != checksum(model):
        raise ModelError(
            f"The card beside {model} was not written for it: the checksums differ.",
            "Put the model and the card of one training together, or train anew.",
        )


def checksum(model: Path) -> str:
    """SHA-256 of the file, in hexadecimal.

    Raises:
        ModelError: it is not a file that can be read.
    """
    try:
        with open_file(model) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{model} cannot be read: {error.strerror}.") from error


def to_markdown(values: dict[str, Any]) -> str:
    """The card for people: single values in lists, like parts in tables."""
    title = f"# Card of {values.get('model', 'model.onnx')}"
    # A card may be anybody's, and a terminal obeys what is in it.
    lines = map(plain, [title, "", *_section(values, 2)])
    return "\n".join(lines).rstrip() + "\n"


def _section(values: dict[str, Any], level: int) -> Iterator[str]:
    single = {name: v for name, v in values.items() if not isinstance(v, dict)}
    yield from (f"- {name}: {_shown(value)}" for name, value in single.items())
    if single:
        yield ""
    parts = ((name, value) for name, value in values.items() if isinstance(value, dict))
    for columns, group in groupby(parts, key=lambda part: _columns(part[1])):
        rows = dict(group)
        if columns and len(rows) > 1:
            yield from _table(columns, rows)
        else:
            for name, value in rows.items():
                yield from ("#" * min(level, 6) + f" {name}", "", *_section(value, level + 1))


def _columns(values: dict[str, Any]) -> tuple[str, ...]:
    """What it gives a value for, if its like can stand beside it in a table."""
    return () if any(isinstance(value, dict) for value in values.values()) else tuple(values)


def _table(columns: tuple[str, ...], rows: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield "| | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for name, row in rows.items():
        yield f"| {name} | " + " | ".join(map(_shown, row.values())) + " |"
    yield ""


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, list):
        return "; ".join(map(_shown, value))
    return str(value)
