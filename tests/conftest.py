"""Real handwriting for every test: scikit-learn's on any machine, MNIST where there is some."""

import os

os.environ["KERAS_BACKEND"] = "torch"
# The tests have a process a core: more threads, here or in the programs that tests start, would
# only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")

import uuid
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from databases import find_postgres, running_postgres
from exporting import keep_operators
from uci import read_uci
from warm import PROGRAMS

import shuzi

DATA = os.environ.get("SHUZI_TEST_DATA")


@pytest.fixture(autouse=True)
def _alone(monkeypatch, tmp_path_factory):
    """No test sees the user's caches or changes them."""
    keep_operators()
    for name in ("SHUZI_DATA", "SHUZI_TEST_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SHUZI_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))


@pytest.fixture(scope="session")
def data_folder():
    """The folder of real data sets."""
    if DATA is None:
        pytest.skip("SHUZI_TEST_DATA is not set")
    return Path(DATA).absolute()


@pytest.fixture(scope="session")
def mnist(data_folder):
    return shuzi.load_data(data_folder / "mnist.npz")


@pytest.fixture(scope="session")
def digits():
    """Some 1,800 digits in MNIST's layout."""
    return read_uci()


@pytest.fixture(scope="session")
def digits_npz(digits, tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    np.savez(
        path,
        x_train=digits.train_images,
        y_train=digits.train_labels,
        x_test=digits.test_images,
        y_test=digits.test_labels,
    )
    return path


@pytest.fixture(scope="session")
def run(digits, tmp_path_factory):
    """A short finished run on the digits."""
    out = tmp_path_factory.mktemp("runs") / "short"
    settings = ["epochs=3", "hidden=64,32", "scale=255", "batch_size=50", "dropout=0.1"]
    return shuzi.train("tutorial", dataset=digits, out=out, settings=settings, verbose=0)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of our own."""
    programs = find_postgres()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with running_postgres(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Where a new review queue may be: a file, and a real server's database."""
    if request.param == "sqlite":
        return str(tmp_path / "reviews.db")
    return request.getfixturevalue("postgres").database(f"d{uuid.uuid4().hex}")


@pytest.fixture
def store(place):
    from shuzi.review.store import open_store

    opened = open_store(place)
    yield opened
    opened.close()


@pytest.fixture
def powerless():
    """A context without the rights of the superuser, whom no permission stops."""

    @contextmanager
    def context():
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(user)

    return context()


@pytest.fixture(scope="session", autouse=True)
def programs():
    """Start programs of Python that need not import torch anew."""
    yield PROGRAMS
    PROGRAMS.close()


@pytest.fixture
def command(programs, tmp_path):
    """Run the command line in a process of its own, in an empty folder."""

    def run_command(*arguments, **options):
        return programs.run("-m", "shuzi", *arguments, cwd=tmp_path, **options)

    return run_command


@pytest.fixture
def refused(command):
    """Run the command line, expect this exit code, and return what it complains of."""

    def run_command(exit_code, *arguments, **options):
        done = command(*arguments, **options)
        assert done.returncode == exit_code, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
        return done.stderr

    return run_command
