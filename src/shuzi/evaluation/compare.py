"""Runs side by side: those that differ in their seeds alone as one, with mean and deviation."""

import csv
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from shuzi.errors import RunError
from shuzi.files import read_file, read_json

MAX_HISTORY = 20_000_000
"""Bytes of a history.csv; a hundred thousand epochs have 6 million."""
MODELS = {"keras": "source", "start": "model", "teacher": "model"}
"""What a run may begin with or learn from, and where its record has the path."""
MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy", "test_loss", "test_accuracy")


@dataclass(frozen=True, slots=True)
class Given:
    """A model that a run began with or learned from: the same bytes are the same, wherever."""

    sha256: str
    path: str = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.path} (sha256 {self.sha256[:8]})"


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run, as its folder has it.

    Args:
        history: a row an epoch of epoch, seconds, loss, accuracy, val_loss, val_accuracy; None for
            what was not measured.
        applies: the fields of the recipe that decide something in it.
        setting: what else decides its weights, but for the seed: device, precision and, where it
            began with or learned from other models, these.
        values: what the run that is kept reached, by the names of MEASURES, and its seconds.
        tested: md5 of the images that its test scores are of; None without any.
    """

    folder: Path
    recipe: dict[str, Any]
    applies: frozenset[str]
    data: dict[str, Any]
    setting: dict[str, str | Given]
    seed: int
    history: tuple[dict[str, float | None], ...]
    values: dict[str, float]
    tested: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Runs that differ in their seeds alone.

    Args:
        changes: the fields of the recipe, and what else is not as in the first group, as
            `field=value`.
    """

    name: str
    runs: tuple[RunResult, ...]
    changes: tuple[str, ...] = ()

    def mean(self, name: str) -> float | None:
        """Of a measure, if every run has it."""
        values = [run.values[name] for run in self.runs if name in run.values]
        return statistics.fmean(values) if len(values) == len(self.runs) else None

    def deviation(self, name: str) -> float | None:
        """The standard deviation of a sample, if there are two runs or more."""
        values = [run.values[name] for run in self.runs if name in run.values]
        return statistics.stdev(values) if len(values) == len(self.runs) > 1 else None


def compare_runs(places: Iterable[str | PathLike[str]]) -> list[Group]:
    """The runs in folders, those that differ in their seeds alone as one group, in their order.

    Args:
        places: run folders, or folders of such, as `shuzi train --seeds` makes them.

    Raises:
        RunError: a place is neither, or a run's files cannot be understood.
    """
    groups: dict[str, list[RunResult]] = {}
    for folder in dict.fromkeys(run for place in places for run in _folders(Path(place))):
        run = read_run(folder)
        groups.setdefault(repr((run.recipe, run.data, run.setting)), []).append(run)
    first = next(iter(groups.values()))[0] if groups else None
    return [
        Group(_name(runs), tuple(runs), _changes(first, runs[0]) if first else ())
        for runs in groups.values()
    ]


def read_run(folder: Path) -> RunResult:
    """A run from its folder, finished or not.

    Raises:
        RunError: its files cannot be understood.
    """
    try:
        record = read_json(folder / "run.json")
        history = _history(folder / "history.csv")
        evaluated = folder / "evaluation.json"
        evaluation = read_json(evaluated) if evaluated.exists() else {}
        recipe, setting = record["recipe"], setting_of(record)
        # Which other sets lay beside the data, and were learned from too.
        data = {"beside": record["data"].get("beside"), **record["data"]["fingerprint"]}
        seed, kept = int(record["seed"]), (record.get("kept") or {}).get("epoch")
        if not isinstance(recipe, dict):
            raise ValueError("its recipe is not an object")
        applies = frozenset(record.get("applies") or recipe) - {"name"}
        values = _values(history, kept, evaluation)
        images = evaluation["data"].get("images") if "data" in evaluation else None
        tested = None if images is None else str(images)
        return RunResult(folder, recipe, applies, data, setting, seed, history, values, tested)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(
            f"{folder} cannot be compared: {str(error)[:200] or type(error).__name__}."
        ) from error


def setting_of(record: dict[str, Any]) -> dict[str, str | Given]:
    """What decides a run's weights beside its recipe, its data and its seed.

    Args:
        record: of its run.json.
    """
    device = record.get("device") or {}
    setting = {"device": str(device.get("type")), "precision": str(device.get("precision"))}
    return setting | {
        name: Given(str(record[name]["sha256"]), str(record[name][path]))
        for name, path in MODELS.items()
        if name in record
    }


def to_table(groups: Sequence[Group]) -> str:
    """Lines for people: a row a group, its measures with their deviations."""
    shown = [name for name in MEASURES if any(group.mean(name) is not None for group in groups)]
    rows = [["runs", "n", "epochs", "seconds", *shown]]
    for group in groups:
        epochs = [len(run.history) for run in group.runs]
        counts = f"{min(epochs)}" if min(epochs) == max(epochs) else f"{min(epochs)}-{max(epochs)}"
        cells = [group.name, str(len(group.runs)), counts, _cell(group, "seconds", 1)]
        rows.append([*cells, *(_cell(group, name, 4) for name in shown)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines += [f"{group.name}: {' '.join(group.changes)}" for group in groups if group.changes]
    if len({run.tested for group in groups for run in group.runs} - {None}) > 1:
        lines.append(
            "The test scores are of different images, and say nothing beside each other: test all "
            "with the same, `shuzi evaluate RUN --data PATH`."
        )
    return "\n".join(lines)


def _folders(place: Path) -> list[Path]:
    if (place / "run.json").is_file():
        return [place]
    found = sorted(path.parent for path in place.glob("*/run.json")) if place.is_dir() else []
    if not found:
        raise RunError(f"{place} is not a run folder, nor a folder of run folders.")
    return sorted(found, key=lambda path: (len(path.name), path.name))


def _history(path: Path) -> tuple[dict[str, float | None], ...]:
    text = read_file(path, MAX_HISTORY).decode("utf-8") if path.exists() else ""
    rows = csv.DictReader(text.splitlines())
    return tuple({name: float(text) if text else None for name, text in r.items()} for r in rows)


def _values(
    history: Sequence[dict[str, float | None]], kept: object, evaluation: dict[str, Any]
) -> dict[str, float]:
    rows = [row for row in history if row["epoch"] == kept] or history[-1:]
    found = {f"test_{name}": evaluation.get(name) for name in ("loss", "accuracy")}
    found |= {name: row.get(name) for row in rows for name in MEASURES[:4]}
    found["seconds"] = sum(row["seconds"] or 0.0 for row in history)
    return {n: float(v) for n, v in found.items() if v is not None and math.isfinite(v)}


def _name(runs: Sequence[RunResult]) -> str:
    """Of a run its folder's name; of several, that of the folder that they lie in."""
    folders = {run.folder.absolute().parent for run in runs}
    if len(runs) > 1 and len(folders) == 1:
        return folders.pop().name
    return "+".join(run.folder.absolute().name for run in runs)


def _changes(first: RunResult, run: RunResult) -> tuple[str, ...]:
    # Of another network some fields of the first one say nothing.
    is_alike = first.recipe.get("network") == run.recipe.get("network")
    fields = first.applies | run.applies if is_alike else run.applies
    changed = [name for name in sorted(fields) if first.recipe.get(name) != run.recipe.get(name)]
    said = [f"{name}={_text(run.recipe.get(name))}" for name in changed]
    said += [
        f"{name}={run.setting.get(name, 'none')}"
        for name in ("device", "precision", *MODELS)
        if first.setting.get(name) != run.setting.get(name)
    ]
    return tuple(said + ["(other data)"] * (first.data != run.data))


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _cell(group: Group, name: str, places: int) -> str:
    mean, deviation = group.mean(name), group.deviation(name)
    if mean is None:
        return "-"
    return f"{mean:.{places}f}" + ("" if deviation is None else f" ± {deviation:.{places}f}")
