"""Everything a run needs to go on, in one file that is either the old one or the new one."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from shuzi.errors import RunError
from shuzi.files import open_file, read_json, write_atomically
from shuzi.training.history import Epoch

_FILE = "checkpoint/latest.safetensors"


def named(**parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of all parts of a training, each by `part.name`."""
    return {f"{part}.{name}": t for part, tensors in parts.items() for name, t in tensors.items()}


def save_checkpoint(run: Path, state: dict[str, Tensor], history: list[Epoch]) -> None:
    """Write the tensors and the history of all epochs up to now.

    Raises:
        OutputError: the file cannot be written.
    """
    path = run / _FILE
    path.parent.mkdir(exist_ok=True)
    rows = json.dumps([epoch.to_dict() for epoch in history])
    tensors = {name: tensor.detach().contiguous() for name, tensor in state.items()}
    # Not `save_file`, which hides a full disk in an error of its own.
    with write_atomically(path) as temporary:
        temporary.write_bytes(save(tensors, metadata={"history": rows}))


def load_checkpoint(run: Path, state: dict[str, Tensor]) -> list[Epoch]:
    """Copy the checkpoint's tensors into `state`, and return the history; empty without one.

    Raises:
        RunError: the file is damaged or is of another network.
    """
    path = run / _FILE
    if not path.exists():
        return []
    with _opened(path) as checkpoint:
        for name, tensor in state.items():
            _copy(checkpoint, name, tensor)
        rows = read_json(checkpoint.metadata()["history"].encode())
        history = [Epoch(**row) for row in rows]
        numbers = [value for row in rows for value in row.values() if value is not None]
        if not all(type(value) in (int, float) for value in numbers):
            raise ValueError("its history holds what is not a number")
        if [epoch.epoch for epoch in history] != list(range(1, len(history) + 1)):
            raise ValueError("its history lacks an epoch")
        return history


def load_weights(run: Path, state: dict[str, Tensor]) -> None:
    """Copy what the checkpoint has of these tensors; the others stay.

    Raises:
        RunError: there is none, it is damaged, or it has none of them.
    """
    with _opened(run / _FILE) as checkpoint:
        names = set(checkpoint.keys()) & set(state)
        if not names:
            raise KeyError("it is of another network")
        for name in names:
            _copy(checkpoint, name, state[name])


def _copy(checkpoint: Any, name: str, tensor: Tensor) -> None:
    found = checkpoint.get_tensor(name)
    if (found.shape, found.dtype) != (tensor.shape, tensor.dtype):
        raise ValueError(f"{name} has the shape {list(found.shape)}, not {list(tensor.shape)}")
    tensor.copy_(found)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        open_file(path).close()
        with safe_open(path, framework="pt") as checkpoint:
            yield checkpoint
    except (SafetensorError, OSError, RuntimeError, LookupError, TypeError, ValueError) as error:
        raise RunError(f"{path} cannot be resumed from: {error}", "Train anew.") from error
