"""What surrounds a number on paper, and what a camera or a scanner makes of it."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.noise import resized
from shuzi.synth.papers import guilloche, hatching
from shuzi.synth.printing import print_words
from shuzi.synth.writing import TALL, Ink

SMALLEST = 10.5
"""Pixels that digits are high at least."""
FAINTEST = 18.0
"""Grey values between ink and paper, of 255, at least."""
READABLE = 24
"""Rows of a black and white picture at least."""
PATTERNED = 0.16
"""Share of papers with hatching or guilloche, as of cheques."""


@dataclass(slots=True)
class Scene:
    """Ink and print on a piece of paper, float32 (height, width), 1 full ink."""

    ink: NDArray[np.float32]
    print: NDArray[np.float32]
    left: int
    top: int
    right: int
    bottom: int
    """Where the line of writing lies."""
    kinds: list[str] = field(default_factory=list)
    """What it is composed of, to count by: `paper: box`."""

    @classmethod
    def blank(cls, height: int, width: int) -> "Scene":
        ink, marks = (np.zeros((height, width), np.float32) for _ in range(2))
        return cls(ink, marks, 0, 0, width, height)


def lay_out(line: Ink, rng: np.random.Generator) -> Scene:
    """A line of writing with paper around it; now and then cut a little by the crop's edge."""
    margins = _margins(rng)
    height, width = line.shape
    shape = margins[0] + height + margins[1], margins[2] + width + margins[3]
    ink = np.zeros(shape, np.float32)
    ink[margins[0] : margins[0] + height, margins[2] : margins[2] + width] = line / 255
    top, left = margins[0], margins[2]
    if rng.random() < 0.1:
        ink, top, left = _cut_edge(ink, margins, rng)
    return Scene(ink, np.zeros_like(ink), left, top, left + width, top + height)


def _margins(rng: np.random.Generator) -> list[int]:
    """Of paper above, below, left and right; now tight, now as in a field of a form."""
    tight = rng.random() < 0.4
    above, below = rng.uniform(0.05, 0.25, 2) if tight else rng.uniform(0.1, 0.8, 2)
    left, right = rng.uniform(0.05, 0.4, 2) if tight else rng.gamma(1.5, 0.5, 2)
    return [round(TALL * side) + 1 for side in (above, below, left, right)]


def _cut_edge(
    ink: NDArray[np.float32], margins: list[int], rng: np.random.Generator
) -> tuple[NDArray[np.float32], int, int]:
    """What is left, and the writing's top and left in it."""
    above, below, left, right = margins
    side, gone = int(rng.integers(4)), round(TALL * rng.uniform(0.02, 0.18))
    if side == 0:
        return ink[above + gone :], -gone, left
    if side == 1:
        return ink[: -below - gone], above, left
    gone = max(1, gone // 3)
    if side == 2:
        return ink[:, left + gone :], above, -gone
    return ink[:, : -right - gone], above, left


def add_cells(scene: Scene, middles: list[int], pitch: int, rng: np.random.Generator) -> None:
    """A form's boxes, one digit in each; or combs, or marks between them.

    Args:
        middles: columns of the writing where its digits stand.
        pitch: pixels from one box to the next.
    """
    if not middles:
        return
    paper, strength, thick = scene.print, rng.uniform(0.15, 1.0), int(rng.integers(1, 4))
    top, bottom = (
        scene.top - TALL * rng.uniform(0.02, 0.3),
        scene.bottom + TALL * rng.uniform(0, 0.3),
    )
    left, comb = scene.left + middles[0] - pitch / 2, rng.random() < 0.25
    xs = [left + i * pitch for i in range(len(middles) + 1)]
    for x in xs:
        _line(paper, (x, bottom - 0.3 * TALL if comb else top), (x, bottom), thick, strength)
    _line(paper, (xs[0], bottom), (xs[-1], bottom), thick, strength)
    if not comb:
        _line(paper, (xs[0], top), (xs[-1], top), thick, strength)


def add_print(scene: Scene, rng: np.random.Generator) -> None:
    """Rulings, boxes and squares, as forms and school paper have them."""
    kind, name = rng.random(), "plain"
    if kind < 0.34:
        name = "box"
        _box(scene.print, rng)
    elif kind < 0.46:
        name = "rulings"
        _rulings(scene.print, rng)
    elif kind < 0.52:
        name = "squares"
        _squares(scene.print, rng)
    elif kind < 0.6:
        name = "guide line"
        _guide(scene, rng)
    elif kind < 0.6 + PATTERNED:
        name = "pattern"
        _pattern(scene.print, rng)
    scene.kinds.append(f"paper: {name}")
    if rng.random() < 0.05:
        _print_beside(scene, rng)
        scene.kinds.append("beside: print")


def _box(paper: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Borders near the crop's edges, one or two each, of which some are missing."""
    height, width = paper.shape
    strength, thick = rng.uniform(0.15, 1.3), int(rng.integers(1, 5))
    for side in np.flatnonzero(rng.random(4) < 0.6):
        for _ in range(int(rng.choice([1, 2], p=[0.75, 0.25]))):
            inset, slope = rng.gamma(1.3, 0.11) * TALL, rng.normal(0, 0.012)
            power = strength * rng.uniform(0.6, 1.2)
            if side < 2:
                y = inset if side == 0 else height - 1 - inset
                _line(paper, (0, y), (width, y + slope * width), thick, power)
            else:
                x = inset if side == 2 else width - 1 - inset
                _line(paper, (x, 0), (x + slope * height, height), thick, power)


def _rulings(paper: NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = paper.shape
    strength, thick = rng.uniform(0.1, 0.8), int(rng.integers(1, 4))
    y, step = rng.uniform(0, TALL), rng.uniform(0.5, 2.0) * TALL
    slope = rng.normal(0, 0.015)
    while y < height:
        _line(paper, (0, y), (width, y + slope * width), thick, strength)
        y += step


def _guide(scene: Scene, rng: np.random.Generator) -> None:
    """A dotted, broken or whole line to write on; or one that ends at the first digit."""
    strength, thick = rng.uniform(0.3, 1.1), int(rng.integers(1, 4))
    step, y = rng.uniform(0.08, 0.3) * TALL, scene.bottom + rng.normal(0, 0.08) * TALL
    length = step if rng.random() < 0.25 else rng.uniform(0, 0.6) * step
    end = scene.print.shape[1]
    if rng.random() < 0.35:
        y, end = y - rng.uniform(0, 0.15) * TALL, round(scene.left + rng.normal(0, 0.15) * TALL)
    for x in np.arange(rng.uniform(0, step), end, step):
        _line(scene.print, (x, y), (x + length, y), thick, strength)


def _pattern(paper: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Fine lines all over, paler than ink."""
    draw = guilloche if rng.random() < 0.65 else hatching
    # At half the resolution, which takes a quarter of the time and shows no less in the end.
    half = (paper.shape[0] + 1) // 2, (paper.shape[1] + 1) // 2
    pattern = resized(draw(half, TALL * rng.uniform(0.3, 0.9), rng), paper.shape)
    np.maximum(paper, rng.uniform(0.08, 0.4) * pattern, out=paper)


def _print_beside(scene: Scene, rng: np.random.Generator) -> None:
    """Small print of the form, above, below or well beside the number."""
    small = rng.uniform(0.25, 0.5)
    words = print_words(rng)
    size = [max(2, round(side * small)) for side in words.shape[::-1]]
    words = np.asarray(cv2.resize(words, size, interpolation=cv2.INTER_AREA), np.uint8)
    height, width = scene.print.shape
    kind = int(rng.integers(4))
    gap = round(TALL * rng.uniform(0.5, 1.0))
    top = rng.integers(0, max(1, height - len(words))) if kind < 2 else 0
    left = (scene.left - gap - words.shape[1], scene.right + gap, 0, 0)[kind]
    if kind >= 2:
        left = int(rng.integers(0, max(1, width - words.shape[1])))
        top = scene.top - round(0.08 * TALL) - len(words) if kind == 2 else scene.bottom + 4
    power = rng.uniform(0.4, 1) / 255
    y, x = max(0, top), max(0, left)
    words = words[y - top :, x - left :]
    target = scene.print[y : y + len(words), x : x + words.shape[1]]
    np.maximum(target, words[: target.shape[0], : target.shape[1]] * power, out=target)


def _squares(paper: NDArray[np.float32], rng: np.random.Generator) -> None:
    height, width = paper.shape
    strength, step = rng.uniform(0.08, 0.45), rng.uniform(0.35, 1.3) * TALL
    x, y = rng.uniform(0, step, 2)
    for row in np.arange(y, height, step):
        _line(paper, (0, row), (width, row), 1 + int(rng.integers(2)), strength)
    for column in np.arange(x, width, step):
        _line(paper, (column, 0), (column, height), 1 + int(rng.integers(2)), strength)


def _line(
    paper: NDArray[np.float32],
    start: tuple[float, float],
    end: tuple[float, float],
    thick: int,
    strength: float,
) -> None:
    a, b = (tuple(round(16 * value) for value in point) for point in (start, end))
    cv2.line(paper, a, b, strength, thick, cv2.LINE_AA, 4)


def add_neighbour(scene: Scene, line: Ink, rng: np.random.Generator) -> None:
    """Part of another line of writing, cut by one edge of the crop; the edge shows less than a
    digit of it."""
    height, width = scene.ink.shape
    side, other = int(rng.integers(4)), line.astype(np.float32) / 255
    shown = round(TALL * rng.uniform(0.05, 0.35))
    if side < 2:
        part = other[-shown:] if side == 0 else other[:shown]
        part = part[:, : width - 1]
        left = int(rng.integers(0, width - part.shape[1]))
        top = 0 if side == 0 else height - len(part)
    else:
        shown = max(2, shown // 2)
        part = other[:, -shown:] if side == 2 else other[:, :shown]
        part = part[: height - 1]
        left = 0 if side == 2 else width - part.shape[1]
        top = int(rng.integers(0, height - len(part)))
    target = scene.ink[top : top + len(part), left : left + part.shape[1]]
    if target.shape == part.shape:
        np.maximum(target, part, out=target)


def add_ghost(scene: Scene, line: Ink, rng: np.random.Generator) -> None:
    """Faint writing: of the page's other side, rubbed out, or a stamp's; anywhere, or behind it."""
    height, width = scene.print.shape
    size = max(2, round(line.shape[1] * rng.uniform(0.4, 1))), max(2, round(TALL * 0.7))
    line = line[:, ::-1] if rng.random() < 0.6 else line
    ghost = np.asarray(cv2.resize(line, size, interpolation=cv2.INTER_AREA), np.float32)
    blurred = cv2.GaussianBlur(ghost, (0, 0), rng.uniform(0.8, 2))
    ghost = np.asarray(blurred) * (rng.uniform(0.1, 0.5) / 255)
    top = int(rng.integers(0, max(1, height - len(ghost) // 2)))
    left = int(rng.integers(0, max(1, width - ghost.shape[1] // 4)))
    if rng.random() < 0.4:
        left = min(width - 1, scene.right + round(TALL * rng.uniform(-0.1, 0.3)))
    _show_through(scene, ghost, top, left)


def add_other_side(scene: Scene, line: Ink, rng: np.random.Generator) -> None:
    """The writing on the page's other side, mirrored and pale, beside the number on its line, above
    or below it."""
    height, width = scene.print.shape
    scale = rng.uniform(0.7, 1.1)
    size = round(line.shape[1] * scale), round(len(line) * scale)
    ghost = np.asarray(cv2.resize(line[:, ::-1], size, interpolation=cv2.INTER_AREA), np.float32)
    ghost = np.asarray(cv2.GaussianBlur(ghost / 255, (0, 0), rng.uniform(0.8, 3)), np.float32)
    pale = rng.uniform(0.08, 0.35)
    top = scene.top + round(TALL * rng.normal(0, 0.15))
    left = scene.right + round(TALL * rng.uniform(0.0, 0.6))
    if rng.random() < 0.4:
        top = int(rng.integers(-size[1] // 2, height))
        left = int(rng.integers(-size[0] // 2, width))
    _show_through(scene, pale * ghost, top, left)


def _show_through(scene: Scene, ghost: NDArray[np.float32], top: int, left: int) -> None:
    """Writing among the print, as far as it lies on the paper."""
    y, x = max(0, top), max(0, left)
    ghost = ghost[y - top :, x - left :]
    target = scene.print[y : y + len(ghost), x : x + ghost.shape[1]]
    np.maximum(target, ghost[: target.shape[0], : target.shape[1]], out=target)


def photograph(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The grey picture, uint8, its digits 10 to 46 pixels high, mostly dark on light."""
    ink, marks = scene.ink, scene.print
    if rng.random() < 0.25:
        ink = ink * _clouds(ink.shape, rng.uniform(4, 20), rng.uniform(0.1, 0.5), rng)
    if rng.random() < 0.04:
        # A dry pen leaves gaps.
        ink = ink * (_clouds(ink.shape, rng.uniform(1.5, 4), 1, rng) > rng.uniform(0.05, 0.2))
    dark = np.maximum(ink, marks)
    if rng.random() < 0.25:
        dark = _turned(dark, rng)
    size = float(np.exp(rng.uniform(np.log(SMALLEST), np.log(46))))
    scene.kinds.append(f"size: {'10-14' if size < 14 else '14-20' if size < 20 else '20-46'} px")
    dark = _shrunk(dark, size / TALL, rng)
    return _developed(dark, rng, scene.kinds, size)


def develop(scene: Scene, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A grey picture of the same size, uint8, in some light, with the grain of a sensor."""
    dark = np.maximum(scene.ink, scene.print)
    if rng.random() < 0.5:
        dark = np.asarray(cv2.GaussianBlur(dark, (0, 0), rng.uniform(0.4, 1.2)), np.float32)
    return _developed(dark, rng, [], faintest=0.25)


def rule(paper: NDArray[np.float32], step: float, first: float, rng: np.random.Generator) -> None:
    """Lines to write on, or none; now and then upright ones too, as squared paper has."""
    kind = rng.random()
    if kind < 0.4:
        return
    height, width = paper.shape
    strength, thick = rng.uniform(0.08, 0.3), int(rng.integers(1, 3))
    for y in np.arange(first, height, step if kind < 0.8 else step / 2):
        _line(paper, (0, y), (width, y), thick, strength)
    if kind >= 0.8:
        for x in np.arange(rng.uniform(0, step), width, step / 2):
            _line(paper, (x, 0), (x, height), thick, strength)


def _turned(dark: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """As a camera sees it that is not held straight, by a few degrees."""
    height, width = dark.shape
    angle = rng.normal(0, 2.5)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    border = cv2.BORDER_REPLICATE
    return np.asarray(cv2.warpAffine(dark, matrix, (width, height), borderMode=border), np.float32)


def _shrunk(
    dark: NDArray[np.float32], scale: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """At the picture's resolution, as sharp as the lens is."""
    if rng.random() < 0.6:
        # No more than what still lets a person read it.
        most = min(1.5, 0.25 + 0.045 * TALL * scale)
        dark = cv2.GaussianBlur(dark, (0, 0), rng.uniform(0.3, most) / min(scale, 1))  # type: ignore[assignment]
    elif rng.random() < 0.15:
        dark = _moved(dark, rng)
    size = [max(8, round(side * scale)) for side in dark.shape[::-1]]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(dark, size, interpolation=how), np.float32)


def _moved(dark: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The camera moved while it looked."""
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), np.float32)
    row = np.arange(length)
    kernel[[row, np.full(length, length // 2), row[::-1]][int(rng.integers(3))], row] = 1 / length
    return np.asarray(cv2.filter2D(dark, -1, kernel), np.float32)


def _developed(
    dark: NDArray[np.float32],
    rng: np.random.Generator,
    kinds: list[str],
    size: float = 40.0,
    faintest: float = 0.14,
) -> NDArray[np.uint8]:
    # Most paper is light; what is paler than this nobody would write with.
    paper = 255 - 195 * rng.beta(1, 1.7)
    contrast = np.exp(rng.uniform(np.log(faintest), np.log(0.95)))
    depth = max(contrast * paper, FAINTEST)
    kinds.append(f"contrast: {'faint' if depth < 30 else 'pale' if depth < 80 else 'dark'}")
    light = paper * _light(dark.shape, rng)
    grey = light - depth * dark
    noise = 0.12 * min(1, size / 20) * rng.beta(1, 1.6) * depth if rng.random() < 0.6 else 0.5
    grain = noise * rng.standard_normal(grey.shape, np.float32)
    if rng.random() < 0.4:
        grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.5, 1.2))) * 1.5
    picture = np.asarray(np.clip(grey + grain, 0, 255), np.uint8)
    # Of paler print a threshold makes ink, or nothing, by chance.
    if rng.random() < 0.05 and "paper: pattern" not in kinds and len(dark) > READABLE:
        kinds.append("file: black and white")
        limit = rng.uniform(0.3, 0.55) * float(dark.max())
        picture = np.where(dark + 0.7 * grain / depth > limit, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        picture = _jpeg(picture, int(rng.integers(20 if depth > 50 and size > 20 else 45, 95)))
    if rng.random() < 0.06:
        picture = 255 - picture
    return picture


def _light(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
    """The light on the paper: 1 in the mean, falling off to a side, perhaps with a shadow."""
    height, width = shape
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)[:, None]
    slopes = rng.normal(0, 0.08, 3)
    light = 1 + slopes[0] * x + slopes[1] * y + slopes[2] * x * y
    if rng.random() < 0.12:
        edge = (x * rng.normal() + y * rng.normal() + rng.uniform(-0.8, 0.8)) * rng.uniform(2, 12)
        light = light * (1 - rng.uniform(0.1, 0.5) / (1 + np.exp(-edge)))
    return np.asarray(light, np.float32)


def _clouds(
    shape: tuple[int, ...], size: float, strength: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """A factor around 1 - strength / 2 that varies over the paper with spots of about that size."""
    height, width = (max(2, round(side / size) + 1) for side in shape)
    coarse = rng.uniform(1 - strength, 1, (height, width)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR))


def _jpeg(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
