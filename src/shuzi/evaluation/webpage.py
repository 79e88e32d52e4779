"""A run and its evaluation as one web page that needs nothing beside it."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from numpy import uint8
from numpy.typing import NDArray
from PIL import Image

import shuzi
from shuzi.dataset import OTHER
from shuzi.evaluation.coverage import Coverage
from shuzi.evaluation.findings import sentences
from shuzi.files import write_atomically
from shuzi.text import percent as shown_confidence

if TYPE_CHECKING:
    from shuzi.evaluation.report import Evaluation

PICTURES = ("reliability", "risk-coverage")
WORST = 40
"""Mistakes on the page."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What an evaluation has to show.

    Args:
        data: `name` and `source` of the test set.
        thresholds: the rows of the table of thresholds.
        mistakes: as `describe_mistakes` gives them.
        images: uint8 (n, 28, 28), which the mistakes are of.
        pictures: the folder of the pictures.
        is_learned: whether the run learned from the test set's images.
    """

    data: dict[str, str]
    found: "Evaluation"
    thresholds: Sequence[Coverage]
    mistakes: Sequence[dict[str, Any]]
    images: NDArray[uint8]
    pictures: Path
    is_learned: bool = False


def write_page(
    path: Path,
    subject: str,
    record: dict[str, Any],
    run: Path | None = None,
    tested: Tested | None = None,
) -> None:
    """Write report.html, in English and Chinese, with its pictures inside.

    Args:
        subject: what the page is about, for the heading.
        record: the run's; an empty one for a model alone.
        run: its folder, which has its curves.

    Raises:
        OutputError: the file cannot be written.
    """
    environment = Environment(
        loader=PackageLoader("shuzi.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    curves = None if run is None else run / "curves.png"
    text = environment.get_template("report.html").render(
        subject=subject,
        run=_describe_run(record),
        curves=_data_uri(curves.read_bytes()) if curves and curves.is_file() else None,
        tested=tested,
        worst=_worst(tested) if tested else [],
        pictures={
            name: _data_uri((tested.pictures / f"{name}.png").read_bytes()) for name in PICTURES
        }
        if tested
        else {},
        version=shuzi.__version__,
        percent=lambda share: f"{100 * share:.2f} %",
        confidence=shown_confidence,
        names=_names,
        say=_say,
    )
    with write_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _say(english: str, chinese: str, **values: object) -> Markup:
    """Both languages, of which the page shows one."""
    return Markup("").join(
        Markup('<span lang="{}">{}</span>').format(language, Markup(text).format(**values))
        for language, text in (("en", english), ("zh", chinese))
    )


def _names(data: str) -> tuple[str, str]:
    """The name of a dataset in both languages."""
    return (OTHER, "非 MNIST 的数据") if data == OTHER else (data, data)


def _describe_run(record: dict[str, Any]) -> dict[str, Any] | None:
    """What the page says of a run, each part as far as the record has it; None without any.

    A record is a file that anybody may have changed, so nothing in it is taken for granted.
    """
    recipe = record.get("applies") or record.get("recipe")
    if not isinstance(recipe, dict):
        return None
    parts = {name: record.get(name) for name in ("data", "device", "versions", "kept", "stopped")}
    parts = {name: part if isinstance(part, dict) else {} for name, part in parts.items()}
    seconds = record.get("seconds")
    findings = record.get("diagnosis")
    return parts | {
        "recipe": {
            n: ",".join(map(str, v)) if isinstance(v, list) else v for n, v in recipe.items()
        },
        "name": record["recipe"].get("name") if isinstance(record.get("recipe"), dict) else None,
        "seed": record.get("seed"),
        "command": record.get("command"),
        "started": record.get("started"),
        "seconds": seconds.get("training") if isinstance(seconds, dict) else None,
        "diagnosis": _diagnosis(findings) if isinstance(findings, list) else [],
    }


def _diagnosis(findings: list[Any]) -> list[Markup]:
    try:
        said = [sentences(findings, language) for language in ("en", "zh")]
    except (KeyError, ValueError, TypeError):
        return []
    english, chinese = ([*seen, *causes] for seen, causes in said)
    return [
        _say("{one}", "{other}", one=one[0].upper() + one[1:], other=other)
        for one, other in zip(english, chinese, strict=True)
    ]


def _worst(tested: Tested) -> list[dict[str, Any]]:
    return [m | {"picture": _picture(tested.images[m["image"]])} for m in tested.mistakes[:WORST]]


def _picture(image: NDArray[uint8]) -> str:
    """Dark ink on white."""
    file = BytesIO()
    Image.fromarray(255 - image).save(file, "PNG")
    return _data_uri(file.getvalue())


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{b64encode(png).decode()}"
