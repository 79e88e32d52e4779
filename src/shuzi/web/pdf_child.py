"""Draws a PDF in a process of its own: a hostile one may crash it, fill it or never end.

    (echo form.pdf; cat form.pdf) | python -m shuzi.web.pdf_child MAX_PIXELS

writes each page as a PGM picture, one after the other; an error as a line of JSON to standard
error. The name comes first, as other users of the machine can see a command's words.
"""

import io
import json
import sys

from shuzi.errors import ImageError
from shuzi.pdf import pdf_pages

MEMORY = 4_000_000_000
"""Bytes of address space, the libraries included."""


def main(max_pixels: int) -> int:
    _limit_memory()
    name = sys.stdin.buffer.readline().decode().rstrip("\n")
    file = io.BytesIO(sys.stdin.buffer.read())
    try:
        for page in pdf_pages(file, name, max_pixels):
            height, width = page.shape
            sys.stdout.buffer.write(b"P5 %d %d 255\n" % (width, height))
            sys.stdout.buffer.write(page.tobytes())
            sys.stdout.buffer.flush()
    except ImageError as error:
        said = {"kind": type(error).__name__, "message": error.message, "remedy": error.remedy}
        print(json.dumps(said), file=sys.stderr)
        return 1
    return 0


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
