"""What lies around and on a sheet: desks, other sheets, pens, telephones, fingers. No numbers."""

import cv2
import numpy as np
from numpy.typing import NDArray

from shuzi.synth.canvas import Plane
from shuzi.synth.noise import clouds, grain, softened


def surface(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> Plane:
    """What a sheet lies on, float32 (height, width), about 0 to 255.

    Args:
        unit: pixels that a sheet's shorter side takes in the picture.
    """
    level = float(rng.choice([rng.uniform(8, 60), rng.uniform(60, 150), rng.uniform(150, 235)]))
    kind = rng.choice(
        ["wood", "boards", "cloth", "plain", "tiles", "stone", "paper", "worn"],
        p=[0.22, 0.15, 0.13, 0.15, 0.07, 0.07, 0.14, 0.07],
    )
    if kind in ("wood", "boards", "worn"):
        wood = _wood(shape, unit, level, rng, seams=kind == "boards")
        return _scratched(wood, unit, rng) if kind == "worn" else wood
    if kind == "cloth":
        return _cloth(shape, unit, level, rng)
    if kind == "tiles":
        return _tiles(shape, unit, level, rng)
    if kind == "stone":
        spots = clouds(shape, rng.uniform(0.01, 0.04) * unit, rng)
        speckled = 1 + rng.uniform(0.05, 0.2) * spots + 0.04 * grain(shape, rng, 0.7)
        return np.asarray(level * speckled, np.float32)
    if kind == "paper":
        return _sheets(shape, unit, rng)
    uneven = rng.uniform(0, 0.06) * clouds(shape, 0.4 * unit, rng)
    return np.asarray(level * (1 + uneven + 0.03 * grain(shape, rng, 0.8)), np.float32)


def _wood(
    shape: tuple[int, int], unit: float, level: float, rng: np.random.Generator, *, seams: bool
) -> Plane:
    """Grain along one way; with seams, boards of different brightness."""
    reach = round(1.5 * max(shape))
    size = reach // 2, reach // 2
    narrow = rng.uniform(0.004, 0.02) * unit
    fine, broad = clouds(size, (narrow / 2, unit), rng), clouds(size, (2.5 * narrow, 2 * unit), rng)
    field: Plane = 0.6 * fine + broad
    if rng.random() < 0.5:
        rings = clouds(size, (0.15 * unit, 1.2 * unit), rng)
        field += np.asarray(np.sin(rng.uniform(4, 12) * rings), np.float32)
    wood = np.asarray(level * (1 + rng.uniform(0.03, 0.13) * field), np.float32)
    if seams:
        wide = rng.uniform(0.15, 0.6) * unit
        for y in np.arange(rng.uniform(0, wide), size[0], wide / 2):
            a = int(y)
            wood[a : a + int(wide / 2)] *= float(rng.normal(1, 0.06))
            wood[a : a + max(1, int(0.004 * unit))] *= float(rng.uniform(0.3, 0.8))
    angle = float(rng.choice([0, 90, rng.uniform(0, 180)]))
    turn = np.array(cv2.getRotationMatrix2D((reach / 4, reach / 4), angle, 2.0), np.float64)
    turn[:, 2] += [shape[1] / 2 - reach / 4, shape[0] / 2 - reach / 4]
    return np.asarray(
        cv2.warpAffine(wood.astype(np.float32), turn, shape[::-1], borderMode=cv2.BORDER_REFLECT)
    )


def _scratched(plane: Plane, unit: float, rng: np.random.Generator) -> Plane:
    """With scratches, knots and spots on it, some as large as digits; in place."""
    for _ in range(int(rng.integers(5, 60))):
        at = rng.uniform(0, 1, 2) * plane.shape[::-1]
        grey = float(np.median(plane[:: 1 + len(plane) // 9])) * rng.uniform(0.3, 1.4)
        side, angle = rng.uniform(0.005, 0.05) * unit, rng.uniform(0, 2 * np.pi)
        thick = max(1, round(side * rng.uniform(0.03, 0.15)))
        if rng.random() < 0.6:
            end = at + side * np.array([np.cos(angle), np.sin(angle)])
            cv2.line(plane, _point(at), _point(end), grey, thick, cv2.LINE_AA)
        else:
            axes = max(1, round(side / 4)), max(1, round(side / 4 * rng.uniform(0.5, 1)))
            full = thick if rng.random() < 0.5 else -1
            turn = float(np.degrees(angle))
            cv2.ellipse(plane, _point(at), axes, turn, 0, 360, grey, full, cv2.LINE_AA)
    return plane


def _cloth(shape: tuple[int, int], unit: float, level: float, rng: np.random.Generator) -> Plane:
    """Weave, creases, now and then checks."""
    y, x = np.arange(shape[0], dtype=np.float32)[:, None], np.arange(shape[1], dtype=np.float32)
    pitch = rng.uniform(3, 8)
    weave = np.sin(2 * np.pi / pitch * y) * np.sin(2 * np.pi / pitch * x)
    cloth = level * (1 + rng.uniform(0.02, 0.08) * weave + 0.05 * clouds(shape, 0.2 * unit, rng))
    if rng.random() < 0.4:
        wide = rng.uniform(0.05, 0.3) * unit
        for at in (y, x):
            cloth *= 1 - rng.uniform(0.1, 0.5) * (at // wide % 2)
    return np.asarray(cloth, np.float32)


def _tiles(shape: tuple[int, int], unit: float, level: float, rng: np.random.Generator) -> Plane:
    side = rng.uniform(0.2, 0.9) * unit
    plane = level * (1 + 0.04 * clouds(shape, 0.1 * unit, rng))
    joint, thick = rng.uniform(0.5, 1.3), max(1, round(rng.uniform(0.005, 0.02) * unit))
    for at in (plane, plane.T):
        for place in np.arange(rng.uniform(0, side), len(at), side).astype(int):
            at[place : place + thick] *= joint
    return plane


def _sheets(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> Plane:
    """Other sheets, blank or ruled, over one another."""
    plane = np.full(shape, rng.uniform(20, 200), np.float32)
    for _ in range(int(rng.integers(2, 5))):
        centre = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        box = cv2.boxPoints((centre, tuple(rng.uniform(0.7, 1.6, 2) * unit), rng.uniform(0, 90)))
        mask = np.zeros(shape, np.float32)
        cv2.fillPoly(mask, [box.astype(np.int32)], 1.0, cv2.LINE_AA)
        sheet = np.float32(rng.uniform(120, 245))
        plane *= 1 - 0.35 * softened(mask, 0.01 * unit + 1)
        plane += mask * (sheet - plane)
        if rng.random() < 0.4:
            _ruled(plane, box, unit, rng)
    return plane


def _ruled(
    plane: Plane, box: NDArray[np.floating | np.integer], unit: float, rng: np.random.Generator
) -> None:
    """Lines, or lines both ways, across a sheet that nobody wrote on; in place."""
    grey = float(plane[_inside(box, plane.shape)]) * rng.uniform(0.4, 0.85)
    step = rng.uniform(0.02, 0.08) * unit
    thick = max(1, round(rng.uniform(0.001, 0.004) * unit))
    ways = ((0, 1, 3, 2), (0, 3, 1, 2))[: int(rng.integers(1, 3))]
    for a, b, c, d in ways:
        start, over, beside, end = (box[i] for i in (a, b, c, d))
        count = max(2, round(float(np.linalg.norm(over - start)) / step))
        for part in np.linspace(0.04, 0.96, count):
            ends = start + part * (over - start), beside + part * (end - beside)
            cv2.line(plane, _point(ends[0]), _point(ends[1]), grey, thick, cv2.LINE_AA)


def _inside(box: NDArray[np.floating | np.integer], shape: tuple[int, ...]) -> tuple[int, int]:
    """The row and column of a sheet's middle, as far as it lies in the picture."""
    x, y = box.mean(axis=0)
    return int(np.clip(y, 0, shape[0] - 1)), int(np.clip(x, 0, shape[1] - 1))


def put_objects(
    scene: Plane, free: NDArray[np.bool_], unit: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Things on the desk and at the sheet's edge, with their shadows; in place.

    Args:
        free: bool (height, width), where a thing may lie: on no number.

    Returns:
        bool (height, width), what they hide.
    """
    hidden = np.zeros(scene.shape, bool)
    for _ in range(int(rng.choice([1, 2, 3], p=[0.6, 0.3, 0.1]))):
        for _ in range(6):
            mask, level = _thing(scene.shape, unit, rng)
            covers = mask > 0.2
            if not covers.any() or not free[covers].all():
                continue
            round_off = softened(mask, 0.015 * unit + 1)
            scene *= 1 - rng.uniform(0.1, 0.5) * np.roll(round_off, rng.integers(-6, 7, 2), (0, 1))
            shade = level * (0.6 + 0.4 * round_off + 0.1 * clouds(scene.shape, 0.1 * unit, rng))
            scene += mask * (shade - scene)
            hidden |= mask > 0.5
            break
    return hidden


def _thing(shape: tuple[int, int], unit: float, rng: np.random.Generator) -> tuple[Plane, float]:
    """Its mask, 0 to 1, and its grey value."""
    height, width = shape
    mask = np.zeros(shape, np.float32)
    # At the picture's edge, or anywhere.
    edge = rng.integers(4)
    at = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    if rng.random() < 0.8:
        at[edge % 2] = (width, height)[edge % 2] * (
            rng.uniform(-0.02, 0.1) if edge < 2 else rng.uniform(0.9, 1.02)
        )
    kind = rng.choice(
        ["pen", "finger", "phone", "sheet", "cup", "cable", "coin"],
        p=[0.22, 0.28, 0.12, 0.12, 0.08, 0.1, 0.08],
    )
    angle = rng.uniform(0, 2 * np.pi)
    way = np.array([np.cos(angle), np.sin(angle)])
    level = float(rng.uniform(10, 220))
    if kind == "pen":
        end = at + way * rng.uniform(0.3, 0.8) * unit
        thick = max(2, round(rng.uniform(0.015, 0.04) * unit))
        cv2.line(mask, _point(at), _point(end), 1.0, thick, cv2.LINE_AA)
        cv2.line(
            mask, _point(end), _point(end + way * 2 * thick), 1.0, max(1, thick // 3), cv2.LINE_AA
        )
    elif kind == "finger":
        # From outside the picture's edge inwards, one or several side by side.
        level = float(rng.uniform(70, 210))
        inwards = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]][edge]) + rng.normal(0, 0.3, 2)
        beside = np.array([-inwards[1], inwards[0]])
        start = np.array([rng.uniform(0, width), rng.uniform(0, height)])
        start[edge % 2] = 0 if edge < 2 else (width, height)[edge % 2]
        thick = round(rng.uniform(0.07, 0.14) * unit) + 2
        for i in range(int(rng.integers(1, 5))):
            tip = start + beside * i * 1.05 * thick + inwards * rng.uniform(0.1, 0.25) * unit
            back = start + beside * i * 1.05 * thick - inwards * unit
            cv2.line(mask, _point(back), _point(tip), 1.0, thick, cv2.LINE_AA)
    elif kind in ("phone", "sheet"):
        level = float(rng.uniform(5, 60) if kind == "phone" else rng.uniform(110, 240))
        sides = (0.35 * unit, 0.7 * unit) if kind == "phone" else rng.uniform(0.4, 1.2, 2) * unit
        box = cv2.boxPoints((tuple(at), tuple(sides), np.degrees(angle)))
        cv2.fillPoly(mask, [box.astype(np.int32)], 1.0, cv2.LINE_AA)
    elif kind == "cup":
        radius = round(rng.uniform(0.1, 0.22) * unit)
        cv2.circle(mask, _point(at), radius, 1.0, -1, cv2.LINE_AA)
        cv2.circle(
            mask, _point(at), round(0.8 * radius), float(rng.uniform(0.3, 1)), -1, cv2.LINE_AA
        )
    elif kind == "cable":
        bends = np.cumsum(np.concatenate([[at], rng.normal(0, 0.3 * unit, (4, 2))]), 0)
        steps = np.linspace(0, 1, 40)[:, None]
        curve = sum(
            c * (1 - steps) ** (4 - i) * steps**i * bends[i] for i, c in enumerate((1, 4, 6, 4, 1))
        )
        thick = max(1, round(rng.uniform(0.006, 0.015) * unit))
        cv2.polylines(mask, [np.asarray(curve).astype(np.int32)], False, 1.0, thick, cv2.LINE_AA)
    else:
        cv2.circle(mask, _point(at), round(rng.uniform(0.03, 0.06) * unit), 1.0, -1, cv2.LINE_AA)
    return mask, level


def _point(at: NDArray[np.floating]) -> tuple[int, int]:
    return round(float(at[0])), round(float(at[1]))
