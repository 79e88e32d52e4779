"""What a camera or a scanner makes of a page: resolution, view, light, lens, sensor, file."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import MARGIN, Canvas, Plane, Written
from shuzi.synth.noise import blurred, clouds, grain, resized
from shuzi.synth.papers import Sheet, bent, sheet_of_paper
from shuzi.synth.sample import Sample, label
from shuzi.synth.shares import pick
from shuzi.synth.surroundings import put_objects, surface
from shuzi.synth.views import View, framed

SMALLEST, LARGEST = 40, 2000
"""Pixels of a picture's sides."""
LOWEST, USUAL, HIGHEST = 10, 60, 250
"""Pixels that digits are high: at least, at most in most pictures, at most."""
FINEST = 0.7
"""Pixels that strokes are wide at least in a page that is made smaller."""
READABLE = 16
"""Pixels that digits are high in a black and white picture, at least."""
SHARES = {"photo": 0.63, "scan": 0.19, "fax": 0.1, "screen": 0.08}
INVERTED = 0.16
"""Share of scans, faxes and screens that are light on dark."""
CHALK = 0.05
"""Share of photos that are of a board."""


def capture(canvas: Canvas, rng: np.random.Generator) -> Sample:
    """The page as a picture, with its labels where the camera sees them.

    The picture has any resolution; it may show the desk around the page, or a part of the page. A
    number that its edge cuts by more than a quarter is other writing, and not in `texts`.
    """
    drawn = _digit_height(canvas)
    canvas = _at_resolution(canvas, rng)
    # Enlarged, a page shows no more detail.
    size = min(_digit_height(canvas), 1.2 * drawn)
    kind = pick(SHARES, rng)
    if kind == "photo":
        return _photo(canvas, size, rng)
    if kind == "screen":
        picture, view = _screen(canvas, rng), _straight(canvas)
    else:
        black_white = kind == "fax" and size >= READABLE
        picture, view = _scan(canvas, size, rng, black_white=black_white)
    if rng.random() < INVERTED:
        picture = 255 - picture
    return Sample(_as_bytes(picture), *_labels(canvas, view))


def _labels(
    canvas: Canvas, view: View
) -> tuple[NDArray[np.uint16], NDArray[np.uint16], NDArray[np.uint8], tuple[str, ...]]:
    """Extents, kernels, other writing and texts of what the camera sees."""
    seen = framed(canvas, view)
    extents, kernels, other = label(seen)
    texts = tuple(number.text for number in seen.numbers)
    return view.labels(extents), view.labels(kernels), view.labels(other), texts


def _as_bytes(picture: Plane) -> NDArray[np.uint8]:
    return np.asarray(picture.clip(0, 255), np.uint8)


def _at_resolution(canvas: Canvas, rng: np.random.Generator) -> Canvas:
    """The canvas so large that its digits are as high as a picture's are."""
    heights = _heights(canvas) if canvas.numbers else rng.uniform(15, 60, 1)
    usual, low = np.median(heights), np.quantile(heights, 0.1)
    wanted = rng.uniform(np.log(LOWEST + 1), np.log(USUAL if rng.random() < 0.85 else HIGHEST))
    most = np.exp(rng.uniform(np.log(400), np.log(LARGEST))) / max(canvas.shape)
    scale = max(min(np.exp(wanted) / usual, most, 2.0), LOWEST / low, SMALLEST / min(canvas.shape))
    scale = max(scale, min(1.0, FINEST / _stroke(canvas)))
    scale = min(scale, LARGEST / max(canvas.shape))
    height, width = (max(1, round(side * scale)) for side in canvas.shape)
    factor = np.array([width / canvas.shape[1], height / canvas.shape[0]])
    ink, other, lines = (
        resized(plane, (height, width)) for plane in (canvas.ink, canvas.other, canvas.lines)
    )
    numbers = [
        Written(number.text, ((number.quad + 0.5) * factor - 0.5).astype(np.float32))
        for number in canvas.numbers
    ]
    return Canvas(ink, other, lines, numbers)


def _stroke(canvas: Canvas) -> float:
    """Pixels that the strokes of numbers are wide, about: their ink over half their outline."""
    area = edge = 1e-3
    for number in canvas.numbers[:: 1 + len(canvas.numbers) // 4]:
        x, y, wide, high = cv2.boundingRect(number.quad)
        ink = canvas.ink[max(0, y) : y + high, max(0, x) : x + wide]
        area += float(ink.sum())
        edge += float(sum(np.abs(np.diff(ink, axis=axis)).sum() for axis in (0, 1)))
    return 2.5 * area / edge


def _heights(canvas: Canvas) -> NDArray[np.float64]:
    """Pixels that each number's ink is high."""
    quads = np.array([number.quad for number in canvas.numbers], np.float64)
    sides = np.linalg.norm(quads[:, [3, 2]] - quads[:, [0, 1]], axis=2).mean(1)
    return np.asarray(np.maximum(1, (sides - 2) / (1 + 2 * MARGIN)))


def _digit_height(canvas: Canvas) -> float:
    """Of the smaller ones, for these must stay readable."""
    return max(LOWEST, float(np.quantile(_heights(canvas), 0.2))) if canvas.numbers else 12.0


def _blur(canvas: Canvas, size: float, rng: np.random.Generator) -> tuple[float, float]:
    """A lens's blur with which the numbers can still be read, and how dark their strokes are then
    seen where full ink is 1."""
    chosen = rng.permutation(len(canvas.numbers))[:6]
    boxes = [cv2.boundingRect(canvas.numbers[i].quad) for i in chosen]
    patches = [
        canvas.ink[max(0, y - 4) : y + high + 4, max(0, x - 4) : x + wide + 4]
        for x, y, wide, high in boxes
    ]
    patches = [patch for patch in patches if patch.size and patch.max() > 0.1]
    sharp = _solid(patches, 0.0)
    sigma = 0.2 + 0.042 * size * float(rng.beta(1, 2))
    while _solid(patches, sigma) < 0.5 * sharp and sigma > 0.3:
        sigma *= 0.7
    return sigma, max(0.1, _solid(patches, sigma))


def _solid(patches: list[Plane], sigma: float) -> float:
    if not patches:
        return 0.9
    strokes = [
        float(np.median((blurred(patch, sigma) if sigma else patch)[patch > 0.4 * patch.max()]))
        for patch in patches
    ]
    return float(np.quantile(strokes, 0.25))


def _screen(canvas: Canvas, rng: np.random.Generator) -> Plane:
    """Drawn with a mouse or printed to a file: flat, without any grain."""
    paper = 255.0 if rng.random() < 0.7 else rng.uniform(225, 255)
    if rng.random() < 0.3:
        thin = [plane / max(0.3, float(plane.max())) for plane in (canvas.ink, canvas.other)]
        dark = np.maximum(np.maximum(*thin) > 0.35, canvas.lines)
    else:
        dark = np.maximum(np.maximum(canvas.ink, canvas.other), canvas.lines * rng.uniform(0.5, 1))
    solid = _blur(canvas, 0.0, rng)[1]
    least = min(1.0, 60 / (255 * solid))
    picture = np.asarray(paper * (1 - rng.choice([1.0, rng.uniform(least, 1)]) * dark), np.float32)
    return _jpeg(picture, int(rng.integers(50, 96))) if rng.random() < 0.3 else picture


def _straight(canvas: Canvas) -> View:
    height, width = canvas.shape
    return View.through(_frame(0, 0, width, height), (height, width), canvas.shape)


def _frame(left: float, top: float, right: float, bottom: float) -> NDArray[np.float64]:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def _scan(
    canvas: Canvas, size: float, rng: np.random.Generator, *, black_white: bool
) -> tuple[Plane, View]:
    sigma, solid = _blur(canvas, 0.5 * size, rng)
    sheet = sheet_of_paper(
        canvas, size, solid, rng, worn=rng.random() < (0.1 if black_white else 0.4)
    )
    height, width = canvas.shape
    inset = rng.uniform(-0.02, 0.03, 4) * (rng.random() < 0.5) * [width, height, width, height]
    frame = _frame(inset[0], inset[1], width - inset[2], height - inset[3])
    view = View.through(_turned(frame, rng.normal(0, 0.7)), _size(frame), canvas.shape)
    beyond = float(rng.choice([255, sheet.level, rng.uniform(0, 60)], p=[0.3, 0.6, 0.1]))
    scene = blurred(view.seen(sheet.grey, beyond), sigma)
    noise = rng.uniform(0, 0.08) * sheet.depth if rng.random() < 0.6 else 0.3
    scene += noise * grain(scene.shape, rng, rng.uniform(0, 0.8))
    if black_white:
        return _thresholded(scene, sheet, rng), view
    if rng.random() < 0.25:
        scene = _sharpened(scene, rng)
    return _jpeg(scene, int(rng.integers(40, 96))) if rng.random() < 0.6 else scene, view


def _thresholded(scene: Plane, sheet: Sheet, rng: np.random.Generator) -> Plane:
    """Black and white, as a fax or an old scanner gives it, now and then smoothed by a viewer."""
    limit = sheet.level - rng.uniform(0.4, 0.65) * sheet.depth
    picture = np.where(scene > limit, np.float32(255), np.float32(0))
    if rng.random() < 0.3:
        picture[grain(scene.shape, rng) > rng.uniform(3, 4)] = 0
    if rng.random() < 0.4:
        picture = blurred(picture, rng.uniform(0.4, 0.8))
    return _jpeg(picture, int(rng.integers(40, 96))) if rng.random() < 0.3 else picture


def _photo(canvas: Canvas, size: float, rng: np.random.Generator) -> Sample:
    sigma, solid = _blur(canvas, size, rng)
    chalk = rng.random() < CHALK
    sheet = sheet_of_paper(canvas, size, solid, rng, worn=not chalk, chalk=chalk)
    # A crop of a digit or a few shows nothing around the paper.
    crop = min(canvas.shape) < max(100, 2.5 * size)
    relief = bent(canvas.shape, rng) if rng.random() < 0.4 and not crop else None
    grey = sheet.grey
    if relief is not None:
        grey = grey * resized(relief.light, canvas.shape)
    frame = _around_crop(canvas, rng) if crop else _around(canvas, rng)
    view = View.through(_held(frame, rng, steady=crop), _size(frame), canvas.shape, relief)
    extents, kernels, other, texts = _labels(canvas, view)
    covered = view.seen(np.ones(canvas.shape, np.float32), 0)
    scene = view.seen(grey)
    beyond = not crop and covered.min() < 1
    if beyond:
        scene = _laid_down(scene, covered, sheet.level, min(canvas.shape), rng)
    if not crop and rng.random() < (0.5 if beyond else 0.12):
        other[put_objects(scene, extents == 0, min(canvas.shape), rng)] = 0
    light = _light(scene.shape, sheet.depth, rng)
    # Paper that is white all over shows no pale ink.
    brightest = sheet.level * float(light.max()) * (relief.light.max() if relief else 1)
    scene *= light * min(1.0, (255 + 0.3 * sheet.depth) / brightest)
    scene = _exposed(scene, sigma, size, sheet.depth, rng)
    return Sample(_as_bytes(scene), extents, kernels, other, texts)


def _around(canvas: Canvas, rng: np.random.Generator) -> NDArray[np.float64]:
    """What of the sheet and of the desk around it is in the picture: its corners on the sheet."""
    kind = rng.choice(["inside", "whole", "part"], p=[0.4, 0.3, 0.3])
    if kind == "inside":
        more = rng.uniform(-0.06, 0.02, 4)
        if rng.random() < 0.4:
            more -= rng.uniform(0, 0.3, 4) * (rng.random(4) < 0.5)
    elif kind == "whole":
        share = rng.dirichlet([2, 2, 2, 2]) * 2
        more = (1 / rng.uniform(0.55, 0.97) - 1) * share
    else:
        outside = rng.random(4) < 0.35
        more = np.where(outside, rng.uniform(0.02, 0.4, 4), rng.uniform(-0.2, 0, 4))
    height, width = canvas.shape
    left, top, right, bottom = more * [width, height, width, height]
    scale = min(1, LARGEST / max(width + left + right, height + top + bottom))
    if scale < 1:
        left, top, right, bottom = (min(0.0, side) for side in (left, top, right, bottom))
    return _frame(-left, -top, width + right, height + bottom)


def _around_crop(canvas: Canvas, rng: np.random.Generator) -> NDArray[np.float64]:
    height, width = canvas.shape
    left, top, right, bottom = rng.uniform(-0.03, 0.03, 4) * min(height, width)
    return _frame(left, top, width + right, height + bottom)


def _size(frame: NDArray[np.float64]) -> tuple[int, int]:
    """Height and width of the picture that shows an upright frame at the sheet's scale."""
    width, height = np.abs(frame[2] - frame[0])
    return (
        min(LARGEST, max(SMALLEST, round(height))),
        min(LARGEST, max(SMALLEST, round(width))),
    )


def _held(
    frame: NDArray[np.float64], rng: np.random.Generator, *, steady: bool
) -> NDArray[np.float64]:
    """As a hand holds the camera: turned a little, and not quite from above."""
    angle = float(np.clip(rng.normal(0, 2.5), -8, 8))
    if rng.random() < 0.05 and not steady:
        angle = rng.uniform(-25, 25)
    reach = frame.max(0) - frame.min(0)
    askew = 0.01 if steady else float(rng.choice([0.01, 0.025, 0.06], p=[0.4, 0.45, 0.15]))
    moved = askew * rng.normal(0, 1, (4, 2)).clip(-2, 2) * reach
    return np.asarray(_turned(frame, angle) + moved)


def _turned(frame: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = frame.mean(0)
    return np.asarray((frame - middle) @ turn + middle)


def _laid_down(
    scene: Plane, covered: Plane, level: float, unit: float, rng: np.random.Generator
) -> Plane:
    """The sheet, seen where it covers, on something, with its shadow on it."""
    desk = surface(covered.shape, unit, rng)
    if rng.random() < 0.12:
        # On more of the same paper its edge is hardly seen.
        desk += level * rng.uniform(0.9, 1.05) - np.median(desk)
    height, width = covered.shape
    small = resized(covered, (max(1, height // 4), max(1, width // 4)))
    spread = rng.uniform(0.002, 0.03) * unit / 4
    across, down = rng.normal(0, spread + 0.5, 2)
    moved = np.array([[1, 0, across], [0, 1, down]])
    small = np.asarray(
        cv2.warpAffine(small, moved, small.shape[::-1], borderMode=cv2.BORDER_REPLICATE), np.float32
    )
    shadow = resized(blurred(small, spread + 0.5), (height, width))
    desk *= 1 - np.float32(rng.uniform(0.1, 0.6)) * shadow
    return np.asarray(desk + covered * (scene - desk), np.float32)


def _light(shape: tuple[int, int], depth: float, rng: np.random.Generator) -> Plane:
    """The light on everything, about 1: to a side, into the corners, somebody's shadow."""
    rows, columns = (max(2, side // 4) for side in shape)
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    slopes = rng.normal(0, 0.1, 3)
    light = 1 + slopes[0] * x + slopes[1] * y + slopes[2] * x * y
    if rng.random() < 0.3:
        light -= rng.uniform(0.05, 0.2) * (x**2 + y**2)
    # Pale writing is not read in a deep shadow.
    deepest = 0.15 if depth < 50 else 0.5
    if rng.random() < 0.35:
        light *= 1 - rng.uniform(0.08, deepest) * _shadow(rows, columns, rng)
    light = light.clip(0.45, 1.2).astype(np.float32)
    return resized(light, shape)


def _shadow(rows: int, columns: int, rng: np.random.Generator) -> Plane:
    """Of a head, a hand, a telephone, a window's bar: 0 to 1, its edge soft or hard."""
    mask = np.zeros((rows, columns), np.float32)
    reach = max(rows, columns)
    centre = rng.uniform(0, 1, 2) * [columns, rows]
    if rng.random() < 0.5:
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        far = rng.uniform(0.15, 0.7, 9) * reach
        corners = centre + far[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    else:
        sides = (float(reach * rng.uniform(0.1, 1)), float(reach * rng.uniform(0.5, 2)))
        corners = cv2.boxPoints((tuple(map(float, centre)), sides, rng.uniform(0, 180)))
    cv2.fillPoly(mask, [np.asarray(corners).astype(np.int32)], 1.0)
    spread = float(np.exp(rng.uniform(np.log(0.5), np.log(0.12 * reach + 1))))
    return blurred(mask, spread)


def _exposed(
    scene: Plane, sigma: float, size: float, depth: float, rng: np.random.Generator
) -> Plane:
    """Through the lens onto the sensor, and what the telephone makes of it."""
    if rng.random() < 0.08 and depth > 80:
        glare = clouds(scene.shape, rng.uniform(0.2, 0.6) * max(scene.shape), rng) - 0.8
        scene += (0.6 * glare).clip(0, 0.5) * (255 - scene)
    scene = blurred(scene, sigma)
    worse = rng.random()
    if worse < 0.1:
        scene = _moved(scene, rng.uniform(1.2, max(2, 0.12 * size)), rng)
    elif worse < 0.3 and size > 14:
        factor = rng.uniform(12 / size, 0.95)
        height, width = (max(1, round(side * factor)) for side in scene.shape)
        scene = resized(resized(scene, (height, width)), scene.shape)
    noise = rng.uniform(0.3, 0.5 + (0.07 + 0.001 * min(size, 60)) * depth)
    scene += noise * grain(scene.shape, rng, rng.uniform(0.5, 1.5) if rng.random() < 0.4 else 0)
    if rng.random() < 0.1:
        scene = _whitened(scene, 235 + min(40, 0.4 * depth))
    if rng.random() < 0.25:
        scene = _sharpened(scene, rng)
    # What is small or pale does not survive strong compression.
    worst = 25 if size > 16 and depth > 60 else 55
    return _jpeg(scene, int(rng.integers(worst, 96))) if rng.random() < 0.8 else scene


def _moved(scene: Plane, length: float, rng: np.random.Generator) -> Plane:
    """The camera moved while it looked."""
    side = int(length) // 2 * 2 + 3
    kernel = np.zeros((side, side), np.float32)
    angle, middle = rng.uniform(0, np.pi), side // 2
    way = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    a, b = (tuple((16 * (middle + sign * way)).round().astype(int).tolist()) for sign in (-1, 1))
    cv2.line(kernel, a, b, 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(scene, -1, kernel / kernel.sum()), np.float32)


def _sharpened(scene: Plane, rng: np.random.Generator) -> Plane:
    """With halos around what is dark."""
    amount = np.float32(rng.uniform(0.4, 1.8))
    return scene + amount * (scene - blurred(scene, rng.uniform(0.8, 3)))


def _whitened(scene: Plane, white: float) -> Plane:
    """As a telephone's scanner makes paper white and even."""
    height, width = scene.shape
    small = resized(scene, (max(1, height // 8), max(1, width // 8)))
    small = np.asarray(cv2.dilate(small, np.ones((5, 5), np.uint8)), np.float32)
    around = resized(blurred(small, 6), scene.shape)
    return np.asarray(scene / np.maximum(around, 20) * white, np.float32)


def _jpeg(picture: Plane, quality: int) -> Plane:
    _, data = cv2.imencode(".jpg", _as_bytes(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.float32)
