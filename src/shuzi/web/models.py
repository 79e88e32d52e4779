"""GET /api/v1/models: what the models are, and what they can do."""

import json
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request

from shuzi.web import documents

router = APIRouter(prefix="/api/v1", tags=["read"])


@router.get("/models", responses={200: documents.MODELS})
async def models(request: Request) -> dict[str, Any]:
    """The cards of the digit model, the number model and its twin, and the page network: data,
    recipe and scores."""
    own = request.app.state.settings.model
    cards = {name: _card(name) for name in ("digit", "number", "number_twin", "page")}
    return cards if own is None else cards | {"digit": {"model": own.name}}


def _card(name: str) -> dict[str, Any]:
    text = (files("shuzi") / "models" / f"{name}.json").read_text("utf-8")
    card: dict[str, Any] = json.loads(text)
    return card
