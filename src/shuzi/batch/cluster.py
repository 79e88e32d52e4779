"""As `shuzi.batch.pool`, by processes of a Ray cluster."""

import logging
import os
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

import shuzi
from shuzi.batch.item import is_url
from shuzi.batch.pool import DIED, STARTS, TICK, Pool
from shuzi.batch.task import Part, Task
from shuzi.batch.work import models_of
from shuzi.batch.worker import Setup
from shuzi.errors import ClusterError, MissingExtraError, ShuziError, UsageError, extra, way

AUTO, LOCAL = "auto", "local"
"""The cluster that $RAY_ADDRESS names or that runs on this machine; one that is started for a
batch, and ends with it."""
CLIENT = "ray://"
"""Before the address of a head's Ray Client, for a machine that is none of the cluster's."""
REACHED = 5.0
"""Seconds within which a cluster's head takes a connection; Ray itself would try for 80."""
FREE = 600.0
"""Seconds without any process before a batch gives up: a cluster may have to start machines."""
LOSSES = 2
"""How often a task may lose its process, as machines go away, before its pictures are suspected."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a process of the cluster answers: what came of its task, or what ends everything.

    Args:
        node: the address of its machine.
        unseen: a file of the task that is not there.
    """

    node: str
    part: Part | None = None
    error: ShuziError | None = None
    unseen: str | None = None


class Actor:
    """Reads tasks on a machine of the cluster, by a process of its own that a picture may end."""

    def __init__(self, setup: Setup) -> None:
        from ray.util import get_node_ip_address

        address: Any = get_node_ip_address
        self.node: str = address()
        # Paths that do not lead anywhere here are told of with the first task.
        with suppress(OSError):
            os.chdir(setup.folder)
        self.setup = Setup(setup.options, os.getcwd(), setup.share)  # noqa: PTH109
        self.pool = Pool(1, self.setup)

    def prepare(self, version: str, models: dict[str, str]) -> Said:
        """Whether it would read as the others do."""
        if version != shuzi.__version__:
            said = f"has shuzi {shuzi.__version__}, not {version}."
        elif models != self._models():
            said = "has other models by the same names."
        else:
            return Said(self.node)
        what = "Install the same shuzi, with the same models, on all machines of the cluster."
        return Said(self.node, error=ClusterError(f"{self.node} {said}", what))

    def _models(self) -> dict[str, str] | None:
        try:
            return models_of(self.setup.options)
        except ShuziError:
            return None

    def read(self, task: Task) -> Said:
        parts: list[Part] = []

        def keep(_: Task, part: Part) -> Iterable[Task]:
            parts.append(part)
            return ()

        try:
            self.pool.run(iter([task]), keep)
        except ShuziError as error:
            return Said(self.node, error=error)
        places = (item.place for item in task.items if not item.problem and not is_url(item.place))
        unseen = next((place for place in places if not os.path.lexists(place)), None)
        return Said(self.node, parts[0], unseen=unseen)


class _Hand:
    """An actor as the batch sees it, what it was asked, and the task that it has."""

    def __init__(self, actor: Any, asked: Any) -> None:
        self.actor, self.asked = actor, asked
        self.task: Task | None = None
        self.ready = False


class RayPool:
    """So many actors of a cluster, which start when there are tasks and are ended with the pool.

    Args:
        address: `host:port` of the cluster's head, or after `ray://` of its Ray Client; `auto` or
            `local`; where Ray is connected already, that is used.
        jobs: actors, a processor each; as many as the cluster has processors if None.

    Raises:
        ClusterError: the cluster cannot be reached or used.
        MissingExtraError: Ray is not installed.
        UsageError: the address is none.
    """

    in_hand = 0

    def __init__(self, address: str, jobs: int | None, setup: Setup) -> None:
        self._ray, self._own = connect(address)
        self._jobs = jobs or int(self._ray.cluster_resources().get("CPU", 0))
        if not self._jobs:
            self.__exit__()
            raise ClusterError(
                f"The Ray cluster ({address}) has no processors.",
                f"Add machines to it, or say how many it will have: {way('jobs', 'N')}.",
            )
        self._setup, self._same = setup, (shuzi.__version__, models_of(setup.options))
        kind = self._ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)
        self._kind = kind(Actor)
        self._hands: list[_Hand] = []
        self._dead_starts, self._why = 0, ""
        self._since = time.monotonic()
        self.lost = 0

    def run(
        self,
        tasks: Iterator[Task],
        done: Callable[[Task, Part], Iterable[Task]],
        tick: Callable[[], object] = lambda: None,
    ) -> None:
        """As `Pool.run`: a task whose actor is lost is read again by another one.

        Where that happens three times, its pictures are read one by one at the end, and those
        that lose their actors alone, too, are not read.
        """
        waiting: deque[Task] = deque()
        suspects: list[Task] = []
        losses: Counter[str] = Counter()

        def lose(task: Task) -> None:
            losses[task.name] += 1
            (suspects if losses[task.name] > LOSSES else waiting).append(task)

        while True:
            waiting.extend(islice(tasks, max(0, self._jobs - len(waiting))))
            self._give_out(waiting)
            if any(hand.task is not None for hand in self._hands) or waiting:
                self._check_for_hands()
                for task, part in self._hear(lose):
                    waiting.extend(done(task, part))
                tick()
            elif suspects:
                task = suspects.pop()
                waiting.extend(done(task, self._read_one_by_one(task)))
            else:
                return

    def _give_out(self, waiting: deque[Task]) -> None:
        for hand in self._hands:
            if hand.ready and hand.task is None and waiting:
                hand.task = waiting.popleft()
                hand.asked = hand.actor.read.remote(hand.task)
        starting = sum(not hand.ready for hand in self._hands)
        for _ in range(min(self._jobs - len(self._hands), len(waiting) - starting)):
            self._start()

    def _start(self) -> _Hand:
        actor = self._kind.remote(self._setup)
        hand = _Hand(actor, actor.prepare.remote(*self._same))
        self._hands.append(hand)
        return hand

    def _check_for_hands(self) -> None:
        if any(hand.ready for hand in self._hands):
            self._since = time.monotonic()
        elif time.monotonic() - self._since > FREE:
            raise ClusterError(
                f"The Ray cluster has had no free processor for {FREE:g} seconds.",
                "Wait until others are done with it, or add machines; then the same command goes "
                "on.",
            )

    def _hear(self, lose: Callable[[Task], None]) -> Iterator[tuple[Task, Part]]:
        """The tasks that are done, with what came of them."""
        asked = {hand.asked: hand for hand in self._hands if hand.asked is not None}
        heard, _ = self._ray.wait(list(asked), timeout=TICK)
        for answer in heard:
            hand = asked[answer]
            hand.asked = None
            said = self._answer(answer)
            task, hand.task = hand.task, None
            if said is None:
                self._lose(hand)
                if task is not None:
                    lose(task)
            elif task is None:
                hand.ready, self._dead_starts = True, 0
            else:
                yield task, _part_of(said)

    def _answer(self, answer: Any) -> Said | None:
        """What an actor says; None if it is lost.

        Raises:
            ShuziError: what ends everything.
        """
        try:
            said: Said = self._ray.get(answer)
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.ObjectLostError) as error:
            self._why = _last_line(error)
            return None
        except self._ray.exceptions.RayError as error:
            raise ClusterError(
                f"The Ray cluster cannot read: {_last_line(error)}",
                "See to it that shuzi can be imported on all machines of the cluster.",
            ) from error
        if said.error is not None:
            raise said.error
        return said

    def _lose(self, hand: _Hand) -> None:
        self._hands.remove(hand)
        if hand.ready:
            self.lost += 1
            return
        self._dead_starts += 1
        if self._dead_starts >= STARTS:
            raise ClusterError(
                "The processes that read end on the Ray cluster before they are ready: "
                f"{self._why}",
                "See to it that the same shuzi is installed on all its machines, and that these "
                "have memory.",
            )

    def _read_one_by_one(self, task: Task) -> Part:
        """What comes of a task without the pictures that cannot even be read alone."""
        self._end_all()
        for number, item in enumerate(task.items):
            if self._read_by_one(Task(task.chunk, [item], task.first)) is None:
                task = task.without(number, DIED)
        part = self._read_by_one(task)
        if part is None:
            raise ClusterError(
                "The Ray cluster loses every process that reads.",
                "See to its machines; then the same command goes on.",
            )
        return part

    def _read_by_one(self, task: Task) -> Part | None:
        hand = self._hands[0] if self._hands else self._start()
        prepared = hand.ready or self._answer(hand.asked)
        said = self._answer(hand.actor.read.remote(task)) if prepared else None
        hand.ready, hand.asked = True, None
        if said is None:
            self._lose(hand)
            return None
        return _part_of(said)

    def _end_all(self) -> None:
        for hand in self._hands:
            # Actors would be ended with their last handle, but not while they read.
            self._ray.kill(hand.actor)
        self._hands.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "_hands"):
            with suppress(Exception):
                # The cluster may be gone.
                self._end_all()
        if self._own:
            self._ray.shutdown()


def processors(address: str) -> int:
    """Those of a cluster.

    Raises:
        as `connect`.
    """
    ray, own = connect(address)
    try:
        return int(ray.cluster_resources().get("CPU", 0)) or 1
    finally:
        if own:
            ray.shutdown()


def connect(address: str) -> tuple[Any, bool]:
    """Ray, connected, and whether it was not before.

    Raises:
        ClusterError: the cluster cannot be reached, has another version, or wants a token.
        MissingExtraError: Ray is not installed.
        UsageError: the address is none.
    """
    # It would tell its makers.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError:
        raise MissingExtraError(f"{way('ray')} needs Ray.", extra("cluster")) from None
    if ray.is_initialized():
        return ray, False
    if address not in {AUTO, LOCAL} and (address.startswith(CLIENT) or not is_url(address)):
        _knock(address)
    try:
        ray.init(
            address,
            configure_logging=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            include_dashboard=False if address == LOCAL else None,
        )
        return ray, True
    except (Exception, SystemExit) as error:
        # What it says of a cluster that it does not reach is an exit.
        raise _unreached(address, error) from error


def _knock(address: str) -> None:
    host, _, port = address.removeprefix(CLIENT).rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError(
            f"{address} is no address of a Ray cluster.",
            f"Give {way('ray_at', 'HOST:PORT')}, as in 10.0.0.1:6379; auto; or local.",
        )
    try:
        socket.create_connection((host, int(port)), REACHED).close()
    except OSError as error:
        raise ClusterError(
            f"The Ray cluster at {address} cannot be reached: {error.strerror or error}.",
            "Check the address, and that its head runs (`ray status` there).",
        ) from None


def _unreached(address: str, error: BaseException) -> ShuziError:
    said = " ".join(str(error).split())
    if "Version mismatch" in said:
        return ClusterError(
            f"The Ray cluster at {address} has another version of Ray or Python: {said}",
            "Install the cluster's versions here, or these there.",
        )
    if "Could not find any running" in said:
        return ClusterError(
            "No Ray cluster runs on this machine, and $RAY_ADDRESS names none.",
            f"Give its head, {way('ray_at', 'HOST:PORT')}, or {way('ray_at', LOCAL)} for one that "
            "ends with the batch.",
        )
    return ClusterError(
        f"The Ray cluster ({address}) cannot be used: {said or type(error).__name__}",
        "Check that its head runs there (`ray status`); that the token is the cluster's, which Ray "
        "takes from RAY_AUTH_MODE=token with RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH; and that "
        "RAY_AUTH_MODE=disabled is said where it has none.",
    )


def _part_of(said: Said) -> Part:
    """What came of a task.

    Raises:
        ClusterError: it has a file that is here, but not there.
    """
    assert said.part is not None
    if said.unseen is not None and os.path.lexists(said.unseen):
        raise ClusterError(
            f"{said.node} does not see {said.unseen}, which is there on this machine.",
            "Put the sources where all machines of the cluster see them by the same name, or give "
            "URLs such as s3://bucket/scans.",
        )
    return said.part


def _last_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1]
