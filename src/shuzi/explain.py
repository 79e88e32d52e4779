"""What was seen of a page, as pictures and plain advice."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shuzi.files import make_folder, write_atomically
from shuzi.result import Page

if TYPE_CHECKING:
    from shuzi.reader import Look

Grey = NDArray[np.uint8]
COLOURS = {"accept": (20, 150, 60), "review": (235, 140, 0), "reject": (220, 30, 30)}
SEEN = {"other": (220, 30, 30), "extents": (150, 190, 255), "kernels": (30, 80, 255)}
"""Colours of what the network sees."""
SMALL = 12
"""Pixels: lower digits are hard to tell apart."""
DARK = 70
"""Of 255: paper that is darker than this was shot in the dark."""
MANY, ONE_HEIGHT = 8, 0.015
"""So many numbers, half of them within that share of the middle height, are printed."""
ENLARGED = 3


def write_explanation(look: "Look", folder: Path) -> None:
    """Write <name>-1-grey.png, -2-seen.png, -3-read.png, -4-strips.png and -5-advice.txt.

    The grey picture; in colours what the network saw: numbers, their middles, other writing; the
    regions in their order and what was read; the strips exactly as the models read them, if there
    are any; what to do about it. The name ends in the page if it is not the first.

    Raises:
        OutputError: the folder cannot be written.
    """
    page = look.page
    stages = {
        "1-grey": Image.fromarray(look.grey),
        "2-seen": _seen_picture(look),
        "3-read": _read_picture(look.grey, page),
    }
    strips = [number.strip for number in page.numbers if number.strip is not None]
    if strips:
        stages["4-strips"] = sheet_of(strips)
    heights = [number.quad[3][1] - number.quad[0][1] for number in page.numbers]
    write_stages(page, stages, advice(look.grey, page, heights), folder)


def write_stages(
    page: Page, stages: dict[str, Image.Image], lines: list[str], folder: Path
) -> None:
    """Write <name>-<stage>.png of each stage, and the advice as <name>-5-advice.txt.

    Raises:
        OutputError: the folder cannot be written.
    """
    name = _name(page)
    make_folder(folder)
    for stage, picture in stages.items():
        with write_atomically(folder / f"{name}-{stage}.png") as temporary:
            picture.save(temporary, format="PNG")
    with write_atomically(folder / f"{name}-5-advice.txt") as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines or ["Nothing to improve."]))


def advice(grey: Grey, page: Page, heights: Sequence[float] = ()) -> list[str]:
    """What to do for a better reading, a sentence each; empty if there is nothing to say.

    Args:
        heights: of what is written, in pixels: print is all of one height.
    """
    said = []
    if np.percentile(grey, 90) < DARK:
        said.append("The picture is too dark: use more light.")
    if not page.numbers:
        said.append("No number was found. Is the ink darker or lighter than its paper?")
    if _look_printed(heights):
        said.append(
            "The numbers look printed, being all of one height; shuzi reads handwriting best."
        )
    for number in page.numbers:
        if number.decision == "accept":
            continue
        box = number.box
        where = f"{number.text or 'Something'} at {box.x}, {box.y}"
        if box.height < SMALL:
            said.append(f"{where} is too small: {box.height} pixels high. Go closer.")
        elif _at_edge(number.box.to_list(), grey.shape):
            said.append(f"{where} touches the edge: leave some paper around it.")
        elif not number.text:
            said.append(f"{where} cannot be read: look at it.")
        else:
            said.append(f"{where} is unsure ({number.confidence:.0%}): look at it.")
    return said


def _look_printed(heights: Sequence[float]) -> bool:
    if len(heights) < MANY:
        return False
    middle = float(np.median(heights))
    spread = float(np.median(np.abs(np.array(heights) - middle)))
    return middle >= SMALL and spread <= ONE_HEIGHT * middle


def _name(page: Page) -> str:
    stem = "stdin" if page.source == "-" else Path(page.source).stem
    return stem + (f"-p{page.page}" if page.page > 1 else "")


def _at_edge(box: list[int], shape: tuple[int, ...]) -> bool:
    x, y, width, height = box
    return x <= 1 or y <= 1 or x + width >= shape[1] - 1 or y + height >= shape[0] - 1


def _seen_picture(look: "Look") -> Image.Image:
    """The page, and over it what the network saw, as much of each colour as it is sure."""
    height, width = look.grey.shape
    pixels = np.repeat(look.grey[..., None], 3, axis=-1).astype(np.float32)
    for name, colour in SEEN.items():
        cells = getattr(look.maps, name)
        size = round(cells.shape[1] * look.maps.scale), round(cells.shape[0] * look.maps.scale)
        sure = cv2.resize(cells, size)[:height, :width, None] * np.float32(0.6)
        part = pixels[: sure.shape[0], : sure.shape[1]]
        part += sure * (np.array(colour, np.float32) - part)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def _read_picture(grey: Grey, page: Page) -> Image.Image:
    picture = Image.fromarray(grey).convert("RGB")
    draw = ImageDraw.Draw(picture)
    thick = max(1, max(grey.shape) // 600)
    for place, number in enumerate(page.numbers, 1):
        box, colour = number.box, COLOURS[number.decision]
        draw.polygon(number.quad, outline=colour, width=thick)
        size = max(10, min(40, box.height // 2))
        said = f"{place}: {number.text or '?'}"
        draw.text((box.x, box.y - 1.2 * size), said, fill=colour, font_size=size)
    return picture


def sheet_of(strips: list[Grey]) -> Image.Image:
    """The strips in reading order, rows of about 500 columns, enlarged."""
    rows: list[list[Grey]] = [[]]
    for strip in strips:
        if sum(len(s[0]) + 4 for s in rows[-1]) + strip.shape[1] > 516:
            rows.append([])
        rows[-1].append(strip)
    width = max(520, *(4 + strip.shape[1] for strip in strips))
    sheet = np.full((36 * len(rows), width), 90, np.uint8)
    for place, row in enumerate(rows):
        left = 2
        for strip in row:
            sheet[36 * place + 2 : 36 * place + 34, left : left + strip.shape[1]] = strip
            left += strip.shape[1] + 4
    picture = Image.fromarray(sheet)
    size = picture.width * ENLARGED, picture.height * ENLARGED
    return picture.resize(size, Image.Resampling.NEAREST)
