"""GET /api/v1/runs: the runs of a folder, as the page's Learn screen shows them."""

import csv
import json
import math
import time
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request

from shuzi.web import documents
from shuzi.web.problems import Problem

router = APIRouter(prefix="/api/v1/runs", tags=["runs"])

LIVE_SECONDS = 60.0
"""A run that wrote nothing for so long, or for ten of its epochs, has stopped."""
MAX_BYTES = 20_000_000
"""Larger files of a run are passed over."""


@router.get("", responses=documents.RUNS)
def list_runs(request: Request) -> dict[str, Any]:
    """The runs of the folder that the service was started with (`--runs`), the newest first."""
    runs = [_summary(run) for run in _find_runs(request.app.state.settings.runs)]
    return {"runs": sorted(runs, key=lambda run: run["started"], reverse=True)}


@router.get("/{name}", responses=documents.RUN | documents.problems(404))
def show_run(request: Request, name: str) -> dict[str, Any]:
    """One run: its recipe, each epoch, and what `shuzi evaluate` found."""
    # A name is only ever compared with names that are there, so it leads nowhere else.
    for run in _find_runs(request.app.state.settings.runs):
        if run.name == name:
            return _everything(run)
    raise Problem(404, "There is no run of that name.", "GET /api/v1/runs lists those there are.")


def _find_runs(folder: Path | None) -> list[Path]:
    """The run folders directly in `folder`; not what a link leads to outside of it."""
    if folder is None or not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if _inside(path / "run.json", folder)]


def _inside(path: Path, folder: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _summary(run: Path) -> dict[str, Any]:
    record, history = _record(run), _history(run)
    recipe = record["recipe"]
    tested = _json(run / "evaluation.json")
    return {
        "name": run.name,
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
    """The rows of history.csv; None for what was not measured, or is no finite number."""
    text = _text(run / "history.csv") or ""
    rows = csv.DictReader(text.splitlines())
    return [{name: _number(row[name]) for name in row if name} for row in rows]


def _is_live(run: Path, record: dict[str, Any], history: list[dict[str, float | None]]) -> bool:
    if record.get("status") != "running":
        return False
    written = max(path.stat().st_mtime for path in _files(run, "run.json", "history.csv"))
    epoch = max((row.get("seconds") or 0.0 for row in history), default=0.0)
    return time.time() - written < max(LIVE_SECONDS, 10 * epoch)


def _files(run: Path, *names: str) -> list[Path]:
    return [run / name for name in names if (run / name).is_file()]


def _json(path: Path) -> Any:
    """What the file says; None if it is not there or not JSON. No value of it is infinite."""
    try:
        return json.loads(_text(path) or "", parse_constant=lambda _: None)
    except ValueError:
        return None


def _text(path: Path) -> str | None:
    """A file of a run folder that lies in it, and is not too large."""
    if not _inside(path, path.parent) or path.stat().st_size > MAX_BYTES:
        return None
    return path.read_text(encoding="utf-8", errors="replace")


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "nan")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
