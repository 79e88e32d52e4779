"""The folder beside a table in which a batch keeps what is done until the table is whole."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import shuzi
from shuzi.batch.item import Item
from shuzi.batch.read import PAGES, Options
from shuzi.batch.sources import found_again, is_unplanned
from shuzi.batch.task import Counts, Part, Task
from shuzi.card import SHIPPED, checksum
from shuzi.errors import OutputError, UsageError, way
from shuzi.files import TEMPORARY, make_folder, model_file, read_json, remove_unfinished
from shuzi.rows import Row
from shuzi.text import plain

SCHEMA = 2
"""Of the manifest; it rises when an older one cannot be gone on with."""


class Work:
    """A folder with a manifest (what was asked for), plans (chunks of items), and parts (rows).

    A part is there when all of it is done: it is written to another name, synced, and moved. What
    could not be read may be tried again in rounds: a part that was written in one is not tried
    again in it, however often it is interrupted.

    Args:
        out: the table; the folder is beside it, `results.csv.parts`.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.round = 0
        self.due: dict[str, int] = {}
        self.folder = out.with_name(f"{out.name}.parts")
        self._gone = out.with_name(f"{TEMPORARY}{self.folder.name}")
        self.manifest = self.folder / "manifest.json"
        self.spool = self.folder / "archives"
        self.base = self.folder / f"base{out.suffix}"
        self._round = self.folder / "round"
        self._lock = self.folder / "lock"

    def is_begun(self) -> bool:
        return self.manifest.exists()

    def check(self, wanted: dict[str, Any]) -> None:
        """Refuse to go on with what was begun otherwise.

        Raises:
            OutputError: the manifest cannot be read.
            UsageError: it is of other sources, options or models.
        """
        try:
            begun = read_json(self.manifest)
            if not begun.get("retry_failed"):
                # What goes on may be told to try again; what began as that remains it.
                wanted = wanted | {"retry_failed": None}
            changes = list(_changes(begun, wanted))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise OutputError(
                f"{self.manifest} cannot be used: {error}.",
                f"Begin anew with {way('overwrite')}, or remove {self.folder}.",
            ) from None
        if changes:
            raise UsageError(
                f"{self.folder} was begun otherwise: {'; '.join(changes)}.",
                "Give the same sources and options to go on, another name for the table, or "
                f"{way('overwrite')} to begin anew.",
            )

    def begin(self, wanted: dict[str, Any], items: Iterable[list[Item]], base: Path | None) -> None:
        """Plan all of it; begun is what has a manifest, which is written last.

        Args:
            wanted: see `manifest_of`.
            items: in chunks.
            base: a table that the rows come after.
        """
        if base is not None:
            with synced(self.base) as temporary:
                shutil.copyfile(base, temporary)
        self.plan(items)
        with synced(self.manifest) as temporary:
            temporary.write_text(json.dumps(wanted, indent=1) + "\n")

    def plan(self, chunks: Iterable[list[Item]]) -> int:
        """Add chunks, and return how many there were before."""
        before = sum(1 for _ in self.chunks())
        path = self.folder / f"plan-{len(self._plans()):06}.jsonl"
        with synced(path) as temporary, temporary.open("w", encoding="ascii") as file:
            for chunk in chunks:
                file.write(json.dumps([item.to_list() for item in chunk]) + "\n")
        return before

    def _plans(self) -> list[Path]:
        return sorted(self.folder.glob("plan-*.jsonl"))

    def chunks(self) -> Iterator[list[Item]]:
        for path in self._plans():
            with path.open(encoding="ascii") as file:
                for line in file:
                    yield [Item.from_list(values) for values in json.loads(line)]

    def tasks(self, chunk: int, items: list[Item]) -> Iterator[tuple[Task, dict[str, Any] | None]]:
        """What there is to do of a chunk, as far as is known, with the heads of what is done."""
        task = Task(chunk, items)
        head = self.head(task)
        yield task, head
        if head is not None:
            for other in task.others(head["pages"]):
                yield other, self.head(other)

    def head(self, task: Task) -> dict[str, Any] | None:
        """What the part of a task begins with; None if it is not done."""
        try:
            with (self.folder / task.name).open("rb") as file:
                head: dict[str, Any] = json.loads(file.readline())
                return head
        except FileNotFoundError:
            return None

    def rows_of(self, task: Task) -> Iterator[Row]:
        """Those of a task that is done."""
        with (self.folder / task.name).open("rb") as file:
            next(file)
            for line in file:
                yield Row(*json.loads(line))

    def rows_of_chunk(self, number: int) -> Iterator[Row]:
        """Those of all parts of a chunk that is done."""
        first, pages = 1, 1
        while first <= pages:
            task = Task(number, [], first)
            pages = (self.head(task) or {}).get("pages", 0) if first == 1 else pages
            yield from self.rows_of(task)
            first += PAGES

    def counts_of(self, task: Task) -> Counts:
        """What was counted in a part that is done."""
        head = self.head(task)
        assert head is not None
        return Counts(*head["counts"])

    def is_retry(self) -> bool:
        """Whether it tries again what a table could not be given."""
        return bool(read_json(self.manifest).get("retry_failed"))

    def start_round(self) -> None:
        """Let what could not be read be tried again, or go on with a round that was interrupted.

        Raises:
            OutputError: it cannot be written down.
        """
        self.round = int(self._round.read_text()) if self._round.exists() else 0
        if not any(self._is_due(head) for _, head in self._all()):
            self.round += 1
            with synced(self._round) as temporary:
                temporary.write_text(f"{self.round}\n")

    def _is_due(self, head: dict[str, Any] | None) -> bool:
        """Whether something of a part could not be read, and is to be tried again."""
        if head is None:
            return False
        return Counts(*head["counts"]).failed > 0 and head.get("round", 0) < self.round

    def failed(self, task: Task) -> set[str]:
        """The sources in a part that could not be read, or not all of them."""
        return {row.source for row in self.rows_of(task) if not row.decision}

    def again(self, task: Task) -> Task:
        """What of a task is to be tried again: the files that could not be read.

        Where one could not even be planned, such as a folder on a share that was away, it is all of
        the task, as what is there by now is told from the rest by its place alone.
        """
        if task.is_paged:
            return task
        failed = self.failed(task)
        items = [item for item in task.items if plain(item.source) in failed]
        if failed - {plain(item.source) for item in items} or any(map(is_unplanned, items)):
            items = task.items
        found = [now for item in items for now in found_again(item, self.spool, lambda name: None)]
        return replace(task, items=found, again=True)

    def merged(self, task: Task, part: Part) -> Part:
        """What came of files that were tried again, with what is known of the others."""
        new: dict[str, list[Row]] = {}
        for row in part.rows:
            new.setdefault(row.source, []).append(row)
        by_source = groupby(self.rows_of(task), attrgetter("source"))
        known = {source: list(rows) for source, rows in by_source}
        if new.keys() <= known.keys():
            rows = [row for source in known for row in new.get(source, known[source])]
            return replace(part, rows=rows, counts=Counts.of(rows))
        return part

    def add(self, task: Task, part: Part) -> None:
        """Write a part.

        Raises:
            OutputError: it cannot be written.
        """
        head = part.head() | ({"round": self.round} if self.round else {})
        lines = [json.dumps(head), *(json.dumps(row) for row in part.rows), ""]
        with synced(self.folder / task.name) as temporary:
            temporary.write_text("\n".join(lines), encoding="ascii")

    def rows(self) -> Iterator[Row]:
        """Those of all parts, in the order of the plan."""
        for task, _ in self._all():
            yield from self.rows_of(task)

    def _all(self) -> Iterator[tuple[Task, dict[str, Any] | None]]:
        for number, items in enumerate(self.chunks()):
            yield from self.tasks(number, items)

    def survey(self) -> tuple[int, int, Counts]:
        """How many items there are, how many are done, and what was counted in these.

        What is due to be tried again is known after it: `due`, by the name of the part, with the
        number of its items.
        """
        total = done = 0
        counts = Counts()
        for number, items in enumerate(self.chunks()):
            total += len(items)
            for task, head in self.tasks(number, items):
                if head is not None:
                    whole = len(items) if task.first == 1 else 0
                    done += whole
                    counts += Counts(*head["counts"])
                    if self._is_due(head):
                        left = min(whole, len(self.failed(task)))
                        self.due[task.name] = left
                        done -= left
        return total, done, counts

    def move(self, made: Path) -> None:
        """Put a table that is whole in its place.

        Raises:
            OutputError: it cannot be moved.
        """
        try:
            made.replace(self.out)
            sync_folder(self.out.parent)
        except OSError as error:
            raise OutputError(
                f"{self.out} cannot be written: {error.strerror or error}.",
                "See to it; then the same command goes on.",
            ) from error

    def clear(self) -> None:
        """Throw away what was begun."""
        self.manifest.unlink(missing_ok=True)
        for path in self.folder.iterdir():
            if path == self._lock:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def remove(self) -> None:
        """Away with it at once: what is removed in part would be taken for begun."""
        self.folder.rename(self._gone)
        shutil.rmtree(self._gone, ignore_errors=True)

    def _check_own(self) -> None:
        """Refuse a folder that no batch made, as what is in it would be removed."""
        foreign = self.folder.is_symlink() or (
            self.folder.is_dir() and any(self.folder.iterdir()) and not self._lock.exists()
        )
        if foreign:
            raise OutputError(
                f"{self.folder}, in which a batch keeps what is done, is there already and none of "
                "shuzi's.",
                "Give another name for the table, or move that away.",
            )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder if it is not there, and keep others out of it.

        Raises:
            OutputError: it cannot be made, is somebody else's, or another process works there.
        """
        self._check_own()
        make_folder(self.folder)
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(lock, self.folder)
            shutil.rmtree(self._gone, ignore_errors=True)
            remove_unfinished(self.folder)
            if not self.is_begun():
                # Of one that was killed while it planned.
                self.clear()
            yield
        finally:
            os.close(lock)
            if self.folder.exists() and not self.is_begun():
                shutil.rmtree(self.folder, ignore_errors=True)


def manifest_of(
    sources: Sequence[str],
    options: Options,
    *,
    append: bool,
    review: str | None,
    retry_failed: bool = False,
) -> dict[str, Any]:
    """What must be the same for a batch to be gone on with.

    Raises:
        ModelError: a model cannot be read.
    """
    chosen = asdict(options)
    for name in ("model", "number_model", "page_model"):
        # It is the same wherever it lies.
        del chosen[name]
    # As it will be read again; an older manifest, for which nothing was expected, lacks it.
    chosen["expect"] = list(chosen["expect"]) or None
    return {
        "schema": SCHEMA,
        "shuzi": shuzi.__version__,
        "folder": plain(os.getcwd()),  # noqa: PTH109
        "sources": list(map(plain, sources)),
        "append": append,
        "retry_failed": retry_failed or None,
        "options": chosen,
        "models": models_of(options),
        # A URL may hold a password.
        "review": review and hashlib.sha256(os.fsencode(review)).hexdigest(),
    }


def models_of(options: Options) -> dict[str, str]:
    """The checksum of each model.

    Raises:
        ModelError: one cannot be read.
    """
    own = {"digit": options.model, "number": options.number_model, "page": options.page_model}
    if options.number_model is None:
        own["number_twin"] = None
    return {
        name: checksum(SHIPPED[name] if path is None else model_file(path))
        for name, path in own.items()
    }


def _changes(begun: dict[str, Any], wanted: dict[str, Any]) -> Iterator[str]:
    """What differs between two manifests, in the words of who gives it."""
    for name, was, now in _differing(begun, wanted):
        if name == "options":
            for one, *values in _differing(was, now):
                yield _change(way("as" if one == "kind" else one), *values)
        elif name == "models":
            for one, _, _ in _differing(was, now):
                yield f"the {one.replace('_', ' ')} model is another one"
        elif name == "review" and was and now:
            yield f"{way(name)} is another one"
        elif name in ("append", "retry_failed", "review"):
            yield _change(way(name), bool(was), bool(now))
        else:
            yield _change(name, was, now)


def _differing(was: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    names = [name for name in was | now if was.get(name) != now.get(name)]
    return [(name, was.get(name), now.get(name)) for name in names]


def _change(name: str, was: Any, now: Any) -> str:
    return f"{name} was {_shown(was)} and is {_shown(now)}"


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "given" if value else "not given"
    text = " ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) < 300 else text[:300] + "..."


@contextmanager
def synced(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder; what it holds is on the disk when it is moved.

    Raises:
        OutputError: it cannot be written.
    """
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}.",
            "Free some space, or see to its permissions; then the same command goes on.",
        ) from error


def sync_folder(folder: Path) -> None:
    """What was moved there stays moved when the power fails; where folders can be opened."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    """For this process alone, until it ends, however it ends; where the system knows that."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise OutputError(
            f"{folder} is in use: another process reads that batch.",
            "Wait for it, or end it; then the same command goes on.",
        ) from None
