"""A batch on a Ray cluster: two nodes, real ones, and what is said where there is none."""

import os
import re
import subprocess
import sys
from multiprocessing import active_children

import pytest
from PIL import Image

import shuzi
from shuzi.batch import Options, find_items, read_batch
from shuzi.batch.task import Task
from shuzi.batch.work import models_of
from shuzi.batch.worker import Setup
from shuzi.errors import ClusterError, MissingExtraError, UsageError

pytest.importorskip("ray", reason="Ray is not installed")
from shuzi.batch import cluster

TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "a" * 40}
NODES = """
import sys
from ray.cluster_utils import Cluster

cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
node = cluster.add_node(num_cpus=1)
cluster.wait_for_nodes()
print(cluster.address, node.all_processes["raylet"][0].process.pid, flush=True)
sys.stdin.read()
cluster.shutdown()
"""


@pytest.fixture(scope="module")
def nodes():
    """A cluster of two nodes with a processor each: its address, and the process of the second."""
    process = subprocess.Popen(
        [sys.executable, "-c", NODES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | TOKEN | {"RAY_USAGE_STATS_ENABLED": "0"},
    )
    yield process.stdout.readline().split()
    process.communicate("", timeout=300)


@pytest.fixture
def scans(digits, tmp_path, monkeypatch):
    """A folder with 20 digits, and a pipe in it that comes first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scans").mkdir()
    for number, image in enumerate(digits.test_images[:20]):
        Image.fromarray(255 - image).save(tmp_path / "scans" / f"{number + 1}.png")
    return tmp_path / "scans"


COMMAND = "from shuzi.cli import main; main()"


def start(code, *words, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=os.environ | {"RAY_AUTH_TOKEN": "", "RAY_NUM_REDIS_GET_RETRIES": "2", **environment},
    )


LOSING = """
import os, signal, sys, threading
from pathlib import Path
import shuzi.batch.item
from shuzi.batch import read_batch

shuzi.batch.item.MOST_ITEMS = 2
address, node = sys.argv[1], int(sys.argv[2])

def family(process):
    yield process
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        yield from family(int(child))

def let_go():
    while True:
        open("scans/0.png", "wb").close()

def lose(state, killed=[]):
    # One process waits at the pipe, so the other one has read what is done.
    if state.done and not killed:
        killed += [os.kill(process, signal.SIGKILL) for process in reversed([*family(node)])]
        threading.Thread(target=let_go, daemon=True).start()

sources = ["scans/0.png", "scans"]
print(read_batch(sources, "a.csv", ray=address, tell=lose).lost, file=sys.stderr, flush=True)
os._exit(0)
"""


def test_a_node_that_is_lost_changes_nothing_in_the_table(nodes, scans, tmp_path, monkeypatch):
    monkeypatch.setattr("shuzi.batch.item.MOST_ITEMS", 2)
    (scans / "0.png").write_bytes(b"")
    read_batch(["scans/0.png", "scans"], "b.csv", jobs=1)
    (scans / "0.png").unlink()
    os.mkfifo(scans / "0.png")
    done = start(LOSING, *nodes, **TOKEN)
    assert done.stderr.splitlines()[-1] == "1", done.stderr
    tables = [(tmp_path / name).read_text().splitlines() for name in ("a.csv", "b.csv")]
    assert tables[0][2:] == tables[1][2:]
    assert [table[1].split(",")[0] for table in tables] == ["scans/0.png"] * 2


KILLING = """
import os, signal, sys, threading, time
from pathlib import Path
from shuzi.batch import cluster, read_batch

cluster.LOSSES = 0

def readers():
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(fd.readlink()).endswith("/0.png") for fd in (process / "fd").iterdir()):
                yield int(process.name)
        except OSError:
            pass

def kill():
    while True:
        for process in readers():
            status = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2]
            os.kill(int(status.split()[1]), signal.SIGKILL)
            os.kill(process, signal.SIGKILL)
        time.sleep(0.1)

# Its open ends in writing, so that whoever reads waits.
end = os.open("scans/0.png", os.O_RDWR)
us, other = os.getpid(), readers
readers = lambda: (process for process in other() if process != us)
threading.Thread(target=kill, daemon=True).start()
sources = [f"scans/{number}.png" for number in (1, 0, 2)]
print(read_batch(sources, "a.csv", jobs=1, ray=sys.argv[1]).lost, file=sys.stderr, flush=True)
os._exit(0)
"""


def test_a_picture_that_loses_every_process_is_a_row(nodes, scans, tmp_path):
    os.mkfifo(scans / "0.png")
    done = start(KILLING, nodes[0], **TOKEN)
    assert done.stderr.splitlines()[-1] == "2", done.stderr
    lines = (tmp_path / "a.csv").read_text().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == [f"scans/{n}.png" for n in (1, 0, 2)]
    assert ["ended the process that read it" in line for line in lines] == [False, True, False]
    # Tried again when it is a picture, it is as it would have been.
    (scans / "0.png").unlink()
    (scans / "0.png").write_bytes((scans / "3.png").read_bytes())
    words = "batch", *(f"scans/{number}.png" for number in (1, 0, 2))
    done = start(COMMAND, *words, "-o", "a.csv", f"--ray={nodes[0]}", "--retry-failed", **TOKEN)
    assert done.stdout.endswith("Put into a.csv: 1 row\n"), done.stderr
    read_batch(words[1:], "b.csv", jobs=1)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_another_token_is_told_of(nodes, scans):
    words = "batch", "scans", "-o", "a.csv", f"--ray={nodes[0]}"
    done = start(COMMAND, *words, **TOKEN | {"RAY_AUTH_TOKEN": "b" * 40})
    assert done.returncode == ClusterError.exit_code
    assert f"The Ray cluster ({nodes[0]}) cannot be used" in done.stderr
    assert "RAY_AUTH_TOKEN" in done.stderr


def test_another_version_is_told_of(nodes, scans):
    code = "import ray; ray.__version__ = '2.51.0'; " + COMMAND
    done = start(code, "batch", "scans", "-o", "a.csv", f"--ray={nodes[0]}", **TOKEN)
    assert done.returncode == ClusterError.exit_code
    assert "has another version of Ray or Python" in done.stderr
    assert "Ray: 2.51.0" in done.stderr


def test_a_dry_run_counts_the_clusters_processors(nodes, scans):
    done = start(COMMAND, "batch", "scans", "--dry-run", f"--ray={nodes[0]}", **TOKEN)
    # One node may be lost by now.
    assert re.search(r"with [12] process", done.stdout), done.stderr


def test_a_cluster_that_is_not_there_is_told_of(scans, monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    with pytest.raises(ClusterError, match=r"127\.0\.0\.1:1 cannot be reached: Connection refused"):
        read_batch(["scans"], "a.csv", ray="127.0.0.1:1")
    with pytest.raises(ClusterError, match=r"ray://127\.0\.0\.1:1 cannot be reached"):
        read_batch(["scans"], "a.csv", ray="ray://127.0.0.1:1")
    with pytest.raises(UsageError, match="hello is no address of a Ray cluster"):
        read_batch(["scans"], "a.csv", ray="hello")
    assert not (scans.parent / "a.csv.parts").exists()
    # Ray tells its makers nothing.
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"


def test_without_a_cluster_on_this_machine_that_is_said(scans):
    # No process of Ray's is seen, though the other tests have some.
    code = "import ray, psutil; psutil.process_iter = lambda *_, **__: []; " + COMMAND
    nothing = {"RAY_ADDRESS": "", "RAY_TMPDIR": str(scans)}
    done = start(code, "batch", "scans", "-o", "a.csv", "--ray", **nothing)
    assert done.returncode == ClusterError.exit_code
    assert "No Ray cluster runs on this machine" in done.stderr
    assert "--ray=HOST:PORT" in done.stderr


def test_ray_that_is_not_installed_is_told_of(scans):
    code = "import sys; sys.modules['ray'] = None; " + COMMAND
    done = start(code, "batch", "scans", "-o", "a.csv", "--ray")
    assert done.returncode == MissingExtraError.exit_code
    assert "--ray needs Ray" in done.stderr


@pytest.fixture
def actor(scans, tmp_path):
    with cluster.Actor(Setup(Options(), str(tmp_path))).pool:
        yield cluster.Actor(Setup(Options(), str(tmp_path)))
    assert not active_children()


def test_a_machine_with_another_shuzi_or_other_models_is_refused(actor, run):
    ours = models_of(Options())
    assert actor.prepare(shuzi.__version__, ours).error is None
    for version, models in (("0.1", ours), (shuzi.__version__, ours | {"digit": "0"})):
        assert "on all machines of the cluster" in actor.prepare(version, models).error.remedy


def test_a_file_that_a_machine_does_not_see_ends_the_batch(actor, scans, tmp_path, monkeypatch):
    task = Task(0, list(find_items(["scans"], tmp_path)))
    (scans / "7.png").rename(tmp_path / "7.png")
    with actor.pool:
        said = actor.read(task)
    # Gone everywhere it is a row.
    assert [row.source for row in cluster._part_of(said).rows if row.error] == ["scans/7.png"]
    (tmp_path / "7.png").rename(scans / "7.png")
    with pytest.raises(ClusterError, match=r"does not see scans/7\.png"):
        cluster._part_of(said)
