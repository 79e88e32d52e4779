"""GET /api/v1/runs: the runs of a folder, as the page's Learn screen shows them."""

import csv
import math
import os
import time
from itertools import islice
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response

from shuzi.files import read_json
from shuzi.web import documents
from shuzi.web.problems import Problem

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])

LIVE_SECONDS = 60.0
"""A run that wrote nothing for so long, or for ten of its epochs, has stopped."""
MAX_BYTES = 5_000_000
"""Larger files of a run are passed over."""
MAX_WEIGHTS = 32_000_000
"""Bytes of a model.safetensors that is given."""
MAX_EPOCHS = 10_000
"""Of a history; the rest is not shown."""


@router.get("", responses=documents.RUNS)
def list_runs(request: Request) -> dict[str, Any]:
    """The runs of the folder that the service was started with (`--runs`), the newest first."""
    runs = [_summary(run) for run in _find_runs(request.app.state.settings.runs)]
    return {"runs": sorted(runs, key=lambda run: run["started"], reverse=True)}


@router.get("/{name}", responses=documents.RUN | documents.problems(404))
def show_run(request: Request, name: str) -> dict[str, Any]:
    """One run: its recipe, each epoch, and what `shuzi evaluate` found."""
    return _everything(_find_run(request, name))


@router.get(
    "/{name}/weights",
    response_class=Response,
    responses=documents.WEIGHTS | documents.problems(404),
)
def show_weights(request: Request, name: str) -> Response:
    """The weights of a finished run, its model.safetensors."""
    weights = _bytes(_find_run(request, name) / "model.safetensors", MAX_WEIGHTS)
    if weights is None:
        raise Problem(404, "The run has no weights to show.", "It has them once it is finished.")
    return Response(weights, media_type="application/octet-stream")


def _find_run(request: Request, name: str) -> Path:
    # A name is only ever compared with names that are there, so it leads nowhere else.
    for run in _find_runs(request.app.state.settings.runs):
        if _name(run) == name:
            return run
    raise Problem(404, "There is no run of that name.", "GET /api/v1/runs lists those there are.")


def _find_runs(folder: Path | None) -> list[Path]:
    """The run folders directly in `folder`; not what a link leads to outside of it."""
    if folder is None:
        return []
    try:
        return [path for path in folder.iterdir() if _inside(path / "run.json", folder)]
    except OSError:
        return []


def _inside(path: Path, folder: Path) -> bool:
    try:
        return path.is_file() and path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        # It may not be looked at, or is a link to itself.
        return False


def _name(run: Path) -> str:
    """As text: a folder's name may be any bytes."""
    return os.fsencode(run.name).decode("utf-8", "replace")


def _summary(run: Path) -> dict[str, Any]:
    record, history = _record(run), _history(run)
    recipe = record["recipe"]
    tested = _json(run / "evaluation.json")
    return {
        "name": _name(run),
        "recipe": str(recipe.get("name", "")),
        "started": str(record.get("started", "")),
        "status": record.get("status"),
        "live": _is_live(run, record, history),
        "epochs": len(history),
        "planned": recipe.get("epochs"),
        "test_accuracy": tested.get("accuracy") if isinstance(tested, dict) else None,
    }


def _everything(run: Path) -> dict[str, Any]:
    record = _record(run)
    return _summary(run) | {
        "settings": record["recipe"],
        "applies": applies if isinstance(applies := record.get("applies"), dict) else None,
        "seed": record.get("seed"),
        "data": record.get("data"),
        "device": record.get("device"),
        "history": _history(run),
        "evaluation": _json(run / "evaluation.json"),
        "mistakes": _json(run / "mistakes.json"),
    }


def _record(run: Path) -> dict[str, Any]:
    record = _json(run / "run.json")
    record = record if isinstance(record, dict) else {}
    recipe = record.get("recipe")
    return record | {"recipe": recipe if isinstance(recipe, dict) else {}}


def _history(run: Path) -> list[dict[str, float | None]]:
    """The rows of history.csv; None for what was not measured, or is not a finite number."""
    rows = csv.DictReader((_text(run / "history.csv") or "").splitlines())
    try:
        return [
            {name: _number(text or "nan") for name, text in row.items() if name}
            for row in islice(rows, MAX_EPOCHS)
        ]
    except csv.Error:
        return []


def _is_live(run: Path, record: dict[str, Any], history: list[dict[str, float | None]]) -> bool:
    if record.get("status") != "running":
        return False
    try:
        files = [run / name for name in ("run.json", "history.csv")]
        written = max(path.stat().st_mtime for path in files if path.is_file())
    except (OSError, ValueError):
        return False
    epoch = max((row.get("seconds") or 0.0 for row in history), default=0.0)
    return time.time() - written < max(LIVE_SECONDS, 10 * epoch)


def _json(path: Path) -> Any:
    """What the file says; None if it lies elsewhere or is not JSON that an answer can say."""
    try:
        return read_json(path, MAX_BYTES) if _inside(path, path.parent) else None
    except (OSError, ValueError):
        return None


def _text(path: Path) -> str | None:
    content = _bytes(path, MAX_BYTES)
    return None if content is None else content.decode("utf-8", "replace")


def _bytes(path: Path, most: int) -> bytes | None:
    """A file of a run folder that lies in it, may be read, and is not too large."""
    if not _inside(path, path.parent):
        return None
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError:
        return None
    return content if len(content) <= most else None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
