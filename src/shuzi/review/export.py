"""What was decided -> CSV, JSON lines, or a folder that can be trained on."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from shuzi.errors import OutputError, UsageError, one_of, way
from shuzi.files import make_folder, write_atomically
from shuzi.review.item import Item
from shuzi.review.store import Store
from shuzi.text import csv_line, json_line

TO = ("csv", "jsonl", "dataset")
COLUMNS = (
    *("item", "source", "page", "x", "y", "width", "height"),
    *("read", "confidence", "sampled", "answer", "reviewers", "decided"),
)


def export(store: Store, to: str, out: Path) -> int:
    """Write every decided item, and return how many.

    Args:
        to: csv; jsonl, with the history; or dataset, a folder with the crops and labels.csv.

    Raises:
        UsageError: there is no such form.
        OutputError: it cannot be written, or the folder is not empty.
    """
    if to == "dataset":
        return _dataset(store, out)
    count = -1 if to == "csv" else 0
    with write_atomically(out) as temporary, temporary.open("w", encoding="utf-8") as file:
        for line in lines(store, to):
            file.write(line)
            count += 1
    return count


def lines(store: Store, to: str) -> Iterator[str]:
    """The lines of csv, with a header, or of jsonl.

    Raises:
        UsageError: it is neither.
    """
    if to not in ("csv", "jsonl"):
        raise UsageError(f"{way('to')} must be {one_of(TO)}, not {to}.")
    return _csv(store) if to == "csv" else _jsonl(store)


def _csv(store: Store) -> Iterator[str]:
    yield csv_line(*COLUMNS)
    for item in store.items("decided"):
        events = store.history(item.id)
        people = ", ".join(dict.fromkeys(event.reviewer for event in events))
        read = item.text, f"{item.confidence:.4f}", int(item.sampled)
        where = item.id, item.source, item.page, *item.number.box.to_list()
        said = item.answer or "", people, events[-1].at.isoformat()
        yield csv_line(*where, *read, *said)


def _jsonl(store: Store) -> Iterator[str]:
    for item in store.items("decided"):
        yield json_line(_values(store, item))


def _values(store: Store, item: Item) -> dict[str, object]:
    history = [asdict(event) | {"at": event.at.isoformat()} for event in store.history(item.id)]
    return {
        "item": item.id,
        "source": item.source,
        "page": item.page,
        "number": item.number.to_dict(),
        "sampled": item.sampled,
        "required": item.required,
        "answer": item.answer,
        "history": history,
    }


def _dataset(store: Store, folder: Path) -> int:
    """labels.csv comes last: a folder with it is whole."""
    make_folder(folder / "crops")
    if any(path.name != "crops" for path in folder.iterdir()) or any((folder / "crops").iterdir()):
        raise OutputError(f"{folder} is not empty.", "Give a new folder.")
    rows = []
    for item in store.items("decided"):
        pictures = store.pictures(item.id)
        if pictures is not None:
            name = f"crops/{item.id:06}.png"
            with write_atomically(folder / name) as temporary:
                temporary.write_bytes(pictures.crop)
            rows.append((name, item.answer or ""))
    with write_atomically(folder / "labels.csv") as temporary:
        table = (csv_line(*row) for row in [("file", "digits"), *rows])
        temporary.write_text("".join(table), encoding="utf-8")
    return len(rows)
