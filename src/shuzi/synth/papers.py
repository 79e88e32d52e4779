"""What paper looks like: its stock, what is printed on it, its wear, and ink of every kind."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from shuzi.synth.canvas import Canvas, Plane
from shuzi.synth.noise import blurred, clouds, grain, tiled
from shuzi.synth.views import Relief
from shuzi.synth.writer import printed_words

Pattern = Callable[[tuple[int, int], float, np.random.Generator], Plane]
FAINTEST = 30.0
"""Grey values between ink and paper, of 255, that a person reads comfortably; of small digits as
many more as they are smaller than `EASY` pixels."""
EASY = 18.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with all that is on it.

    Args:
        grey: float32 (height, width), about 0 to 255.
        depth: grey values between its paper and the strokes of its numbers.
        level: its paper's grey.
    """

    grey: Plane
    depth: float
    level: float


def sheet_of_paper(
    canvas: Canvas,
    size: float,
    solid: float,
    rng: np.random.Generator,
    *,
    worn: bool = True,
    chalk: bool = False,
) -> Sheet:
    """The canvas on paper, or on a board in chalk.

    Args:
        size: pixels that digits are high.
        solid: how dark the strokes of its numbers will be seen where full ink is 1: thin ones are
            paler. No ink is so pale that it would not be read.
        worn: whether the paper is of any kind, with stains and folds, or white.
    """
    lightest = 255 if not worn or rng.random() < 0.3 else 245
    darkest = 225 if not worn else 60
    # Most paper is light.
    level = lightest - (lightest - darkest) * float(rng.beta(1, 2.2))
    faintest = FAINTEST * max(1.0, EASY / size)
    level = max(level, min(250.0, 1.4 * faintest / solid))
    faintest = min(0.97, faintest / (solid * level))
    ink, other, lines = _strengths(faintest, rng, worn=worn)
    depth = ink * solid * level
    written = np.maximum(np.maximum(ink * canvas.ink, other * canvas.other), lines * canvas.lines)
    if rng.random() < 0.35:
        written *= 1 - rng.uniform(0.05, 0.15) * np.abs(clouds(canvas.shape, 6 * size, rng))
    if rng.random() < 0.3 or chalk:
        # A pencil or chalk leaves out the valleys of the paper.
        gaps = grain(canvas.shape, rng, rng.uniform(0, 0.06 * size))
        written *= (1 - rng.uniform(0.1, 0.4) * gaps).clip(0.3, 1)
    grey = _stock(canvas, size, level, depth, rng) if worn else np.full(canvas.shape, level)
    grey = grey.astype(np.float32) * (1 - written)
    if chalk:
        grey = (255 - grey) * (rng.uniform(0.75, 1)) + 8 * clouds(canvas.shape, 4 * size, rng)
    return Sheet(np.asarray(grey, np.float32), depth, level)


def _strengths(
    faintest: float, rng: np.random.Generator, *, worn: bool
) -> tuple[float, float, float]:
    """Of the paper's brightness what numbers, other writing and lines take away."""
    pencil = rng.random() < (0.3 if worn else 0.1)
    ink = rng.uniform(faintest, max(faintest, 0.45)) if pencil else rng.uniform(0.5, 0.97)
    ink = max(ink, faintest)
    # Forms are printed in one ink and filled in with another; notes are written with one.
    other = ink if rng.random() < 0.4 else max(faintest, rng.uniform(0.4, 0.95))
    return ink, other, float(rng.choice([ink, rng.uniform(0.2, 0.95)]))


def _stock(
    canvas: Canvas, size: float, level: float, depth: float, rng: np.random.Generator
) -> Plane:
    """Bare paper with what was printed on it before anybody wrote."""
    shape = canvas.shape
    paper = np.full(shape, level, np.float32)
    if rng.random() < PRINTED:
        which = int(rng.choice(len(PATTERNS), p=[share for _, share, _ in PATTERNS]))
        draw, _, strongest = PATTERNS[which]
        paper -= rng.uniform(0.3, 1) * min(60.0, strongest * depth) * draw(shape, size, rng)
    newspaper = rng.random() < 0.06
    if newspaper or rng.random() < SHOWING:
        strength = (
            rng.uniform(0.05, 0.25) if newspaper or rng.random() < 0.5 else rng.uniform(0.25, 0.5)
        )
        paper -= strength * min(depth, 150) * _show_through(canvas, size, rng)
    if newspaper or rng.random() < 0.5:
        strongest = min(6 if newspaper else 3, 0.1 * depth)
        paper += rng.uniform(0.4, strongest) * grain(shape, rng, rng.uniform(0, 0.08 * size))
    if rng.random() < 0.12:
        paper += min(30, 0.4 * depth) * _creases(shape, size, rng)
    if rng.random() < 0.35:
        paper += rng.uniform(1, 5) * clouds(shape, rng.uniform(2, 12) * size, rng)
    if rng.random() < 0.12:
        stained = clouds(shape, rng.uniform(4, 20) * size, rng) - rng.uniform(1.2, 2)
        paper *= 1 - rng.uniform(0.05, 0.25) * (stained * 3).clip(0, 1)
    return paper


def _rules(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Plane:
    plane = np.zeros(shape, np.float32)
    places = np.arange(rng.uniform(0, size), shape[0], size * rng.uniform(0.8, 2.5))
    for offset in range(_thickness(size, rng)):
        plane[(places.astype(int) + offset).clip(0, shape[0] - 1)] = 1
    return plane


def _squares(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Plane:
    plane = np.zeros(shape, np.float32)
    step, thick = max(5.0, size * rng.uniform(0.4, 1.3)), _thickness(size, rng)
    for at in (plane, plane.T):
        places = np.arange(rng.uniform(0, step), len(at), step).astype(int)
        for offset in range(thick):
            at[(places + offset).clip(0, len(at) - 1)] = 1
    return plane


def _thickness(size: float, rng: np.random.Generator) -> int:
    return max(1, round(size * rng.uniform(0.02, 0.07)))


def _bands(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Plane:
    """Shaded rows or columns, every second one, or a few."""
    plane = np.zeros(shape, np.float32)
    at = plane if rng.random() < 0.7 else plane.T
    pitch = size * rng.uniform(1, 4)
    every, regular = int(rng.integers(2, 5)), rng.random() < 0.7
    for i, start in enumerate(np.arange(-rng.uniform(0, pitch), len(at), pitch)):
        if i % every == 0 if regular else rng.random() < 0.3:
            at[max(0, int(start)) : max(0, int(start + pitch))] = 1
    return plane


def hatching(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Plane:
    """Fine parallel lines at any slope, or two sets of them."""
    period = max(4, round(size * rng.uniform(0.15, 0.5)))
    side = period * int(rng.integers(6, 12))
    y, x = np.mgrid[:side, :side] / np.float32(side)
    plane = np.zeros((side, side), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        across, along = rng.integers(-side // period, side // period + 1, 2)
        if across == along == 0:
            along = 3
        wave = np.cos(2 * np.pi * (across * x + along * y))
        plane = np.maximum(plane, (wave - rng.uniform(0.2, 0.7)).clip(0, 0.3) / 0.3)
    return tiled(plane.astype(np.float32), shape)


def guilloche(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Plane:
    """Fine wavy lines that cross, as on cheques."""
    side = round(size * rng.uniform(3, 8)) + 8
    y, x = np.mgrid[:side, :side] / np.float32(side) * np.float32(2 * np.pi)
    plane = np.zeros((side, side), np.float32)
    lines = max(2, round(side / max(4.0, size * rng.uniform(0.15, 0.4))))
    for _ in range(int(rng.integers(1, 4))):
        bent = rng.uniform(0.3, 3) * np.sin(int(rng.integers(1, 4)) * x + rng.uniform(0, 6))
        bent += rng.uniform(0, 1) * np.sin(int(rng.integers(1, 6)) * x + y)
        plane = np.maximum(plane, ((np.cos(lines * y + bent) - 0.5) / 0.4).clip(0, 1))
    return tiled(plane.astype(np.float32), shape)


def _dots(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Plane:
    """A printer's screen, or dotted paper."""
    step = max(3, round(size * float(rng.choice([0.12, 0.3, 0.6]))))
    tile = np.zeros((step, step), np.float32)
    cv2.circle(tile, (step // 2, step // 2), max(1, step // 8), 1.0, -1)
    return tiled(tile, shape)


def _emblem(shape: tuple[int, int], _: float, rng: np.random.Generator) -> Plane:
    """A watermark or a coat of arms: large figures or a large word, once or several times."""
    plane = np.zeros(shape, np.float32)
    reach = min(shape)
    for _ in range(int(rng.integers(1, 4))):
        radius = rng.uniform(0.1, 0.45) * reach
        at = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        centre = round(at[0]), round(at[1])
        kind = rng.integers(4)
        thick = max(1, round(radius * rng.uniform(0.03, 0.15)))
        if kind == 0:
            for part in (1, 0.8, 0.3)[: int(rng.integers(1, 4))]:
                cv2.circle(plane, centre, round(part * radius), 1.0, thick, cv2.LINE_AA)
        elif kind == 1:
            points = int(rng.integers(3, 9)) * 2
            angles = np.arange(points) * 2 * np.pi / points + rng.uniform(0, 6)
            far = radius * np.where(np.arange(points) % 2, rng.uniform(0.4, 1), 1)
            star = np.stack([at[0] + far * np.cos(angles), at[1] + far * np.sin(angles)], 1)
            filled = [star.round().astype(np.int32)]
            if rng.random() < 0.5:
                cv2.fillPoly(plane, filled, 1.0, cv2.LINE_AA)
            else:
                cv2.polylines(plane, filled, True, 1.0, thick, cv2.LINE_AA)
        else:
            word = printed_words(radius * rng.uniform(0.2, 0.6), rng)
            turn = cv2.getRotationMatrix2D(
                (word.shape[1] / 2, word.shape[0] / 2), rng.uniform(-60, 60), 1.0
            )
            turn[:, 2] += [at[0] - word.shape[1] / 2, at[1] - word.shape[0] / 2]
            np.maximum(plane, cv2.warpAffine(word, turn, shape[::-1]) / np.float32(255), out=plane)
    return plane


def _show_through(canvas: Canvas, size: float, rng: np.random.Generator) -> Plane:
    """Mirrored print of the other side, or the same layout written there."""
    shape = canvas.shape
    if rng.random() < 0.3:
        back = np.roll(canvas.dark[:, ::-1], int(rng.integers(shape[0])), 0)
    else:
        back = np.zeros(shape, np.float32)
        high = size * float(np.exp(rng.uniform(np.log(0.4), np.log(2.5))))
        bold = rng.random() < 0.3
        words = [printed_words(high, rng).astype(np.float32) / 255 for _ in range(8)]
        if bold:
            words = [
                np.asarray(cv2.dilate(word, np.ones((1, 1 + round(high / 12))))) for word in words
            ]
        y, down = rng.uniform(0, 4 * high), high * rng.uniform(1.7, 2.6)
        left, right = rng.uniform(0, 0.3) * shape[1], rng.uniform(0.5, 1) * shape[1]
        while y < shape[0] - 2 * high:
            x = left
            while x < right - rng.uniform(0, 3 * high):
                word = words[int(rng.integers(len(words)))]
                shown = back[int(y) : int(y) + len(word), int(x) : int(x) + word.shape[1]]
                np.maximum(shown, word[: len(shown), : shown.shape[1]], out=shown)
                x += word.shape[1] + 0.7 * high
            y += down * (2 if rng.random() < 0.1 else 1)
        back = back[:, ::-1]
    return blurred(back, 0.4 + 0.04 * size)


def _creases(shape: tuple[int, int], size: float, rng: np.random.Generator) -> Plane:
    """Where a sheet was folded, or crumpled: lines light on one side, dark on the other."""
    height, width = shape
    plane = np.zeros(shape, np.float32)
    thick = max(1, round(0.06 * size))
    crumpled = rng.random() < 0.4
    for _ in range(int(rng.integers(3, 12)) if crumpled else int(rng.integers(1, 4))):
        a, b = rng.uniform(0, 1, (2, 2))
        if not crumpled:
            # Across the whole sheet, in the middle or in thirds.
            side = int(rng.integers(2))
            a[side], b[side] = rng.choice([0.33, 0.5, 0.67]) + rng.normal(0, 0.01, 2)
            a[1 - side], b[1 - side] = 0, 1
        a, b = a * [width, height], b * [width, height]
        power = rng.uniform(0.2, 1)
        for shift, sign in ((0, 1.0), (thick, -1.0)):
            start, end = ((at + shift).round().astype(int).tolist() for at in (a, b))
            cv2.line(plane, start, end, sign * power, thick, cv2.LINE_AA)
    return blurred(plane, 0.5 + 0.3 * thick)


SHOWING = 0.22
"""Share of worn papers whose other side shows through."""
PRINTED = 0.6
"""Share of papers that something is printed on before anybody writes."""
PATTERNS: tuple[tuple[Pattern, float, float], ...] = (
    (_rules, 0.2, 0.5),
    (_squares, 0.22, 0.5),
    (_bands, 0.17, 0.35),
    (hatching, 0.08, 0.35),
    (guilloche, 0.12, 0.35),
    (_dots, 0.06, 0.35),
    (_emblem, 0.15, 0.5),
)
"""What may be printed: what draws it, float32, 1 full; its share; and how strong it is at most
beside the numbers' ink, less where it lies behind every stroke."""


def bent(shape: tuple[int, int], rng: np.random.Generator) -> Relief:
    """Curl, the spine of a book, folds or crumples of a sheet."""
    rows, columns = (max(8, round(48 * side / max(shape))) for side in shape)
    y, x = np.linspace(0, 1, rows)[:, None], np.linspace(0, 1, columns)
    up = np.zeros((rows, columns))
    light = np.ones((rows, columns))
    kind = rng.choice(["curl", "spine", "folds", "crumple"], p=[0.4, 0.2, 0.25, 0.15])
    if kind == "curl":
        angle = rng.uniform(0, np.pi)
        along = x * np.cos(angle) + y * np.sin(angle)
        up = np.sin(rng.uniform(1, 5) * along + rng.uniform(0, 6))
    elif kind == "spine":
        edge = x if rng.random() < 0.5 else 1 - x
        up = np.exp(-edge / rng.uniform(0.06, 0.25)) * np.ones((rows, 1))
        light = 1 - rng.uniform(0.1, 0.5) * np.exp(-edge / rng.uniform(0.02, 0.08)) + 0 * y
    elif kind == "folds":
        for along in (x + 0 * y, y + 0 * x):
            for place in (0.5, 0.33, 0.67)[: int(rng.integers(0, 3))]:
                up = up + rng.uniform(-1, 1) * np.abs(along - place + rng.normal(0, 0.02))
    else:
        spot = rng.uniform(0.1, 0.3) * max(rows, columns)
        up = clouds((rows, columns), spot, rng).astype(np.float64)
    steps = np.gradient(up)
    steepest = max(1e-6, *(float(np.abs(step).max()) for step in steps))
    towards = rng.normal(0, 1, 2)
    towards /= max(1.0, float(np.abs(towards).max()))
    # Of its own width or height a place of the sheet is seen at most so much wider or narrower.
    most = rng.uniform(0.02, 0.22)
    moved = up / steepest * most * max(shape) / max(rows, columns)
    slope = (steps[0] * towards[0] + steps[1] * towards[1]) / steepest
    light = light * (1 + rng.uniform(0.05, 0.25) * slope)
    across, down = moved * towards[1], moved * towards[0]
    return Relief(*(np.asarray(field, np.float32) for field in (across, down, light)))
