"""What was seen of a page, as pictures and plain advice."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shuzi.files import make_folder, write_atomically
from shuzi.recognise.glyph import normalise
from shuzi.recognise.strip import normalise_strip
from shuzi.result import Page
from shuzi.rules.groups import Group
from shuzi.rules.ink import find_digit, ink_contrast
from shuzi.rules.layout import Layout
from shuzi.rules.sight import Sight

Grey = NDArray[np.uint8]
COLOURS = {"accept": (20, 150, 60), "review": (235, 140, 0), "reject": (220, 30, 30)}
RULED = (90, 160, 255)
SMALL = 12
"""Pixels: lower digits are hard to tell apart."""
DARK = 70
"""Of 255: paper that is darker than this was shot in the dark."""
MANY, ONE_HEIGHT = 8, 0.015
"""So many numbers, half of them within that share of the middle height, are printed."""
ENLARGED = 3


def write_explanation(grey: Grey, sight: Sight, page: Page, folder: Path) -> None:
    """Write <name>-1-grey.png, -2-ink.png, -3-box.png, what the model saw, and -5-advice.txt.

    The model saw -4-glyph.png of a digit, or -4-strips.png of numbers; the name ends in the page
    if it is not the first.

    Raises:
        OutputError: the folder cannot be written.
    """
    stages = {"1-grey": Image.fromarray(grey), "2-ink": _ink_picture(grey, sight)}
    stages["3-box"] = _box_picture(grey, page)
    stages |= _model_picture(grey, sight)
    name = _name(page)
    make_folder(folder)
    for stage, picture in stages.items():
        with write_atomically(folder / f"{name}-{stage}.png") as temporary:
            picture.save(temporary, format="PNG")
    groups = sight.layout.groups if sight.layout else ()
    lines = advice(grey, page, groups) or ["Nothing to improve."]
    with write_atomically(folder / f"{name}-5-advice.txt") as temporary:
        temporary.write_text("".join(f"{line}\n" for line in lines))


def model_inputs(grey: Grey, sight: Sight, page: Page) -> list[Grey]:
    """What the model saw of each number of the page: its glyph (28, 28) or strip (32, w)."""
    if sight.layout is not None:
        layout = sight.layout
        groups = {layout.on_picture(group.box): group for group in layout.groups}
        # A number with signs lies in the box of its ink with theirs.
        marked = [layout.marked(group) for group in layout.groups if group.marks]
        groups = {layout.on_picture(group.box): group for group in marked} | groups
        return [_strip(layout, groups[number.box]) for number in page.numbers]
    if page.kind == "digit" and sight.ink is not None:
        return [normalise(sight.ink.values) for _ in page.numbers]
    return [normalise_strip(grey) for _ in page.numbers]


def advice(grey: Grey, page: Page, groups: tuple[Group, ...] = ()) -> list[str]:
    """What to do for a better reading, a sentence each; empty if there is nothing to say."""
    said = []
    if np.percentile(grey, 90) < DARK:
        said.append("The picture is too dark: use more light.")
    if not page.numbers:
        said.append("No number was found. Is the ink darker or lighter than its paper?")
    if _look_printed(groups):
        said.append(
            "The numbers look printed, being all of one height; shuzi reads handwriting best."
        )
    for number in page.numbers:
        if number.decision == "accept":
            continue
        box, where = number.box, f"{number.text} at {number.box.x}, {number.box.y}"
        if box.height < SMALL:
            said.append(f"{where} is too small: {box.height} pixels high. Go closer.")
        elif _at_edge(number.box.to_list(), grey.shape):
            said.append(f"{where} touches the edge: leave some paper around it.")
        else:
            said.append(f"{where} is unsure ({number.confidence:.0%}): look at it.")
    return said


def _look_printed(groups: tuple[Group, ...]) -> bool:
    heights = np.array([group.box.height for group in groups if not group.boxes])
    if len(heights) < MANY:
        return False
    middle = float(np.median(heights))
    return middle >= SMALL and float(np.median(np.abs(heights - middle))) <= ONE_HEIGHT * middle


def _name(page: Page) -> str:
    stem = "stdin" if page.source == "-" else Path(page.source).stem
    return stem + (f"-p{page.page}" if page.page > 1 else "")


def _at_edge(box: list[int], shape: tuple[int, ...]) -> bool:
    x, y, width, height = box
    return x <= 1 or y <= 1 or x + width >= shape[1] - 1 or y + height >= shape[0] - 1


def _ink_picture(grey: Grey, sight: Sight) -> Image.Image:
    if sight.layout is None:
        contrast = ink_contrast(grey)
        return Image.fromarray((255 - contrast / max(contrast.max(), 1) * 255).astype(np.uint8))
    pixels = np.repeat(255 - sight.layout.contrast[..., None], 3, axis=-1)
    pixels[sight.layout.ruled > 0] = RULED
    return Image.fromarray(pixels)


def _box_picture(grey: Grey, page: Page) -> Image.Image:
    picture = Image.fromarray(grey).convert("RGB")
    draw = ImageDraw.Draw(picture)
    thick = max(1, max(grey.shape) // 600)
    for number in page.numbers:
        box, colour = number.box, COLOURS[number.decision]
        corners = (box.x - 1, box.y - 1, box.right, box.bottom)
        draw.rectangle(corners, outline=colour, width=thick)
        size = max(10, min(40, box.height // 2))
        draw.text((box.x, box.y - 1.2 * size), number.text, fill=colour, font_size=size)
    return picture


def _model_picture(grey: Grey, sight: Sight) -> dict[str, Image.Image]:
    if sight.layout is not None:
        layout = sight.layout
        strips = [_strip(layout, group) for group in layout.groups]
        return {"4-strips": _sheet(strips)} if strips else {}
    if sight.kind == "number":
        return {"4-strips": _sheet([normalise_strip(grey)])}
    if sight.ink is None:
        return {}
    glyph = Image.fromarray(normalise(sight.ink.values))
    return {"4-glyph": glyph.resize((280, 280), Image.Resampling.NEAREST)}


def _strip(layout: Layout, group: Group) -> Grey:
    """What the models saw of a group, (32, w): its strip, or its boxes' digits side by side."""
    if not group.boxes:
        return normalise_strip(layout.crop(group))
    if len(group.boxes) == 1:
        return normalise_strip(layout.paper_in(group.boxes[0]))
    inks = (find_digit(layout.paper_in(box)) for box in group.boxes)
    glyphs = [np.pad(normalise(ink.values), 2) for ink in inks if ink is not None]
    return np.hstack(glyphs) if glyphs else np.zeros((32, 32), np.uint8)


def _sheet(strips: list[Grey]) -> Image.Image:
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
