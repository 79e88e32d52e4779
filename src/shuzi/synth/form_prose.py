"""Blocks of a form: numbers filled into print: gaps in sentences, exam questions, scales."""

from shuzi.synth.form import TICKS, Form
from shuzi.synth.form_choices import RING, choice, code, printed_text, ringed
from shuzi.synth.form_rows import new_digits
from shuzi.synth.shares import pick
from shuzi.synth.texts import any_text
from shuzi.synth.writer import scaled
from shuzi.synth.writing import TALL

LEAST = 6.0
"""Pixels of a printed capital in running text."""
GAPS = {"line": 0.3, "dots": 0.15, "box": 0.2, "shade": 0.1, "bare": 0.1, "none": 0.15}
"""What marks where a number belongs within a sentence, and how often; `none` leaves no more room
than for a word."""


def cloze(form: Form, x: float, y: float) -> tuple[float, float]:
    """Sentences with gaps: a line, dots, a box or paper, and a number written there; or none."""
    rng, size = form.rng, form.size
    letters = max(LEAST, size * rng.uniform(0.35, 0.85))
    down = max(size * rng.uniform(1.35, 2.4), 1.7 * letters)
    gap = pick(GAPS, rng)
    share, most = rng.uniform(0.08, 0.35), int(rng.integers(1, 7))
    long = min(letters * rng.uniform(14, 50), form.canvas.shape[1] - x)
    base, right = y + max(size, letters) * 1.1, x
    indent = letters * rng.uniform(1.5, 3) if rng.random() < 0.4 else 0.0
    item, lines = int(rng.integers(1, 9)), int(rng.integers(1, 13))
    left, starts, worded = x, True, False
    for _ in range(lines):
        if base > form.canvas.shape[0]:
            break
        if starts and indent:
            form.figure(x, base - letters, letters, str(item))
            item, left = item + 1, x + indent
        starts = False
        while left < x + long:
            # Between two numbers there is a word, or they would be one.
            kind = rng.random() if worded else 0.9
            worded = kind >= share + 0.03
            if kind < share:
                wide = _blank(form, gap, left, base, x + long - left, most)
                if not wide:
                    break
                left += wide
            elif kind < share + 0.03:
                left += form.figure(left, base - letters, letters, printed_text(rng))
            else:
                word = code(rng) if kind > 0.985 else ""
                wide = _print(form, left, base - letters, letters, x + long - left, word)
                if not wide:
                    break
                left, starts = left + wide, kind > 0.97
            apart = rng.uniform(0.3, 0.7) if gap == "none" else rng.uniform(0.5, 0.8)
            right, left = max(right, left), left + letters * apart
            if starts:
                break
        base, left = base + down * (1.3 if starts and indent else 1.0), x + indent
    return right, base


def _print(form: Form, x: float, y: float, high: float, room: float, text: str = "") -> float:
    """A word of running print as far as the line has room for it; its width, or 0."""
    piece = form.print_of(text, high) if text else scaled(form.some_word(), high / TALL)
    if piece.shape[1] > room:
        return 0.0
    form.stamp(piece, x, y, form.black)
    return float(piece.shape[1])


def _blank(form: Form, gap: str, x: float, base: float, room: float, most: int) -> float:
    """Where a number of so many digits at most belongs within a line of print, and as a rule the
    number; its width, or 0."""
    rng, size = form.rng, form.size
    text = any_text(rng) if rng.random() < 0.3 else new_digits(rng, most)
    if rng.random() < 0.5:
        text = text[: int(rng.integers(1, most + 1))] if text.isdigit() else text
    if gap == "none":
        # It stands as a word does, on the line or about its middle.
        high = size * rng.uniform(0.8, 1.05)
        piece = form.writing_of(text, high)
        if piece.shape[1] > room:
            return 0.0
        below = high * rng.uniform(-0.05, 0.35)
        form.put(text, [(piece, x, base + below - len(piece))])
        return float(piece.shape[1])
    wide = size * (0.75 * len(text) + rng.uniform(0.5, 2.5))
    if wide > room:
        return 0.0
    _gap(form, gap, x, base, wide, text if rng.random() < 0.9 else "")
    return float(wide)


def _gap(form: Form, kind: str, x: float, base: float, wide: float, text: str) -> None:
    """Where a number belongs within a line of print, and the number."""
    size = form.size
    cell = (x, base - 1.15 * size, wide, 1.3 * size)
    if kind == "line":
        form.rule((x, base + 0.08 * size), (x + wide, base + 0.08 * size), 0.8)
    elif kind == "dots":
        form.rule((x, base + 0.05 * size), (x + wide, base + 0.05 * size), 1.0, 0.2 * size)
    elif kind == "box":
        form.frame(cell)
    elif kind == "shade":
        form.tint(cell, 0.15)
    if text:
        # On a line digits stand; in a box they stand in its middle.
        high = size * form.rng.uniform(0.8, 1.05)
        if kind in ("line", "dots", "bare"):
            cell = (x, base - high, wide, 1.02 * high)
        form.write(text, cell, str(form.rng.choice(["l", "c", "c", "r"])), high)


def questions(form: Form, x: float, y: float) -> tuple[float, float]:
    """Exam questions: a number, lines of print, room with an answer, points at the right."""
    rng, size = form.rng, form.size
    letters = max(LEAST, size * rng.uniform(0.4, 0.8))
    long = min(size * rng.uniform(12, 36), form.canvas.shape[1] - x - 6 * size)
    if long < 8 * size:
        return x, y + size
    where = str(
        rng.choice(["box", "line", "bare", "hand", "margin"], p=[0.4, 0.2, 0.1, 0.15, 0.15])
    )
    out_of = rng.random() < 0.7
    first, count = int(rng.integers(1, 12)), int(rng.integers(1, 9))
    inset = rng.choice([2.4, 3.4]) * letters
    answer = str(rng.choice(["", "line", "box", "room", "choice"]))
    end = x + long
    for number in range(first, first + count):
        if y + 3 * size > form.canvas.shape[0]:
            break
        form.figure(x, y, letters, str(number))
        top = y
        for _ in range(int(rng.integers(1, 4))):
            left, worded = x + inset, False
            while left < x + long - 3 * size:
                worded = not worded or rng.random() > 0.12
                if not worded:
                    left += form.figure(left, y, letters, printed_text(rng))
                else:
                    wide = _print(form, left, y, letters, x + long - left)
                    if not wide:
                        break
                    left += wide
                left += 0.7 * letters
            y += 1.7 * letters
        reached = _points(form, x + long + 0.8 * size, top, letters, where, out_of=out_of)
        end = max(end, reached)
        y = max(y, top + 1.6 * size)
        y = _answer(form, x + inset, y, letters, long - inset, answer)
        y += size * rng.uniform(0.4, 1.2)
    return end, y


def _points(form: Form, x: float, y: float, letters: float, where: str, *, out_of: bool) -> float:
    """The points of one question, written, and out of how many, printed after a stroke; the end."""
    rng, size = form.rng, form.size
    most = int(rng.choice([2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25]))
    wide, high = size * rng.uniform(1.7, 2.2), 1.4 * size
    cell = (x, y, wide, high)
    given = str(rng.integers(0, most + 1)) if rng.random() < 0.88 else ""
    if where == "box":
        form.frame(cell, 1.2)
    elif where == "line":
        form.rule((x, y + high), (x + wide, y + high))
    elif where == "margin":
        form.rule((x - 0.3 * size, y - size), (x - 0.3 * size, y + 3 * size))
    if given:
        form.write(given, cell, high=size * rng.uniform(0.8, 1.05))
    if where == "hand" and given:
        form.mark(RING, (x - 0.1 * wide, y - 0.2 * high, 1.2 * wide, 1.4 * high), 1.0)
    end = x + wide
    if out_of and where != "hand":
        middle = y + (high - letters) / 2
        end += 0.4 * size + form.word(
            end + 0.4 * size, middle, letters, str(rng.choice(["/", "of"]))
        )
        end += 0.4 * size + form.figure(end + 0.4 * size, middle, letters, str(most))
    return end


def _answer(form: Form, x: float, y: float, letters: float, long: float, kind: str) -> float:
    """What somebody answers below a question; where it ends."""
    rng, size = form.rng, form.size
    if not kind:
        return y
    text = any_text(rng) if rng.random() < 0.4 else new_digits(rng, int(rng.integers(1, 6)))
    wide = min(long, size * (0.8 * len(text) + rng.uniform(0.8, 4)))
    if 0.85 * size * len(text) > long:
        return y
    if kind == "choice":
        chosen, side = int(rng.integers(0, 5)), letters * rng.uniform(0.9, 1.3)
        for i in range(4):
            at = x + i * long / 4
            form.frame((at, y, side, side))
            if i == chosen:
                form.mark(str(rng.choice(TICKS)), (at, y, side, side), rng.uniform(0.8, 1.4))
            form.word(at + 1.5 * side, y + (side - letters) / 2, letters, most=long / 4 - 2 * side)
        return y + 1.5 * side
    if kind == "room":
        if rng.random() < 0.5:
            form.scrawl(x, y, size, long)
        else:
            form.write(text, (x + rng.uniform(0, 0.8) * (long - wide), y, wide, 1.2 * size))
        return y + size * rng.uniform(1.5, 4)
    before = form.word(x, y + 0.6 * size, letters, most=max(size, long - wide - size))
    at = x + before + 0.5 * size
    if kind == "box":
        form.frame((at, y, wide, 1.5 * size))
    else:
        form.rule((at, y + 1.4 * size), (at + wide, y + 1.4 * size), 0.8)
    if rng.random() < 0.85:
        form.write(text, (at, y + 0.1 * size, wide, 1.3 * size), high=size * rng.uniform(0.8, 1))
    if rng.random() < 0.4:
        form.word(
            at + wide + 0.4 * size, y + 0.6 * size, letters, str(rng.choice(["cm", "kg", "m"]))
        )
    return y + 1.7 * size


def scales(form: Form, x: float, y: float) -> tuple[float, float]:
    """Statements with circles or boxes to tick below printed heads; a number at the end of some."""
    rng, size = form.rng, form.size
    letters = size * rng.uniform(0.4, 0.75)
    side, step = size * rng.uniform(0.5, 1.1), size * rng.uniform(1.5, 2.6)
    down, label = size * rng.uniform(1.6, 2.4), size * rng.uniform(5, 12)
    count, heads = int(rng.integers(3, 8)), str(rng.choice(["", "number", "word", "each"]))
    rows = max(1, min(int(rng.integers(2, 13)), int((form.canvas.shape[0] - y) / down) - 1))
    way, round_ = str(rng.choice((*TICKS, RING))), rng.random() < 0.6
    written = size * rng.uniform(1.8, 4) if rng.random() < 0.6 else 0.0
    first, striped = int(rng.integers(0, 2)), rng.random() < 0.3
    way = "" if round_ and rng.random() < 0.3 else way
    top = y
    if heads in ("number", "word"):
        for i in range(count):
            middle = x + label + i * step + side / 2
            if heads == "number":
                form.figure(middle, top, letters, str(first + i), "c")
            else:
                form.word(middle, top, letters, "", "c", 0.9 * step)
        top += 2 * letters
    end = x + label + count * step
    for row in range(rows):
        if striped and row % 2:
            form.tint((x, top, end - x, down), 0.1)
        middle = top + down / 2
        form.word(x, middle - letters / 2, letters, most=label - size)
        chosen = int(rng.integers(0, count + 1))
        for i in range(count):
            at = x + label + i * step + side / 2
            if heads == "each":
                above = middle - letters / 2
                ringed(form, at, above, letters, str(first + i), chosen=i == chosen)
            else:
                _ticked(form, at, middle, side, way if i == chosen else None, round_=round_)
        if written:
            cell = (end + 0.5 * size, middle - 0.7 * size, written, 1.4 * size)
            form.frame(cell)
            if rng.random() < 0.8:
                form.write(new_digits(rng, int(rng.integers(1, max(2, int(written / size))))), cell)
        top += down
    return end + (written + size if written else 0.0), top


def _ticked(form: Form, x: float, y: float, side: float, way: str | None, *, round_: bool) -> None:
    """A circle or a box about a point; ticked in some way, filled in, or not."""
    cell = (x - side / 2, y - side / 2, side, side)
    choice(form, cell, 1.0, round_=round_)
    if way:
        form.mark(way, cell, form.rng.uniform(0.8, 1.3))
    elif way is not None:
        form.blot(x, y, 0.4 * side)
