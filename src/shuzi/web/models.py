"""GET /api/v1/models: what the models are, and what they can do."""

from typing import Any

from fastapi import APIRouter, Request

from shuzi.files import read_json, shipped
from shuzi.web import documents

router = APIRouter(prefix="/api/v1", tags=["read"])


@router.get("/models", responses={200: documents.MODELS})
async def models(request: Request) -> dict[str, Any]:
    """The cards of the digit model, the number model and its twin, and the page network: data,
    recipe and scores."""
    own = request.app.state.settings.model
    cards = {
        name: read_json(shipped(f"{name}.json"))
        for name in ("digit", "number", "number_twin", "page")
    }
    return cards if own is None else cards | {"digit": {"model": own.name}}
