"""Strokes by mouse and by finger, in shares of the paper's width and height."""

from itertools import pairwise

SEVEN = [(0.35, 0.2), (0.65, 0.2), (0.45, 0.8)]
ONE = [(0.5, 0.2), (0.5, 0.8)]
DASH = [(0.3, 0.5), (0.7, 0.5)]
FOUR = [[(0.25, 0.2), (0.2, 0.55), (0.4, 0.55)], [(0.35, 0.4), (0.35, 0.8)]]
TWO = [(0.6, 0.3), (0.7, 0.2), (0.8, 0.35), (0.6, 0.78), (0.85, 0.78)]


def write(page, *strokes, canvas="#canvas"):
    """Draw with the mouse."""
    page.locator(canvas).scroll_into_view_if_needed()
    for points in strokes:
        first, *rest = (_on(page, point, canvas) for point in points)
        page.mouse.move(*first)
        page.mouse.down()
        for point in rest:
            page.mouse.move(*point, steps=6)
        page.mouse.up()


def touch(page, *strokes):
    """Draw with a finger, as the browser's own touch events."""
    client = page.context.new_cdp_session(page)
    for points in strokes:
        places = [_on(page, point) for point in _dense(points)]
        _dispatch(client, "touchStart", places[:1])
        for place in places[1:]:
            _dispatch(client, "touchMove", [place])
        _dispatch(client, "touchEnd", [])


def _dispatch(client, kind, places):
    points = [{"x": x, "y": y} for x, y in places]
    client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def _dense(points, steps=6):
    yield points[0]
    for (x1, y1), (x2, y2) in pairwise(points):
        for i in range(1, steps + 1):
            yield x1 + (x2 - x1) * i / steps, y1 + (y2 - y1) * i / steps


def _on(page, point, canvas="#canvas"):
    box = page.locator(canvas).bounding_box()
    return box["x"] + point[0] * box["width"], box["y"] + point[1] * box["height"]
