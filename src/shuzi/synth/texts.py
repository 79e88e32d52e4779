"""What numbers say: counts, years, dates, times, amounts, decimals, scores."""

from collections.abc import Callable

import numpy as np

from shuzi.synth.shares import pick

Rng = np.random.Generator
LENGTHS = (0.12, 0.27, 0.25, 0.15, 0.10, 0.06, 0.03, 0.02)
"""Shares of strings of 1 to 8 digits."""
YEARS = 0.2
"""Share of years, 1700 to 2030, most of 1800 to 1999."""
ONES = 0.35
"""Share of strings in which each digit is a 1 with probability 0.3: where most errors are."""
NOUGHTS = 0.08
"""Share of strings in which each digit is a 0 with probability a half: 007, 1000."""
ALIKE = 0.03
"""Share of strings of one digit again and again: 11, 777."""
IDENTIFIER = 9, 12
"""Digits of the longest numbers."""


def new_text(rng: Rng) -> str:
    """1 to 8 digits: a year, or digits of which 1, and in some 0, is the most frequent."""
    if rng.random() < YEARS:
        return str(rng.integers(1700, 2031) if rng.random() < 0.3 else rng.integers(1800, 2000))
    length = 1 + int(rng.choice(8, p=LENGTHS))
    digits = rng.integers(0, 10, length)
    if rng.random() < ONES:
        digits[rng.random(length) < 0.3] = 1
    if rng.random() < NOUGHTS:
        digits[rng.random(length) < 0.5] = 0
    if rng.random() < ALIKE:
        digits[:] = digits[0]
    return "".join(map(str, digits))


def identifier(rng: Rng) -> str:
    """9 to 12 digits, as of a telephone, an account or a person."""
    length = int(rng.integers(IDENTIFIER[0], IDENTIFIER[1] + 1))
    return "".join(map(str, rng.integers(0, 10, length)))


def date(rng: Rng) -> str:
    sign = str(rng.choice(["/", ".", "-"], p=[0.5, 0.3, 0.2]))
    pad = "02d" if rng.random() < 0.5 else "d"
    day, month = int(rng.integers(1, 32)), int(rng.integers(1, 13))
    year = int(rng.integers(1950, 2031))
    kind = rng.random()
    if kind < 0.15:
        return f"{day:{pad}}{sign}{month:{pad}}"
    if kind < 0.3:
        return f"{year}-{month:02d}-{day:02d}"
    return sign.join(
        [f"{day:{pad}}", f"{month:{pad}}", f"{year if kind < 0.65 else year % 100:02d}"]
    )


def time(rng: Rng) -> str:
    sign = ":" if rng.random() < 0.75 else "."
    return f"{rng.integers(0, 24)}{sign}{rng.integers(0, 60):02d}"


def decimal(rng: Rng) -> str:
    sign = "-" if rng.random() < 0.15 else ""
    point = "." if rng.random() < 0.6 else ","
    whole = int(10 ** rng.uniform(0, 3.5)) - 1
    return f"{sign}{whole}{point}{rng.integers(0, 10 ** (n := int(rng.integers(1, 4)))):0{n}d}"


def amount(rng: Rng) -> str:
    point, thousands = (".", ",") if rng.random() < 0.5 else (",", ".")
    value = int(10 ** rng.uniform(0, 6))
    cents = int(rng.choice([0, 50, int(rng.integers(0, 100))]))
    whole = f"{value:,}".replace(",", thousands if rng.random() < 0.6 else "")
    return whole if rng.random() < 0.3 else f"{whole}{point}{cents:02d}"


def score(rng: Rng) -> str:
    if rng.random() < 0.5:
        sign = ":" if rng.random() < 0.7 else "-"
        return f"{rng.integers(0, 12)}{sign}{rng.integers(0, 12)}"
    whole = int(rng.choice([5, 10, 20, 25, 40, 50, 60, 80, 100]))
    return f"{rng.integers(0, whole + 1)}/{whole}"


def fraction(rng: Rng) -> str:
    """One number over another: 3/4, 11/30."""
    over, under = (int(10 ** rng.uniform(0, 2)) for _ in range(2))
    return f"{over}/{under}"


def phone(rng: Rng) -> str:
    digits = "".join(map(str, rng.integers(0, 10, 11)))
    kind = rng.random()
    if kind < 0.3:
        return f"{digits[:3]}-{digits[3:7]}"
    if kind < 0.45:
        area = f"{rng.integers(1, 10)}-{digits[:3]}" if rng.random() < 0.3 else digits[:3]
        return f"{area}-{digits[3:6]}-{digits[6:10]}"
    if kind < 0.5:
        # In groups of any length, as from abroad.
        cuts = np.cumsum(rng.integers(1, 5, 3))
        return "-".join([digits[: cuts[0]], digits[cuts[0] : cuts[1]], digits[cuts[1] : cuts[2]]])
    return f"0{digits[:3]}/{digits[3:9]}" if kind < 0.75 else f"0{digits[:9]}"


def negative(rng: Rng) -> str:
    return f"-{int(10 ** rng.uniform(0, 3))}"


def count(rng: Rng) -> str:
    return str(int(10 ** rng.uniform(0, 4)) - 1)


def one_digit(rng: Rng) -> str:
    return str(rng.integers(0, 10))


TEXTS: dict[Callable[[Rng], str], float] = {
    new_text: 0.36,
    count: 0.2,
    one_digit: 0.08,
    decimal: 0.07,
    amount: 0.07,
    date: 0.07,
    time: 0.04,
    score: 0.04,
    phone: 0.03,
    negative: 0.04,
}
"""The kinds and their shares."""


def any_text(rng: Rng) -> str:
    """A number of any kind."""
    return pick(TEXTS, rng)(rng)


def signed_text(rng: Rng) -> str:
    """Digits with signs: a date, a time, an amount, a fraction, a negative number."""
    kinds = (decimal, amount, date, date, time, score, fraction, phone, phone, negative)
    while (text := kinds[int(rng.integers(len(kinds)))](rng)).isdigit():
        pass
    return text
