"""MNIST from its mirrors: tried in turn, checked, and only then put in place."""

import logging
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shuzi.errors import DownloadError, OutputError

TIMEOUT = 30.0
"""Seconds that a mirror may stay silent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A place that has MNIST.

    `url` ends with a slash; `files` maps each file's name to its sha256; `folder` is where in the
    cache they go, and `result` the path in the cache that `load_data` takes.
    """

    url: str
    files: dict[str, str]
    folder: str = ""
    result: str = ""


_IDX_SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
    ),
    "train-labels-idx1-ubyte.gz": (
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
    ),
}

MIRRORS = (
    Mirror(
        url="https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        files={"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
        result="mnist.npz",
    ),
    Mirror(
        url="https://storage.googleapis.com/cvdf-datasets/mnist/",
        files=_IDX_SHA256,
        folder="mnist",
        result="mnist",
    ),
    Mirror(
        url="https://ossci-datasets.s3.amazonaws.com/mnist/",
        files=_IDX_SHA256,
        folder="mnist",
        result="mnist",
    ),
)


def cache_folder() -> Path:
    """Where shuzi keeps what it downloads: $SHUZI_CACHE or the system's cache folder."""
    given = os.environ.get("SHUZI_CACHE")
    if given:
        return Path(given).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("shuzi")


def fetch_mnist(
    *,
    progress: bool = False,
    mirrors: Sequence[Mirror] = MIRRORS,
    cache: Path | None = None,
    timeout: float = TIMEOUT,
    retries: int = 2,
) -> Path:
    """Download MNIST into the cache, unless it is there, and return its path for `load_data`.

    Proxy variables (HTTPS_PROXY, NO_PROXY) are respected.

    Args:
        progress: show a bar for each file, if standard error is a terminal.
        mirrors: tried in this order.
        cache: `cache_folder()` if None.
        timeout: seconds that a mirror may stay silent.
        retries: further tries for each file, before the next mirror's turn.

    Raises:
        DownloadError: no mirror gave files with the right checksums.
        OutputError: the cache cannot be written.
    """
    from requests import RequestException

    cache = cache if cache is not None else cache_folder()
    problems = []
    for mirror in mirrors:
        try:
            return _fetch(mirror, cache, progress and sys.stderr.isatty(), timeout, retries)
        # pooch says ValueError for a wrong checksum.
        except (RequestException, ValueError) as error:
            problems.append(f"{mirror.url}{next(iter(mirror.files))}: {_reason(error)}")
        except OSError as error:
            raise OutputError(
                f"{cache} cannot be written: {error.strerror or error}.",
                "Free some space, or choose another folder with SHUZI_CACHE.",
            ) from error
    raise DownloadError("No mirror gave MNIST.\n  " + "\n  ".join(problems))


def _fetch(mirror: Mirror, cache: Path, progress: bool, timeout: float, retries: int) -> Path:
    import pooch

    # Its lines would break the bar; what matters comes as one of our errors.
    pooch.get_logger().setLevel(logging.ERROR)
    fetcher = pooch.create(
        path=cache / mirror.folder,
        base_url=mirror.url,
        registry=mirror.files,
        retry_if_failed=retries,
    )
    downloader = pooch.HTTPDownloader(progressbar=progress, timeout=timeout)
    for name in mirror.files:
        fetcher.fetch(name, downloader=downloader)
    return cache / mirror.result


def _reason(error: Exception) -> str:
    if isinstance(error, ValueError) and "hash" in str(error):
        return "the file has another checksum; a proxy may have sent a page in its place"
    # requests has a retry's exception within its own, and in that the one that says why.
    inner = getattr(error.args[0] if error.args else None, "reason", None) or error
    text = str(inner).splitlines()[0]
    return re.sub(r"^HTTPS?Connection(Pool)?\(.*?\): ", "", text)
