"""Several people at once, whose programs are killed at any moment."""

import multiprocessing
import random
import signal
import time

import pytest
from clients import review
from databases import item

from shuzi.review.store import open_store

SECONDS = 0.5


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["clients", "sqlalchemy.dialects.sqlite", "psycopg"])
    return context


class Crowd:
    """Clients of which one is killed now and then, and replaced by a new one."""

    def __init__(self, processes, place, log, count):
        self.start = lambda name: self._started(processes, (place, name, str(log), SECONDS))
        self.names = iter(f"client {i}" for i in range(10_000))
        self.clients = [self.start(next(self.names)) for _ in range(count)]
        self.killed = 0

    def _started(self, processes, arguments):
        client = processes.Process(target=review, args=arguments)
        client.start()
        return client

    def kill_one(self, rng):
        place = rng.randrange(len(self.clients))
        victim = self.clients[place]
        victim.kill()
        victim.join()
        self.killed += victim.exitcode == -signal.SIGKILL
        self.clients[place] = self.start(next(self.names))

    def wait_until(self, is_so):
        while not is_so():
            assert all(client.exitcode is None for client in self.clients), "a client failed"
            time.sleep(0.01)


def work_through(processes, place, log, *, items, clients, kills):
    """Let a crowd decide all items, one of it being killed after each equal part of them."""
    store, rng = open_store(place), random.Random(0)
    store.add(item(i, str(i % 7)) for i in range(items))
    crowd = Crowd(processes, place, log, clients)
    for kill in range(1, kills + 1):
        left = items - items * kill // (kills + 2)
        crowd.wait_until(lambda left=left: store.waiting() <= left)
        time.sleep(rng.uniform(0.0, 0.05))
        crowd.kill_one(rng)
    for client in crowd.clients:
        client.join(timeout=600)
        assert client.exitcode == 0
    assert crowd.killed == kills
    return store


def check_history(store, log, items):
    """Every item was decided once, as the history says, and nothing that was taken is lost."""
    found = list(store.items("decided"))
    assert len(found) == items
    said = {}
    for decided in found:
        (event,) = store.history(decided.id)
        assert (event.action, event.text) == ("decided", decided.answer)
        said[decided.id] = f"{event.reviewer}: {event.text}"
    for line in log.read_text().splitlines():
        client, number, *verdicts = line.split()
        for verdict in verdicts:
            place, text = verdict.split("=")
            assert said[int(place)] == f"{client} {number}: {text}"


def test_eight_clients_killed_at_random_decide_each_item_once(processes, tmp_path):
    place, log = str(tmp_path / "reviews.db"), tmp_path / "log"
    store = work_through(processes, place, log, items=2000, clients=8, kills=20)
    check_history(store, log, 2000)


def test_clients_killed_at_random_on_postgresql(processes, postgres, tmp_path):
    place, log = postgres.database("clients"), tmp_path / "log"
    store = work_through(processes, place, log, items=300, clients=4, kills=5)
    check_history(store, log, 300)
    store.close()
