"""Where training runs and in which precision."""

import ctypes
import platform
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import torch

from shuzi.errors import UsageError, way


@dataclass(frozen=True, slots=True)
class Device:
    """A torch device and the precision of its matrix products, `bf16` or `fp32`."""

    torch: torch.device
    precision: str

    @property
    def description(self) -> str:
        if self.torch.type == "cuda":
            return str(torch.cuda.get_device_name(self.torch))
        return _cpu_name()

    def autocast(self) -> AbstractContextManager[None]:
        """Matrix products in the device's precision; weights stay float32."""
        return torch.autocast(
            self.torch.type, dtype=torch.bfloat16, enabled=self.precision == "bf16"
        )


def choose_device(precision: str = "auto") -> Device:
    """CUDA when there is one; bf16 where the hardware multiplies it faster than fp32.

    Raises:
        UsageError: `precision` is not auto, bf16 or fp32.
    """
    if precision not in ("auto", "bf16", "fp32"):
        raise UsageError(f"{way('precision')} must be auto, bf16 or fp32, not {precision}.")
    keep_freed_memory()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if precision == "auto":
        precision = "bf16" if _fast_bf16(device) else "fp32"
    return Device(device, precision)


def keep_freed_memory() -> None:
    """Let glibc keep what a step frees, up to half a gigabyte, for the next step.

    Otherwise it may return the memory to the system, and getting it back, page by page, can take
    longer than the step itself. Other C libraries are left alone.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        trim_threshold, mmap_threshold = -1, -3
        mallopt(trim_threshold, 512 << 20)
        mallopt(mmap_threshold, 32 << 20)


def _fast_bf16(device: torch.device) -> bool:
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    # Without these instructions bf16 is emulated and slower than fp32.
    features = torch.backends.cpu.get_cpu_capability(), _cpu_flags()
    return features[0].startswith("AVX512") and bool({"avx512_bf16", "amx_bf16"} & features[1])


def _cpu_flags() -> set[str]:
    for line in _cpuinfo():
        if line.startswith("flags"):
            return set(line.split())
    return set()


def _cpu_name() -> str:
    for line in _cpuinfo():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
