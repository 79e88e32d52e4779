"""What was seen of a page, as pictures and plain advice."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from shuzi.explain import COLOURS, advice, sheet_of, write_stages
from shuzi.recognise.glyph import normalise
from shuzi.recognise.strip import normalise_strip
from shuzi.result import Page
from shuzi.rules.groups import Group
from shuzi.rules.ink import find_digit, ink_contrast
from shuzi.rules.layout import Layout
from shuzi.rules.sight import Sight

Grey = NDArray[np.uint8]
RULED = (90, 160, 255)


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
    groups = sight.layout.groups if sight.layout else ()
    heights = [group.box.height for group in groups if not group.boxes]
    write_stages(page, stages, advice(grey, page, heights), folder)


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
        return {"4-strips": sheet_of(strips)} if strips else {}
    if sight.kind == "number":
        return {"4-strips": sheet_of([normalise_strip(grey)])}
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
