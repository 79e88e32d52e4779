"""What a service allows, and what it uses."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from shuzi.decide import TARGET_ERROR, check_target
from shuzi.errors import UsageError, way
from shuzi.image import MAX_PIXELS

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a service is told when it starts.

    Args:
        token: what clients must show; None lets everyone in who reaches the service.
        review: path or URL of the review database; the user's own if None.
        jobs: the folder that keeps jobs; one of the user's own if None.
        runs: the folder whose runs the page shows; none if None.
        model: a digit model instead of the one that shuzi carries.
        fast: leave out the second reader.
        hosts: names by which the service is asked for; others are refused; empty allows all.
        max_bytes: of one request.
        max_bytes_held: of all requests together that are being received or read.
        max_pixels: of one page.
        max_pages: of one file.
        max_job_bytes: of the request that brings a job.
        max_job_files: of a job.
        max_jobs: that are kept at the same time.
        keep_days: for which a job is kept after it has ended.
        seconds: that one request may be read, waiting included.
        upload_seconds: that one request may take to arrive.
        threads: readings at the same time.
        queue: readings that wait for their turn; more are turned away.
        target_error: the wanted share of wrong numbers among the accepted, unless a request says.

    Raises:
        UsageError: a value is not what it must be.
    """

    token: str | None = None
    review: str | None = None
    jobs: Path | None = None
    runs: Path | None = None
    model: Path | None = None
    fast: bool = False
    hosts: tuple[str, ...] = LOOPBACK
    max_bytes: int = 20_000_000
    max_bytes_held: int = 400_000_000
    max_pixels: int = MAX_PIXELS
    max_pages: int = 50
    max_job_bytes: int = 1_000_000_000
    max_job_files: int = 100_000
    max_jobs: int = 20
    keep_days: float = 7.0
    seconds: float = 30.0
    upload_seconds: float = 60.0
    threads: int = os.cpu_count() or 1
    queue: int = 128
    target_error: float = TARGET_ERROR

    def __post_init__(self) -> None:
        check_target(self.target_error)
        for name in ("seconds", "upload_seconds"):
            if not 0 < getattr(self, name) < math.inf:
                raise UsageError(f"{way(name)} must be a number of seconds.")
        if not 0 <= self.keep_days < math.inf:
            raise UsageError(f"{way('keep_days')} must be a number of days.")
        if self.jobs is not None and self.jobs.exists() and not self.jobs.is_dir():
            raise UsageError(f"{way('jobs')} must be a folder; {self.jobs} is a file.")
        if self.runs is not None and not self.runs.is_dir():
            what = "a file" if self.runs.exists() else "not there"
            raise UsageError(f"{way('runs')} must be a folder; {self.runs} is {what}.")
        if self.review is not None and Path(self.review).is_dir():
            raise UsageError(f"{way('review')} must be a file or a URL; {self.review} is a folder.")

    @property
    def worker_memory(self) -> int:
        """Bytes of address space for each process that reads: 4 GB unless `max_pixels` differs."""
        return 2_000_000_000 + 40 * self.max_pixels
