"""`shuzi serve`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from shuzi.cli.boundary import need_extra
from shuzi.cli.options import DigitModel, Fast
from shuzi.output import say


def serve(  # noqa: PLR0913, PLR0917 - an option each
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8000,
    token: Annotated[
        str | None,
        typer.Option(envvar="SHUZI_TOKEN", help="Clients must show it; better set $SHUZI_TOKEN."),
    ] = None,
    open_to_network: Annotated[
        bool, typer.Option("--open-to-network", help="Let others in without a token.")
    ] = False,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="A name that clients ask for; repeatable."),
    ] = None,
    review: Annotated[
        str | None,
        typer.Option(
            metavar="DB",
            envvar="SHUZI_REVIEW",
            help="Review database: a file or a URL; your own by default.",
        ),
    ] = None,
    jobs: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            envvar="SHUZI_JOBS",
            help="Keep jobs, many files each, in this folder; your own by default.",
        ),
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Show the runs of this folder.")
    ] = None,
    model: DigitModel = None,
    fast: Fast = False,
    target_error: Annotated[
        float, typer.Option(help="The share of wrong numbers among those accepted.")
    ] = 0.01,
    max_bytes: Annotated[int, typer.Option(min=1, help="Of one request.")] = 20_000_000,
    max_pixels: Annotated[int, typer.Option(min=1, help="Of one page.")] = 50_000_000,
    max_pages: Annotated[int, typer.Option(min=1, help="Of one file.")] = 50,
    max_job_bytes: Annotated[int, typer.Option(min=1, help="Of one job.")] = 1_000_000_000,
    max_job_files: Annotated[int, typer.Option(min=1, help="Of one job.")] = 100_000,
    max_jobs: Annotated[int, typer.Option(min=0, help="That are kept at a time.")] = 20,
    keep_days: Annotated[
        float, typer.Option(min=0, help="For which a job is kept after it has ended.")
    ] = 7,
    seconds: Annotated[float, typer.Option(min=0.1, help="That one reading may take.")] = 30,
    upload_seconds: Annotated[
        float, typer.Option(min=0.1, help="That one request may take to arrive.")
    ] = 60,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Readings at a time; a core each by default.")
    ] = None,
    queue: Annotated[int, typer.Option(min=0, help="Readings that may wait.")] = 128,
) -> None:
    """Serve the reader and its page over HTTP, to this machine.

    Example: shuzi serve --port 8000
    """
    need_extra("web", "fastapi", "uvicorn", "python_multipart", "prometheus_client", "sqlalchemy")
    from shuzi.web.app import create_app
    from shuzi.web.server import address, bind, known_hosts, run
    from shuzi.web.settings import Settings

    settings = Settings(
        token=token,
        review=review,
        jobs=jobs,
        runs=runs,
        model=model,
        fast=fast,
        hosts=known_hosts(host, names or [], token, open_to_network),
        target_error=target_error,
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        max_pages=max_pages,
        max_job_bytes=max_job_bytes,
        max_job_files=max_job_files,
        max_jobs=max_jobs,
        keep_days=keep_days,
        seconds=seconds,
        upload_seconds=upload_seconds,
        threads=threads or os.cpu_count() or 1,
        queue=queue,
    )
    with bind(host, port) as listener:
        service = create_app(settings)
        say(f"shuzi serves {address(listener)} (Ctrl-C ends it)")
        run(service, listener)
