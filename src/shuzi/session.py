"""A model file -> an ONNX Runtime session."""

from pathlib import Path

import onnxruntime

from shuzi.errors import ModelError


def open_session(path: Path, threads: int | None = None) -> onnxruntime.InferenceSession:
    """A session on the CPU, silent; of all cores unless `threads` says how many.

    Raises:
        ModelError: there is no such file, or it is not ONNX.
    """
    if not path.is_file():
        raise ModelError(f"{path}: there is no such model file.")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = threads or 0
    # Threads that wait for work in a loop are quick to take it, but they take the processor from
    # the rest of the reading and from other programs: so for 10 microseconds, in a run only.
    options.add_session_config_entry("session.intra_op.spin_duration_us", "10")
    options.add_session_config_entry("session.force_spinning_stop", "1")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    # ONNX Runtime's exceptions share no base but Exception.
    except Exception as error:
        raise ModelError(f"{path} is not an ONNX model that can be loaded.") from error
