"""An evaluation as one web page that needs nothing beside it."""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

import shuzi
from shuzi.evaluation.coverage import Coverage
from shuzi.files import write_atomically

if TYPE_CHECKING:
    from shuzi.evaluation.report import Evaluation

PICTURES = ("reliability", "risk-coverage", "confusion", "mistakes")


def write_page(
    path: Path,
    subject: str,
    data: dict[str, str],
    found: "Evaluation",
    thresholds: Sequence[Coverage],
) -> None:
    """Write report.html, with the pictures that lie beside it inside.

    Args:
        subject: what was evaluated, for the heading.
        data: `name` and `source` of the test set.
        thresholds: the rows of the table of thresholds.

    Raises:
        OutputError: the file cannot be written.
    """
    environment = Environment(
        loader=PackageLoader("shuzi.evaluation", "."), autoescape=True, undefined=StrictUndefined
    )
    text = environment.get_template("report.html").render(
        subject=subject,
        data=data,
        found=found,
        thresholds=thresholds,
        version=shuzi.__version__,
        percent="{:.2%}".format,
        pictures={name: _data_uri(path.parent / f"{name}.png") for name in PICTURES},
    )
    with write_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _data_uri(picture: Path) -> str:
    return f"data:image/png;base64,{b64encode(picture.read_bytes()).decode()}"
