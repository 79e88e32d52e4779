"""Who imports whom, as the layout promises."""

import ast
from pathlib import Path

import pytest

import shuzi

ROOT = Path(shuzi.__file__).parent
LEAVES = {"errors", "result", "files", "text"}
SEEING = {"ink", "groups", "layout", "sight", "glyph", "strip", "signs"}
PAGE = {
    "paper",
    "parts",
    "rulings",
    "boxes",
    "cells",
    "missing",
    "rows",
    "combs",
    "frames",
    "rings",
    "groups",
}
ALLOWED = {
    "errors": set(),
    "result": {"errors"},
    "files": {"errors"},
    "arrays": {"errors", "files"},
    "text": set(),
    "output": {"errors", "text"},
    "dataset": {"errors", "arrays", "download"},
    "download": {"errors", "files"},
    "contact": {"errors", "files"},
    "source": {"errors"},
    "grey": {"errors"},
    "image": LEAVES | {"", "source", "grey", "pdf"},
    "pdf": {"", "errors", "source", "grey"},
    "pdf_child": set(),
    "ink": LEAVES,
    "glyph": LEAVES,
    "session": {"errors", "files"},
    "card": LEAVES,
    "engine": LEAVES | {"session"},
    "strip": LEAVES | {"paper"},
    "signs": LEAVES,
    "decoding": set(),
    "sequence": LEAVES | {"decoding", "session"},
    "paper": LEAVES,
    "parts": LEAVES | {"paper"},
    "rulings": LEAVES | {"paper", "parts"},
    "boxes": LEAVES | {"paper"},
    "cells": LEAVES | {"paper", "boxes"},
    "frames": LEAVES | {"paper", "boxes"},
    "rings": LEAVES | {"paper", "boxes"},
    "combs": LEAVES | {"paper", "parts"},
    "missing": LEAVES | {"paper", "boxes"},
    "rows": LEAVES | {"paper", "parts", "boxes", "missing"},
    "groups": LEAVES | {"paper", "parts", "boxes"},
    "layout": LEAVES | PAGE,
    "sheet": LEAVES | {"paper", "layout"},
    "sight": LEAVES | {"ink", "groups", "layout"},
    "decide": LEAVES,
    "numbers": LEAVES | {"groups", "layout", "sequence", "signs", "strip"},
    "upright": LEAVES | {"layout", "sequence", "strip"},
    "transcriber": LEAVES | SEEING | {"boxes", "engine", "sequence", "numbers", "decide"},
    "reader": LEAVES
    | SEEING
    | {"image", "engine", "sequence", "upright", "numbers", "decide", "transcriber", "sheet"}
    | {"explain", "rings"},
    "explain": LEAVES | SEEING,
    "reading": LEAVES | {"image", "decide", "reader"},
    "cli": None,
    "__init__": None,
    "__main__": {"cli"},
}
EVALUATION = LEAVES | {"arrays", "card", "dataset", "engine", "evaluation", "glyph", "ink", ""}
SYNTH = LEAVES | {"glyph", "strip", "synth"}
TRAINING = EVALUATION | {"strip", "sequence", "synth", "training", "review"}
REVIEW = LEAVES | {"image", "ink", "evaluation", "review"}
MODELS = {"engine", "sequence"}
WEB = (
    LEAVES
    | MODELS
    | {"decide", "explain", "image", "pdf", "reader", "reading", "review"}
    | {"web", ""}
)
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


def imported_modules(path: Path) -> set[str]:
    """First part, below shuzi, of everything that a module imports from shuzi."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    parts = [name.split(".") for name in names if name.split(".")[0] == "shuzi"]
    return {part[1] if len(part) > 1 else "" for part in parts}


def allowed(module: Path) -> set[str] | None:
    if module.parts[0] == "synth":
        return SYNTH
    if module.parts[0] == "training":
        return TRAINING
    if module.parts[0] == "evaluation":
        return EVALUATION
    if module.parts[0] == "review":
        return REVIEW
    if module.parts[0] == "web":
        return WEB
    return ALLOWED[module.stem]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_imports_only_what_its_layer_may(module):
    may = allowed(module)
    if may is not None:
        assert imported_modules(ROOT / module) <= may
