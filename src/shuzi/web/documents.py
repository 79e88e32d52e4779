"""What the OpenAPI document says of answers: their schemas, with an example each."""

from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

import shuzi
from shuzi.web.problems import MEDIA_TYPE

Answers = dict[int | str, dict[str, Any]]
_PROBLEMS = {
    400: ("The request is malformed.", "Send it as the document says."),
    401: ("The service needs its token.", "Send it as Authorization: Bearer TOKEN."),
    403: ("A browser may write only from the service's own page.", "Use the service's page."),
    404: ("Not Found.", "GET /api/v1/openapi.json lists what there is."),
    405: ("Method Not Allowed.", "GET /api/v1/openapi.json lists what there is."),
    408: ("The request did not arrive within 60 seconds.", "Check the connection."),
    409: ("The service keeps 20 jobs, which is as many as it may.", "DELETE one."),
    410: ("The lease has run out, or nothing of it is left.", "Get a new lease."),
    413: ("The request is larger than 20,000,000 bytes.", "Send a smaller picture."),
    415: ("upload is not a picture.", "Give a PNG, JPEG, WebP, TIFF or HEIC picture, or a PDF."),
    421: ("The service does not answer to this host name.", "Ask for 127.0.0.1."),
    422: ("upload is damaged or cut short.", "Copy or scan it again."),
    429: ("There were too many wrong tokens.", "Try again in a minute, with the right one."),
    501: ("The service cannot write xlsx: what that needs is not installed.", "Ask for csv."),
    503: ("The service is busy: its queue is full.", "Try again in a moment."),
    504: ("The reading took more than 30 seconds.", "Send a smaller picture."),
    507: ("The files cannot be kept: No space left on device.", "Tell whoever runs the service."),
}


def example(
    values: dict[str, Any], extra: Literal["allow", "forbid", "ignore"] = "ignore"
) -> ConfigDict:
    """The configuration of a model with an example."""
    return ConfigDict(json_schema_extra={"example": values}, extra=extra)


class ProblemAnswer(BaseModel):
    """An error, as in RFC 9457."""

    type: str = Field(description="about:blank, or urn:shuzi: and the kind of error.")
    title: str
    status: int
    detail: str = Field(description="What is wrong.")
    remedy: str = Field(description="What to do about it.")
    not_decided: dict[Literal["lost", "otherwise", "unknown"], list[int]] | None = Field(
        None,
        description="Of urn:shuzi:not-decided, the items: those that somebody else has by now, "
        "those of which the lease said something else before, and those that there are not.",
    )


class DigitAnswer(BaseModel):
    """One digit of a number."""

    model_config = ConfigDict(extra="forbid")

    text: str
    confidence: float = Field(ge=0, le=1)
    box: tuple[int, int, int, int]
    alternatives: list[tuple[str, float]]


class OpinionAnswer(BaseModel):
    """What one reader says of a number."""

    model_config = ConfigDict(extra="forbid")

    reader: str
    text: str = Field(description="? stands for a character that is neither a digit nor a sign.")
    confidence: float = Field(ge=0, le=1)


class NumberAnswer(BaseModel):
    """A number that was read."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(
        description="Its digits, with a minus sign, points and commas if clear; empty if it cannot "
        "be read."
    )
    confidence: float = Field(ge=0, le=1)
    decision: str = Field(pattern="^(accept|review|reject)$")
    box: tuple[int, int, int, int] = Field(description="x, y, width, height in pixels.")
    quad: list[tuple[float, float]] = Field(
        description="Its corners, which may slope: top left, top right, bottom right, bottom left."
    )
    line: int
    row: int | None = Field(description="From 1, where the page's numbers stand in columns.")
    column: int | None = Field(description="From 1; blank cells count.")
    digits: list[DigitAnswer]
    probabilities: list[float] | None = None
    readers: list[OpinionAnswer] | None = Field(
        None, description="What each reader said, where two were asked."
    )


class SeenAnswer(BaseModel):
    """What the model saw of a number."""

    model_config = ConfigDict(extra="forbid")

    box: tuple[int, int, int, int]
    png: str


class PageAnswer(BaseModel):
    """A page that was read."""

    model_config = ConfigDict(extra="forbid")

    schema_: int = Field(alias="schema")
    source: str
    page: int
    width: int
    height: int
    rotated: int = Field(description="Degrees clockwise that it was turned before it was read.")
    as_: str = Field(alias="as", pattern="^(digit|number|page)$")
    numbers: list[NumberAnswer]
    seen: list[SeenAnswer] = Field([], description="With ?seen=true.")
    picture: str = Field("", description="With ?upright=true: a JPEG as data URL.")


class ReadAnswer(BaseModel):
    """What a file says."""

    model_config = ConfigDict(extra="forbid")

    schema_: int = Field(alias="schema")
    pages: list[PageAnswer]


_SEVEN = {
    "text": "7",
    "confidence": 0.98,
    "box": [310, 420, 32, 44],
    "digits": [
        {"text": "7", "confidence": 0.98, "box": [310, 420, 32, 44], "alternatives": [["1", 0.01]]}
    ],
    "decision": "accept",
    "quad": [[310, 420], [342, 420], [342, 464], [310, 464]],
    "line": 1,
    "row": 1,
    "column": 1,
}
_FORM_PAGE = {
    "schema": 1,
    "source": "form.pdf",
    "page": 1,
    "width": 1654,
    "height": 2339,
    "rotated": 0,
    "as": "page",
}
PAGE = _FORM_PAGE | {"numbers": [_SEVEN]}
READ: dict[str, Any] = {
    "model": ReadAnswer,
    "description": "What each page says.",
    "content": {"application/json": {"example": {"schema": 1, "pages": [PAGE]}}},
}
MODELS: dict[str, Any] = {
    "description": "A card each.",
    "content": {
        "application/json": {
            "example": {
                "digit": {"model": "digit.onnx", "use": "single handwritten digits"},
                "number": {"model": "number.onnx", "use": "a crop with one number"},
                "number_twin": {"model": "number_twin.onnx", "use": "where it is in doubt"},
                "page": {"model": "page.onnx", "use": "finding numbers in pictures"},
            }
        }
    },
}
_RUN = {
    "name": "first",
    "recipe": "tutorial",
    "started": "2026-01-01T12:00:00+00:00",
    "status": "running",
    "live": True,
    "epochs": 2,
    "planned": 100,
    "test_accuracy": None,
}
_EPOCH = {"epoch": 1.0, "loss": 0.52, "accuracy": 0.84, "val_loss": 0.29, "val_accuracy": 0.92}
RUNS: Answers = {200: {"content": {"application/json": {"example": {"runs": [_RUN]}}}}}
RUN: Answers = {
    200: {
        "content": {
            "application/json": {
                "example": {
                    **_RUN,
                    **{
                        "settings": {"lr": 0.01},
                        "applies": None,
                        "seed": 0,
                        "data": {},
                        "device": "cpu",
                    },
                    **{"history": [_EPOCH], "evaluation": None, "mistakes": None},
                }
            }
        }
    }
}
WEIGHTS: Answers = {
    200: {
        "description": "safetensors, float32.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
HEALTH: Answers = {
    200: {
        "content": {"application/json": {"example": {"status": "ok", "version": shuzi.__version__}}}
    }
}
FILE = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "properties": {"file": FILE}, "required": ["file"]}
PICTURE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "image/*": {"schema": FILE},
            "application/pdf": {"schema": FILE},
            "application/octet-stream": {"schema": FILE},
            "multipart/form-data": {"schema": _FORM},
        },
    }
}
TEXTS: Answers = {200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}}


def problems(*statuses: int) -> Answers:
    """The answers that are errors, each with an example."""
    return {status: _problem(status, *_PROBLEMS[status]) for status in statuses}


def conflict(detail: str, remedy: str, **more: Any) -> Answers:
    """The answer of a 409, whose reasons have little in common."""
    return {409: _problem(409, detail, remedy, **more)}


def _problem(status: int, detail: str, remedy: str, **more: Any) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    example = {"type": "about:blank", "title": title, "status": status}
    return {
        "description": title,
        "content": {
            MEDIA_TYPE: {
                "schema": ProblemAnswer.model_json_schema(),
                "example": example | {"detail": detail, "remedy": remedy} | more,
            }
        },
    }
