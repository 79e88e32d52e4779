"""The whole way of a download, against a real HTTP server."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shuzi.dataset import load_data
from shuzi.errors import DownloadError, OutputError
from shuzi.files.download import Mirror, fetch_mnist

# A port that nothing listens on: the system's own discard service, long out of use.
DOWN = "http://127.0.0.1:9/"


class Handler(BaseHTTPRequestHandler):
    """Serves `content` in the way that the first part of the path asks for."""

    content = b""

    def do_GET(self):
        self.server.asked.append(self.path)
        way = self.path.strip("/").split("/")[0]
        # A proxy is asked for a whole address.
        way = "whole" if self.path.startswith("http://") else way
        getattr(self, f"send_{way}")()

    def head(self, content):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()

    def send_whole(self):
        self.head(self.content)
        self.wfile.write(self.content)

    def send_page(self):
        page = b"<html>Please log in</html>"
        self.head(page)
        self.wfile.write(page)

    def send_cut(self):
        self.head(self.content)
        self.wfile.write(self.content[: len(self.content) // 2])

    def send_cut_once(self):
        first = sum(path == self.path for path in self.server.asked) == 1
        self.send_cut() if first else self.send_whole()

    def send_silent(self):
        self.head(self.content)
        self.server.over.wait(60)
        self.wfile.write(self.content)

    def send_slow(self):
        """All of it takes longer than a client waits, and no part of it does."""
        self.head(self.content)
        part = -(-len(self.content) // 15)
        for start in range(0, len(self.content), part):
            self.wfile.write(self.content[start : start + part])
            self.wfile.flush()
            time.sleep(0.15)

    def send_half(self):
        self.head(self.content)
        self.wfile.write(self.content[: len(self.content) // 2])
        self.wfile.flush()
        self.server.over.wait()

    def send_moved(self):
        self.send_response(302)
        self.send_header("Location", "/whole/mnist.npz")
        self.end_headers()

    def send_missing(self):
        self.send_error(404)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(digits_npz):
    handler = type("Serving", (Handler,), {"content": digits_npz.read_bytes()})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.asked, server.over = [], threading.Event()
        server.handle_error = lambda request, client: None
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.url = f"http://127.0.0.1:{server.server_port}/"
        yield server
        server.over.set()
        server.shutdown()


@pytest.fixture
def mirror(digits_npz):
    sha256 = hashlib.sha256(digits_npz.read_bytes()).hexdigest()
    return lambda url: Mirror(url=url, files={"mnist.npz": sha256}, result="mnist.npz")


def left_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_mirror_is_downloaded_into_the_cache(server, mirror, tmp_path, digits):
    path = fetch_mnist(mirrors=[mirror(server.url + "whole/")], cache=tmp_path)
    assert path == tmp_path / "mnist.npz"
    assert load_data(path).fingerprint == digits.fingerprint
    assert left_in(tmp_path) == [path]


def test_what_is_there_is_not_downloaded_again(server, mirror, tmp_path):
    for _ in range(2):
        fetch_mnist(mirrors=[mirror(server.url + "whole/")], cache=tmp_path)
    assert len(server.asked) == 1


@pytest.mark.parametrize("way", ["page/", "cut/", "silent/", "missing/"])
def test_the_next_mirror_serves_when_the_first_fails(server, mirror, tmp_path, way):
    mirrors = [mirror(server.url + way), mirror(server.url + "whole/")]
    path = fetch_mnist(mirrors=mirrors, cache=tmp_path, timeout=2, retries=0)
    assert left_in(tmp_path) == [path]
    assert server.asked[-1] == "/whole/mnist.npz"


def test_the_next_mirror_serves_when_the_first_is_down(server, mirror, tmp_path):
    mirrors = [mirror(DOWN), mirror(server.url + "whole/")]
    assert fetch_mnist(mirrors=mirrors, cache=tmp_path, retries=0).is_file()


def test_a_cut_connection_is_tried_again(server, mirror, tmp_path):
    fetch_mnist(mirrors=[mirror(server.url + "cut_once/")], cache=tmp_path)
    assert len(server.asked) == 2


def test_a_slow_mirror_is_waited_for(server, mirror, tmp_path):
    mirrors = [mirror(server.url + "slow/")]
    assert fetch_mnist(mirrors=mirrors, cache=tmp_path, timeout=2, retries=0).is_file()


def test_a_redirect_is_followed(server, mirror, tmp_path):
    assert fetch_mnist(mirrors=[mirror(server.url + "moved/")], cache=tmp_path).is_file()


def test_the_proxy_variable_is_respected(server, mirror, tmp_path, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("http_proxy", server.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    fetch_mnist(mirrors=[mirror("http://mirror.invalid/")], cache=tmp_path)
    assert server.asked == ["http://mirror.invalid/mnist.npz"]


def test_every_failed_mirror_is_named_and_nothing_is_left(server, mirror, tmp_path):
    mirrors = [mirror(server.url + way) for way in ("page/", "cut/", "missing/")]
    with pytest.raises(DownloadError) as caught:
        fetch_mnist(mirrors=mirrors, cache=tmp_path, retries=0)
    assert all(mirror.url in caught.value.message for mirror in mirrors)
    assert "checksum" in caught.value.message
    assert left_in(tmp_path) == []


def test_a_mirror_that_is_down_is_named_with_its_file_and_why(mirror, tmp_path):
    with pytest.raises(DownloadError) as caught:
        fetch_mnist(mirrors=[mirror(DOWN)], cache=tmp_path, retries=0)
    _, line = caught.value.message.splitlines()
    assert line.startswith(f"  {DOWN}mnist.npz: Failed to establish a new connection")


def test_a_mirror_of_idx_files_gives_a_folder(server, tmp_path, digits_npz):
    sha256 = hashlib.sha256(digits_npz.read_bytes()).hexdigest()
    names = ("train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
    idx = Mirror(
        url=server.url + "whole/",
        files=dict.fromkeys(names, sha256),
        folder="mnist",
        result="mnist",
    )
    path = fetch_mnist(mirrors=[idx], cache=tmp_path)
    assert sorted(p.name for p in path.iterdir()) == sorted(names)


def test_a_cache_that_cannot_be_made_is_an_output_error(server, mirror, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(OutputError, match="cannot be written"):
        fetch_mnist(mirrors=[mirror(server.url + "whole/")], cache=tmp_path / "file" / "cache")


def test_a_full_disk_is_an_output_error(server, mirror, tmp_path):
    resource = pytest.importorskip("resource")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            fetch_mnist(mirrors=[mirror(server.url + "whole/")], cache=tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_an_interrupted_download_leaves_nothing_broken(server, mirror, tmp_path):
    code = (
        "import sys; from pathlib import Path; from shuzi.files.download import *;"
        f"fetch_mnist(mirrors=[{mirror(server.url + 'half/')!r}], cache=Path({str(tmp_path)!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    while not any(path.stat().st_size for path in left_in(tmp_path)):
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    process.wait()
    assert left_in(tmp_path) == []
