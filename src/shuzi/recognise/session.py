"""A model file -> an ONNX Runtime session."""

import os
from pathlib import Path
from typing import Any

import onnxruntime

from shuzi.errors import MOST_THREADS, ModelError, way, whole
from shuzi.files import check_name, open_file

MAX_BYTES = 2**31 - 1
"""Of a model: protobuf takes no more."""


class Session(onnxruntime.InferenceSession):  # type: ignore[misc]
    """One that a pickle holds as its path, and that is opened anew where that is unpickled."""

    def __init__(
        self, path: Path, threads: int | None, options: onnxruntime.SessionOptions
    ) -> None:
        # Falling back to the same provider would only print what was wrong.
        super().__init__(str(path), options, providers=["CPUExecutionProvider"], enable_fallback=0)
        self._opened = path, threads

    def __reduce__(self) -> tuple[Any, ...]:
        return open_session, self._opened


def open_session(path: Path, threads: int | None = None) -> Session:
    """A session on the CPU, silent; of all cores unless `threads` says how many.

    Raises:
        ModelError: there is no such file, it is not ONNX, or its weights lie in other files.
        UsageError: `threads` is not a number of threads, or the file's name is not UTF-8.
    """
    check_name(path)
    _check_file(path)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = (
        0 if threads is None else whole("threads", threads, 1, MOST_THREADS)
    )
    # Threads that wait for work in a loop are quick to take it, but they take the processor from
    # the rest of the reading and from other programs: so for 10 microseconds, in a run only.
    options.add_session_config_entry("session.intra_op.spin_duration_us", "10")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    # Weights in other files would be read from within the model file, where nothing lies.
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(path)
    )
    try:
        session = Session(path, threads, options)
        # Names that are not text are met here.
        [value.name for value in (*session.get_inputs(), *session.get_outputs())]
        return session
    # ONNX Runtime's exceptions share no base but Exception.
    except Exception as error:
        if "external" in str(error).lower():
            raise ModelError(
                f"{path} keeps weights in other files, which no checksum of its card covers.",
                "Save it as one file: onnx.save(model, path, save_as_external_data=False).",
            ) from error
        raise ModelError(f"{path} is not an ONNX model that can be loaded.") from error


def _check_file(path: Path) -> None:
    try:
        with open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        if path.with_name("run.json").exists():
            raise ModelError(
                f"{path.parent} has no {path.name}: the run has not finished.",
                f"Finish it with: {way('resume', path.parent)}",
            ) from None
        raise ModelError(f"{path}: there is no such model file.") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}.") from error
    if size > MAX_BYTES:
        raise ModelError(f"{path} has {size:,} bytes; no ONNX model has more than {MAX_BYTES:,}.")
