"""/api/v1/jobs: many files in, one table out, later."""

import shutil
from pathlib import Path as FilePath
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from shuzi.batch.table import check_format
from shuzi.errors import MissingExtraError
from shuzi.web import documents
from shuzi.web.documents import example
from shuzi.web.job_upload import receive_files
from shuzi.web.jobs import Jobs
from shuzi.web.readers import Options, read_options

PATH = "/api/v1/jobs"
router = APIRouter(prefix=PATH, tags=["jobs"])
Id = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Of a job.")]
To = Literal["csv", "jsonl", "xlsx", "parquet"]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
_JOB = {
    "id": "0123456789abcdef0123456789abcdef",
    "created": "2026-01-01T12:00:00.000000+00:00",
    "to": "csv",
    "state": "running",
    "files": 2000,
    "done": 1024,
    "accepted": 900,
    "review": 101,
    "rejected": 20,
    "without": 3,
    "failed": 0,
}
_FILES = {"type": "array", "items": documents.FILE}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/zip": {"schema": documents.FILE},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": _FILES}, "required": ["file"]}
            },
        },
    }
}


class JobAnswer(BaseModel):
    """A job: how far it is, or how it ended."""

    model_config = example(_JOB)

    id: str
    created: str
    to: To
    state: Literal["waiting", "running", "done", "failed"]
    files: int | None = Field(None, description="In it; null until they are counted.")
    done: int = Field(0, description="Files that were read.")
    accepted: int = Field(0, description="Numbers of each decision in these.")
    review: int = 0
    rejected: int = 0
    without: int = Field(0, description="Pages without a number.")
    failed: int = Field(0, description="Pages that cannot be read.")
    detail: str | None = Field(None, description="Why it failed.")
    remedy: str | None = None


class JobsAnswer(BaseModel):
    """All jobs, the oldest first."""

    model_config = example({"jobs": [_JOB]})

    jobs: list[JobAnswer]


@router.post(
    "",
    status_code=201,
    responses=documents.problems(408, 409, 413, 415, 501, 503, 507),
    openapi_extra=BODY,
)
async def add(
    request: Request,
    response: Response,
    options: Annotated[Options, Depends(read_options)],
    to: Annotated[To, Query(description="What the table is.")] = "csv",
) -> JobAnswer:
    """Read many files into one table: a ZIP archive, or a form of files and archives."""
    jobs: Jobs = request.app.state.jobs
    _check_format(to)
    folder = await run_in_threadpool(jobs.receive)
    try:
        await receive_files(request, folder, request.app.state.settings.max_job_files)
        job = JobAnswer(**await run_in_threadpool(jobs.add, folder, options, to))
    except BaseException:
        await run_in_threadpool(shutil.rmtree, folder, ignore_errors=True)
        raise
    response.headers["Location"] = f"{PATH}/{job.id}"
    return job


def _check_format(to: To) -> None:
    """Before anything is sent or read."""
    try:
        check_format(FilePath(f"table.{to}"))
    except MissingExtraError:
        raise MissingExtraError(
            f"The service cannot write {to}: what that needs is not installed.",
            "Ask for csv or jsonl; or have shuzi[batch] installed where it runs.",
        ) from None


@router.get("")
def list_jobs(request: Request) -> JobsAnswer:
    """All jobs that the service keeps."""
    jobs: Jobs = request.app.state.jobs
    return JobsAnswer(jobs=[JobAnswer(**said) for said in jobs.listed()])


@router.get("/{job}", responses=documents.problems(404))
def show_job(request: Request, job: Id) -> JobAnswer:
    """How far a job is, or how it ended."""
    jobs: Jobs = request.app.state.jobs
    return JobAnswer(**jobs.show(job))


@router.get(
    "/{job}/table",
    response_class=Response,
    responses={
        200: {"content": {kind.partition(";")[0]: {} for kind in TYPES.values()}},
        **documents.problems(404),
        **documents.conflict(
            "The job has no table: it is running.", "Ask for the job until it is done."
        ),
    },
)
def table(request: Request, job: Id) -> Response:
    """The table of a job that is done."""
    jobs: Jobs = request.app.state.jobs
    path = jobs.table(job)
    kind = TYPES[path.suffix[1:]]
    return FileResponse(path, media_type=kind, filename=f"{job}{path.suffix}")


@router.delete("/{job}", status_code=204, responses=documents.problems(404))
def remove(request: Request, job: Id) -> None:
    """Stop a job, and forget its files and its table."""
    jobs: Jobs = request.app.state.jobs
    jobs.remove(job)
