"""Who imports whom, as the layout promises."""

import ast
from pathlib import Path

import pytest

import shuzi

ROOT = Path(shuzi.__file__).parent
LEAVES = {"errors", "result", "files", "text", "interrupt"}
RECOGNISE = LEAVES | {"recognise"}
ALLOWED = {
    "errors": set(),
    "result": {"errors"},
    "text": set(),
    "interrupt": set(),
    "folder": {"errors"},
    "rows": {"result", "text"},
    "output": {"errors", "text", "interrupt"},
    "form": {"errors", "files", "recognise"},
    "dataset": {"errors", "files", "form"},
    "contact": {"errors", "files"},
    "source": {"errors"},
    "grey": {"errors"},
    "image": LEAVES | {"", "folder", "source", "grey", "pdf"},
    "pdf": {"", "errors", "source", "grey"},
    "pdf_child": set(),
    "card": LEAVES,
    "decide": LEAVES,
    "options": RECOGNISE | {"decide"},
    "doubts": RECOGNISE | {"page", "decide"},
    "reader": RECOGNISE | {"image", "page", "decide", "doubts", "options", "explain"},
    "explain": LEAVES | {"reader"},
    "reading": LEAVES | {"folder", "rows", "image", "decide", "reader"},
    "__init__": None,
    "__main__": {"cli"},
}
EVALUATION = LEAVES | {"card", "dataset", "form", "recognise", "evaluation", ""}
SYNTH = RECOGNISE | {"dataset", "synth"}
REVIEW = RECOGNISE | {"image", "evaluation", "review"}
PACKAGES = {
    "files": {"errors", "files", "folder", "image"},
    "recognise": RECOGNISE,
    "page": RECOGNISE | {"page"},
    "batch": RECOGNISE
    | {
        "folder",
        "rows",
        "card",
        "decide",
        "image",
        "grey",
        "source",
        "options",
        "reader",
        "review",
        "batch",
        "",
    },
    "synth": SYNTH,
    "evaluation": EVALUATION,
    "training": EVALUATION | {"page", "synth", "training", "review"},
    "review": REVIEW,
    "cli": None,
    "web": LEAVES
    | {
        "batch",
        "folder",
        "recognise",
        "decide",
        "explain",
        "image",
        "options",
        "pdf",
        "reader",
        "reading",
        "review",
        "web",
        "",
    },
}
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
    folder = module.parts[0]
    return PACKAGES[folder] if folder in PACKAGES else ALLOWED[module.stem]


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_module_imports_only_what_its_layer_may(module):
    may = allowed(module)
    if may is not None:
        assert imported_modules(ROOT / module) <= may
