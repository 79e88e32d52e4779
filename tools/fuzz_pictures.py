"""Mutates pictures and PDFs of all formats, and reads each in a process with limits.

    python tools/fuzz_pictures.py [--n 2000] [--seed 1] [png webp ...]

A line a format: how often it was read, and with what error refused. Anything else than an error of
ours, a signal, more than 10 seconds of processor time or a gigabyte of memory is a failure.
"""

import argparse
import io
import os
import resource
import sys
import time
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pillow_heif import register_heif_opener

from shuzi import ShuziError
from shuzi.image import load_pages

SECONDS, MEMORY = 10, 1_000_000_000
MAX_PIXELS = 1_000_000
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "png": ("PNG", "RGBA", {}),
    "png-16": ("PNG", "I;16", {}),
    "png-palette": ("PNG", "P", {"transparency": 3}),
    "png-frames": ("PNG", "RGB", {"save_all": True}),
    "jpeg": ("JPEG", "RGB", {}),
    "jpeg-progressive": ("JPEG", "CMYK", {"progressive": True}),
    "webp": ("WEBP", "RGBA", {}),
    "webp-lossless": ("WEBP", "RGB", {"lossless": True}),
    "webp-frames": ("WEBP", "RGB", {"save_all": True}),
    "bmp": ("BMP", "RGB", {}),
    "bmp-palette": ("BMP", "P", {}),
    "gif": ("GIF", "P", {"save_all": True}),
    "tiff": ("TIFF", "RGB", {"save_all": True}),
    "tiff-lzw": ("TIFF", "L", {"compression": "tiff_lzw"}),
    "tiff-jpeg": ("TIFF", "RGB", {"compression": "jpeg"}),
    "tiff-fax": ("TIFF", "1", {"compression": "group4"}),
    "tiff-float": ("TIFF", "F", {"compression": "tiff_deflate"}),
    "tiff-lab": ("TIFF", "LAB", {}),
    "avif": ("AVIF", "RGB", {}),
    "avif-alpha": ("AVIF", "RGBA", {}),
    "heic": ("HEIF", "RGB", {}),
    "pdf": ("PDF", "RGB", {"save_all": True}),
}


def content(kind: str) -> bytes:
    """A picture of some strokes, two frames of it where there may be."""
    form, mode, options = KINDS[kind]
    values = np.full((60, 60), 240, np.uint8)
    values[10:50, 28:33] = values[10:14, 15:33] = 30
    picture = Image.fromarray(values)
    if mode == "LAB":
        picture = Image.merge("LAB", [picture] * 3)
    elif mode == "I;16":
        picture = Image.fromarray(values.astype(np.uint16) * 257)
    else:
        picture = picture.convert("RGB").convert(mode)
    if options.get("save_all"):
        options = options | {"append_images": [picture.rotate(90)]}
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes changed, more of them at the start; a piece cut out, doubled, or the end gone."""
    changed = bytearray(data)
    for end in (len(changed), min(200, len(changed))):
        for place in rng.integers(0, end, rng.integers(1, 8)):
            changed[place] = rng.choice([0, 1, 127, 128, 255, rng.integers(256)])
    first, last = sorted(rng.integers(0, len(changed), 2))
    how = rng.integers(6)
    if how == 0:
        del changed[first:last]
    elif how == 1:
        changed[first:first] = changed[first:last]
    elif how == 2:
        del changed[max(1, last) :]
    return bytes(changed)


def outcome(data: bytes) -> str:
    seconds = int(time.process_time()) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
    try:
        for _ in load_pages(data, max_pixels=MAX_PIXELS):
            pass
    except ShuziError as error:
        return type(error).__name__
    except Exception as error:
        return f"UNEXPECTED {type(error).__name__}: {error}".replace("\n", " ")
    return "read"


def outcomes(kind: str, seeds: NDArray[np.int64], seed: int) -> Counter[str]:
    """In processes of their own; the next goes on where a signal has ended one."""
    data, found, done = content(kind), Counter[str](), 0
    while done < len(seeds):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            # libtiff says there what it thinks of each file.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
            with os.fdopen(write, "w", buffering=1) as file:
                for i in seeds[done:]:
                    print(outcome(mutated(data, np.random.default_rng([seed, i]))), file=file)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as file:
            said = file.read().splitlines()
        found.update(said)
        done += len(said)
        if status := os.waitpid(child, 0)[1]:
            found[f"UNEXPECTED signal {status & 127} at {done}"] += 1
            done += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kinds", nargs="*", default=list(KINDS))
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    register_heif_opener()
    unexpected = 0
    for kind in options.kinds:
        found = outcomes(kind, np.arange(options.n), options.seed)
        print(f"{kind:18}", ", ".join(f"{n} {what}" for what, n in found.most_common()), flush=True)
        unexpected += sum(n for what, n in found.items() if what.startswith("UNEXPECTED"))
    return unexpected > 0


if __name__ == "__main__":
    sys.exit(main())
