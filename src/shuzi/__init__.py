"""shuzi reads handwritten digits, and knows when it can't.

    read, Reader                 pictures -> pages
    Page, Number, Digit, Box     what was read
    Recogniser                   images of digits -> probabilities
    load_data, Dataset           images with labels; MNIST where no path is given
    train, evaluate              models of one's own; pip install 'shuzi[train]'
    ShuziError                   what every error is

Names load on first use, so importing it costs nothing.
"""

import os
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shuzi.dataset import Dataset, load_data
    from shuzi.errors import ShuziError
    from shuzi.evaluation.report import evaluate
    from shuzi.reader import Reader, read
    from shuzi.recognise.engine import Recogniser
    from shuzi.result import Box, Digit, Number, Page
    from shuzi.training.run import train

__version__ = "0.1.0"

# ONNX Runtime looks at this when it is imported. Without it, it keeps a device's id in the user's
# cache folder and sends events to its vendor.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

_HOME = {
    "Box": "shuzi.result",
    "Dataset": "shuzi.dataset",
    "Digit": "shuzi.result",
    "Number": "shuzi.result",
    "Page": "shuzi.result",
    "Reader": "shuzi.reader",
    "Recogniser": "shuzi.recognise.engine",
    "ShuziError": "shuzi.errors",
    "evaluate": "shuzi.evaluation.report",
    "load_data": "shuzi.dataset",
    "read": "shuzi.reader",
    "train": "shuzi.training.run",
}

__all__ = [
    "Box",
    "Dataset",
    "Digit",
    "Number",
    "Page",
    "Reader",
    "Recogniser",
    "ShuziError",
    "evaluate",
    "load_data",
    "read",
    "train",
]


_TRAINING = {"evaluate", "train"}
_TRAIN_EXTRA = {"torch", "matplotlib", "jinja2", "safetensors", "onnx"}


def __dir__() -> list[str]:
    """The public names, less those whose extra is missing: `help` loads all that it lists."""
    public = set(__all__) if all(map(find_spec, _TRAIN_EXTRA)) else set(__all__) - _TRAINING
    return sorted(public | {name for name in globals() if name.startswith("__")})


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'shuzi' has no attribute {name!r}")
    try:
        return getattr(import_module(_HOME[name]), name)
    except ModuleNotFoundError as error:
        if error.name not in _TRAIN_EXTRA:
            raise
        from shuzi.errors import MissingExtraError, extra

        raise MissingExtraError(f"shuzi.{name} needs {error.name}.", extra("train")) from error
