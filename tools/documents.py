"""Documents that a browser lays out, as HTML, with handwritten numbers in them.

Another generator than shuzi's own: what reads those that it composes may have learned their ways.
"""

import base64

import cv2
import numpy as np

FONTS = ("Liberation Sans", "Liberation Serif", "DejaVu Sans")
INKS = ((20, 30, 120), (25, 25, 30), (10, 20, 160), (60, 60, 70), (170, 20, 30))
NAMES = (
    "Amina Okoro",
    "Budi Santoso",
    "Chen Wei",
    "Dolores Vega",
    "Erik Lindqvist",
    "Grace Mwangi",
)
TEXT = "Answer every question, show how you got there, and write clearly with a pen."


class Writer:
    """Writes numbers with digits of MNIST in one ink, as pictures to place in HTML."""

    def __init__(self, images, labels, rng):
        self.images, self.rng = images, rng
        self.places = [np.flatnonzero(labels == digit) for digit in range(10)]
        self.ink = INKS[rng.integers(len(INKS))]

    def text(self, most):
        """A number of 1 to `most` digits."""
        return str(self.rng.integers(0, 10 ** int(self.rng.integers(1, most + 1))))

    def number(self, text, high=28, style=""):
        """The number, which is to be found where it stands."""
        return self._picture(self._line(text, high), f'data-text="{text}" style="{style}"')

    def digit(self, text, high=28):
        """A digit of a number whose place is that of its boxes."""
        return self._picture(self._line(text, high), "")

    def crossed_out(self, text, high=28):
        """A number that does not count."""
        line = self._line(text, high)
        rows = (0.2 + 0.6 * self.rng.random((3, 2))) * len(line)
        for start, end in rows.astype(int):
            cv2.line(line, (0, start), (line.shape[1], end), 255, 2, cv2.LINE_AA)
        return self._picture(line, "")

    def scribble(self, wide=120, high=30):
        """A signature."""
        xs = np.linspace(4, wide - 4, 12) + self.rng.normal(0, wide / 20, 12)
        ys = high / 2 + self.rng.normal(0, high / 4, 12)
        line = np.zeros((high, wide), np.uint8)
        points = np.stack([xs, ys], axis=1).round().astype(np.int32)
        return self._picture(cv2.polylines(line, [points], False, 255, 2, cv2.LINE_AA), "")

    def _line(self, text, high):
        pieces = [self._digit(digit, high) for digit in text]
        tall = max(len(piece) for piece in pieces) + 2
        padded = []
        for piece in pieces:
            above = int(self.rng.uniform(0, tall - len(piece)))
            gap = int(self.rng.uniform(0, 6))
            padded.append(np.pad(piece, ((above, tall - len(piece) - above), (1, gap))))
        return np.hstack(padded)

    def _digit(self, digit, high):
        image = self.images[self.rng.choice(self.places[int(digit)])]
        left, top, width, height = cv2.boundingRect((image > 40).astype(np.uint8))
        scale = high * self.rng.uniform(0.9, 1.08) / 20
        size = max(2, round(width * scale)), max(2, round(height * scale))
        cut = image[top : top + height, left : left + width]
        smooth = cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC).astype(np.float32)
        return (2.2 * (smooth - 70)).clip(0, 255).astype(np.uint8)

    def _picture(self, line, attributes):
        coloured = np.dstack([np.full_like(line, value) for value in self.ink[::-1]] + [line])
        data = base64.b64encode(cv2.imencode(".png", coloured)[1].tobytes()).decode()
        return f'<img src="data:image/png;base64,{data}" {attributes}>'


def _table(rows, style):
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<style>table{{border-collapse:collapse}} {style}</style><table>{body}</table>"


def log(w):
    """A book with wide columns, the numbers at their left."""
    head = ("Day", "Reading", "Used", "Sign")
    rows = [[*(w.number(w.text(most), 26) for most in (2, 5, 3)), w.scribble()] for _ in range(14)]
    style = "td{border:1px solid #889;height:42px;width:170px;padding-left:20px}"
    return "<h2>Water meter log book</h2>" + _table([head, *rows], style)


def vote(w):
    """Three boxes for each candidate, dashes or crosses in those that are not used."""
    rows = []
    for name in NAMES:
        text, filler = w.text(3), w.rng.choice(["", "-", "x"])
        unused = {"": "", "-": "&#8212;", "x": "&#10005;"}[filler]
        cells = [unused] * (3 - len(text)) + [w.digit(c, 30) for c in text]
        boxes = "".join(f'<span class="box">{cell}</span>' for cell in cells)
        rows.append([name, f'<span class="boxes" data-text="{text}">{boxes}</span>', w.scribble()])
    style = (
        "td{border:1.5px solid #222;padding:6px 10px} .boxes{display:inline-flex}"
        " .box{width:38px;height:44px;border:1.5px solid #222;margin-left:-1.5px;text-align:center}"
    )
    return "<h2>Results of the polling station</h2>" + _table(rows, style)


def exam(w):
    """Points below the questions' numbers, and the total with a circle around it."""
    points = [w.number(w.text(2)) for _ in range(10)]
    style = "td{border:1px solid #333;width:64px;height:48px;text-align:center}"
    total = f'<span class="ring">{w.number(w.text(2), 34)}</span>'
    ring = ".ring{border:3px solid #a11;border-radius:50%;padding:14px 22px;display:inline-block}"
    table = _table([range(1, 11), points], style + ring)
    return f"<h2>Mathematics</h2><p>{TEXT * 3}</p>{table}<p>{TEXT * 2}</p><p>Total {total}</p>"


def shaded(w):
    """Every second row on a tint."""
    rows = [[name, *(w.number(w.text(3), 26) for _ in range(4))] for name in NAMES * 2]
    style = "td{height:44px;width:130px} tr:nth-child(even){background:#dde6f0}"
    return "<h2>Attendance</h2>" + _table(rows, style)


def columns(w):
    """A narrow table of numbers only."""
    rows = [[w.number(w.text(3), 24) for _ in range(6)] for _ in range(16)]
    place = w.rng.choice(["left", "center", "right"])
    return _table(rows, f"td{{border:1px solid #999;height:38px;width:100px;text-align:{place}}}")


def lined(w):
    """Numbers on ruled paper, at any distance from each other."""
    return _lines(w, 12, "height:52px;border-bottom:1px solid #9bd")


def squared(w):
    """On squared paper."""
    lines = "linear-gradient(#bcd 1px,transparent 1px)"
    more = lines.replace("(", "(90deg,", 1)
    page = _lines(w, 10, "height:76px")
    return f'<div style="background:{lines},{more};background-size:19px 19px">{page}</div>'


def pencil(w):
    """Pale writing on cream paper."""
    w.ink = (130, 128, 125)
    return f'<div style="background:#f3ead4;padding:30px">{_lines(w, 10, "height:70px")}</div>'


def board(w):
    """Chalk."""
    w.ink = (235, 240, 230)
    page = _lines(w, 8, "height:110px", 44)
    return f'<div style="background:#204434;padding:40px;margin:-50px">{page}</div>'


def survey(w):
    """A box in a line of print, and circles to tick."""
    box = "display:inline-block;border:2px solid #444;width:110px;height:46px;text-align:center"
    tick = '<span style="font-size:30px">&#9675;</span>'
    lines = (
        f'<p>How many? <span style="{box}">{w.number(w.text(2))}</span> {tick} yes {tick} no</p>'
        for _ in range(8)
    )
    return "<h2>Survey</h2>" + "".join(lines)


def questionnaire(w):
    """Numbers on lines after a question."""
    fields = ("Height", "Weight", "Age", "House number", "Rooms", "Litres", "Postcode", "Score")
    line = "display:inline-block;border-bottom:1.5px {} #222;width:{}px;padding-left:{}px"
    rows = []
    for name in fields:
        style = line.format(
            w.rng.choice(["solid", "dotted"]), w.rng.integers(120, 420), w.rng.integers(60)
        )
        rows.append(f'<p>{name}: <span style="{style}">{w.number(w.text(5), 26)}</span></p>')
    return "<h2>Household questionnaire</h2>" + "".join(rows)


def delivery(w):
    """Numbers at the ends of lines of print, some crossed out and written again."""
    rows = []
    for name in ("paper", "folders", "lamps", "ink", "envelopes", "clocks", "staplers", "pads"):
        wrong = w.crossed_out(w.text(2), 24) + "&emsp;" if w.rng.random() < 0.25 else ""
        rows.append([name, "of the best quality", wrong + w.number(w.text(2), 24)])
    style = "td{border-bottom:1px solid #aaa;height:46px;padding-right:30px}"
    return f"<h2>Delivery note</h2>{_table(rows, style)}<p>Received by {w.scribble()}</p>"


def running(w):
    """Numbers between words."""
    line = "On this day {} boxes came from the north, and {} were sent on by cart."
    rows = (
        line.format(*(w.number(w.text(3), 26, "vertical-align:middle") for _ in range(2)))
        for _ in range(8)
    )
    return "".join(f'<p style="line-height:50px">{row}</p>' for row in rows)


def _lines(w, count, style, high=28):
    rows = []
    for _ in range(count):
        gaps = w.rng.integers(30, 120, 3)
        items = (
            f'<span style="margin-left:{gap}px">{w.number(w.text(4), high)}</span>' for gap in gaps
        )
        rows.append(f'<div style="{style}">{"".join(items)}</div>')
    return "".join(rows)


KINDS = (
    *(log, vote, exam, shaded, columns, lined, squared),
    *(pencil, board, survey, questionnaire, delivery, running),
)
