"""The fifteen corruptions of MNIST-C, for asking how a model fares on damaged digits.

Source: Mu and Gilmer (2019), "MNIST-C: A Robustness Benchmark for Computer Vision",
arXiv:1906.02337. These are implementations of our own after the paper's descriptions, at one
strength each, set by eye near the benchmark's so that a person still reads nearly every digit.
Scores compare with those on the published files, but they are not those.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.errors import UsageError

Images = NDArray[np.uint8]
Floats = NDArray[np.float32]
Corruption = Callable[[Images, np.random.Generator], Images]

SIDE = 28
PHOTONS = 5
"""Mean count at a pixel of full ink: strokes are clearly grainy, yet hold together."""
IMPULSES = 0.27
"""Share of pixels that become salt or pepper."""
GLASS_REACH, GLASS_SOFTNESS = 1, 0.7
"""Pixels: how far to each side light may stray, and sigma of the blur."""
MOTION = 5
"""Pixels that the camera moves, odd; at 7, thin strokes across it vanish."""
SHEAR = 0.6
"""Pixels to the side for each pixel up or down from the centre."""
SCALE = 0.6
DEGREES = 30.0
BRIGHTNESS = 0.6
"""Of full ink."""
SHIFT = 4
"""Pixels to the left or right and up or down: what MNIST's margin allows."""
STRIPE = slice(10, 18)
"""Columns."""
FOG, FOG_DECAY = 1.5, 1.8
"""Light of the thickest fog by full ink's; how its variation falls as its scale is halved."""
DROP_SIZE, DROP_LEVEL, DROP_GREY = 1.5, 1.3, 0.65
"""Sigma of the blur in pixels, standard deviations where a drop begins, share of full ink."""
DOT_SPACING, DOT_RADIUS = 4.0, 0.5
"""Pixels."""
TOOTH_SPACING, TOOTH_HEIGHT = 4.0, 2.5
"""Pixels along the line from a tooth's tip to the next valley, and aside from the line."""
CANNY_SIGMA, CANNY_LOW, CANNY_HIGH = 1.0, 100, 200
"""Blur in pixels; hysteresis thresholds of the Sobel gradient, whose full step is 1020."""


def corrupt(images: Images, name: str, seed: int = 0) -> Images:
    """The images with the corruption of this name, uint8 (n, 28, 28); the same for a seed.

    Args:
        images: uint8 (n, 28, 28), 0 paper to 255 ink; they stay as they are.
        name: a key of CORRUPTIONS.
        seed: not negative; every corruption makes a random stream of its own from it.
    """
    if name not in CORRUPTIONS:
        raise UsageError(f"No corruption {name!r}; there are {', '.join(CORRUPTIONS)}.")
    stream = np.random.SeedSequence(seed, spawn_key=(list(CORRUPTIONS).index(name),))
    return CORRUPTIONS[name](images, np.random.default_rng(stream))


def shot_noise(images: Images, rng: np.random.Generator) -> Images:
    """Photons counted: Poisson noise, whose mean is the image but for what exceeds full ink."""
    return _bytes(rng.poisson(images * (PHOTONS / 255)) * (255 / PHOTONS))


def impulse_noise(images: Images, rng: np.random.Generator) -> Images:
    """Salt and pepper in equal parts."""
    chance = rng.random(images.shape, np.float32)
    noisy = np.where(chance < IMPULSES, np.uint8(0), images)
    return np.where(chance < IMPULSES / 2, np.uint8(255), noisy)


def glass_blur(images: Images, rng: np.random.Generator) -> Images:
    """Frosted glass: a blur, each pixel seen somewhere near its place, another blur."""
    stray = rng.integers(-GLASS_REACH, GLASS_REACH, (2, *images.shape), endpoint=True)
    place = np.indices((SIDE, SIDE))[:, np.newaxis] + stray
    row, column = place.clip(0, SIDE - 1)
    behind = _blur(images.astype(np.float32), GLASS_SOFTNESS)
    shuffled = behind[np.arange(len(images))[:, np.newaxis, np.newaxis], row, column]
    return _bytes(_blur(shuffled, GLASS_SOFTNESS))


def motion_blur(images: Images, rng: np.random.Generator) -> Images:
    """The mean along a straight line of any direction, at an even speed."""
    track = np.zeros((MOTION, MOTION), np.float32)
    track[MOTION // 2] = 1
    blurred = np.empty_like(images)
    for index, degrees in enumerate(rng.uniform(0, 180, len(images))):
        turn = cv2.getRotationMatrix2D((MOTION // 2, MOTION // 2), degrees, 1)
        line = np.asarray(cv2.warpAffine(track, turn, (MOTION, MOTION)))
        kernel = line / line.sum()
        blurred[index] = cv2.filter2D(images[index], -1, kernel, borderType=cv2.BORDER_CONSTANT)
    return blurred


def shear(images: Images, rng: np.random.Generator) -> Images:
    """Slanted to the left or to the right, the middle row staying in its place."""
    matrices = np.tile(np.eye(2), (len(images), 1, 1))
    matrices[:, 0, 1] = SHEAR * _signs(rng, len(images))
    return _warp(images, matrices)


def scale(images: Images, _: np.random.Generator) -> Images:
    """Smaller, about the centre."""
    return _warp(images, SCALE * np.eye(2))


def rotate(images: Images, rng: np.random.Generator) -> Images:
    """Turned about the centre, clockwise or not."""
    angle = np.radians(DEGREES) * _signs(rng, len(images))
    cos, sin = np.cos(angle), np.sin(angle)
    return _warp(images, np.array([[cos, sin], [-sin, cos]]).transpose(2, 0, 1))


def brightness(images: Images, _: np.random.Generator) -> Images:
    """The same light added everywhere."""
    return _bytes(images + np.float32(BRIGHTNESS * 255))


def translate(images: Images, rng: np.random.Generator) -> Images:
    """Moved towards one of the four corners."""
    return _warp(images, np.eye(2), SHIFT * _signs(rng, (len(images), 2)))


def stripe(images: Images, _: np.random.Generator) -> Images:
    """Inverted along the columns in the middle."""
    striped = images.copy()
    striped[:, :, STRIPE] = 255 - striped[:, :, STRIPE]
    return striped


def fog(images: Images, rng: np.random.Generator) -> Images:
    """Seen through fog of uneven thickness, full ink in the thickest fog staying at 255."""
    return _bytes((images + FOG * 255 * _plasma(rng, len(images))) / (1 + FOG))


def spatter(images: Images, rng: np.random.Generator) -> Images:
    """Grey drops, soft at their edges, in front of the image: where blurred noise is high."""
    noise = _blur(rng.standard_normal(images.shape, np.float32), DROP_SIZE)
    # The sum of squares of a Gaussian kernel gives the deviation that the blur leaves.
    deviation = 1 / (2 * np.sqrt(np.pi) * DROP_SIZE)
    cover = ((noise / deviation - DROP_LEVEL) * 2).clip(0, 1)
    return _bytes(images * (1 - cover) + DROP_GREY * 255 * cover)


def dotted_line(images: Images, rng: np.random.Generator) -> Images:
    """A straight line of white dots, right across the image near its centre."""
    points, _ = _points(rng, len(images), DOT_SPACING)
    dots = np.zeros_like(images)
    for image, centres in zip(dots, _sixteenths(points), strict=True):
        for centre in centres:
            cv2.circle(image, centre, round(DOT_RADIUS * 16), 255, cv2.FILLED, cv2.LINE_AA, 4)
    return np.maximum(images, dots)


def zigzag(images: Images, rng: np.random.Generator) -> Images:
    """A white zigzag line, one pixel thick, right across the image near its centre."""
    points, aside = _points(rng, len(images), TOOTH_SPACING)
    points[:, ::2] += TOOTH_HEIGHT * aside
    points[:, 1::2] -= TOOTH_HEIGHT * aside
    lines = np.zeros_like(images)
    for image, corners in zip(lines, _sixteenths(points), strict=True):
        cv2.polylines(image, [corners], False, 255, 1, cv2.LINE_AA, 4)
    return np.maximum(images, lines)


def canny_edges(images: Images, _: np.random.Generator) -> Images:
    """255 on the edges that Canny's detector (1986) finds, 0 elsewhere."""
    smooth = _bytes(_blur(images.astype(np.float32), CANNY_SIGMA))
    edges = np.empty_like(images)
    for index, image in enumerate(smooth):
        edges[index] = cv2.Canny(image, CANNY_LOW, CANNY_HIGH, L2gradient=True)
    return edges


CORRUPTIONS: dict[str, Corruption] = {
    corruption.__name__: corruption
    for corruption in (
        shot_noise,
        impulse_noise,
        glass_blur,
        motion_blur,
        shear,
        scale,
        rotate,
        brightness,
        translate,
        stripe,
        fog,
        spatter,
        dotted_line,
        zigzag,
        canny_edges,
    )
}
"""By name, in the paper's order: uint8 images (n, 28, 28), ink bright, to the same."""


def _bytes(values: NDArray[np.floating]) -> Images:
    return np.asarray(np.rint(values.clip(0, 255)), np.uint8)


def _signs(rng: np.random.Generator, shape: int | tuple[int, ...]) -> NDArray[np.float64]:
    return rng.choice([-1.0, 1.0], shape)


def _blur(images: Floats, sigma: float) -> Floats:
    """Gaussian blur of every image, (n, 28, 28), its border mirrored."""
    blurred = np.empty_like(images)
    for index, image in enumerate(images):
        blurred[index] = cv2.GaussianBlur(image, (0, 0), sigma)
    return blurred


def _warp(
    images: Images, matrix: NDArray[np.float64], shift: float | NDArray[np.float64] = 0.0
) -> Images:
    """Every image mapped about its centre, what comes in from outside being 0.

    Args:
        images: uint8 (n, 28, 28).
        matrix: (2, 2) or (n, 2, 2), from (x, y) of the image to (x, y) of the result.
        shift: (n, 2), then added, in pixels.
    """
    centre = (SIDE - 1) / 2
    maps = np.zeros((len(images), 2, 3))
    maps[:, :, :2] = matrix
    maps[:, :, 2] = centre - centre * matrix.sum(axis=-1) + shift
    warped = np.empty_like(images)
    for index, affine in enumerate(maps):
        warped[index] = cv2.warpAffine(images[index], affine, (SIDE, SIDE))
    return warped


def _points(
    rng: np.random.Generator, n: int, spacing: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (n, k, 2) as (x, y) along a line across each image, and the unit (n, 1, 2) aside.

    The lines have any direction and pass within a quarter of the side from the centre.
    """
    angle = rng.uniform(0, np.pi, n)
    along = np.stack([np.cos(angle), np.sin(angle)], axis=1)[:, np.newaxis]
    aside = along[:, :, ::-1] * [-1, 1]
    off_centre = rng.uniform(-SIDE / 4, SIDE / 4, (n, 1, 1))
    # The diagonal is the longest way across.
    steps = np.arange(-SIDE / np.sqrt(2), SIDE / np.sqrt(2) + spacing, spacing)
    return (SIDE - 1) / 2 + off_centre * aside + steps[:, np.newaxis] * along, aside


def _sixteenths(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """OpenCV's fixed point with four bits after the point."""
    return np.asarray(np.rint(points * 16), np.int32)


def _plasma(rng: np.random.Generator, n: int) -> Floats:
    """Fractal clouds, (n, 28, 28), each from 0 to 1.

    Diamond-square algorithm, Fournier, Fussell and Carpenter (1982), on a grid of 32 that wraps
    around: the middle of four neighbours is their mean and a random amount, over and over at
    half the distance.
    """
    field = np.zeros((n, 32, 32), np.float32)
    step, amount = 32, 1.0

    def random(shape: tuple[int, ...]) -> NDArray[np.float64]:
        return rng.uniform(-amount, amount, shape)

    while step > 1:
        half = step // 2
        corners = field[:, ::step, ::step]
        centres = field[:, half::step, half::step]
        beside = corners + np.roll(corners, -1, axis=2)
        below = corners + np.roll(corners, -1, axis=1)
        centres[:] = (beside + np.roll(beside, -1, axis=1)) / 4 + random(corners.shape)
        above, left = np.roll(centres, 1, axis=1), np.roll(centres, 1, axis=2)
        field[:, ::step, half::step] = (beside + centres + above) / 4 + random(corners.shape)
        field[:, half::step, ::step] = (below + centres + left) / 4 + random(corners.shape)
        step, amount = half, amount / FOG_DECAY
    field = field[:, :SIDE, :SIDE]
    low, high = field.min(axis=(1, 2), keepdims=True), field.max(axis=(1, 2), keepdims=True)
    return np.asarray((field - low) / (high - low), np.float32)
