"""What numbers say: counts, years, dates, times, amounts, decimals, scores."""

from collections.abc import Callable

import numpy as np

from shuzi.synth.strings import new_text

Rng = np.random.Generator


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


def phone(rng: Rng) -> str:
    digits = "".join(map(str, rng.integers(0, 10, 11)))
    kind = rng.random()
    if kind < 0.4:
        return f"{digits[:3]}-{digits[3:7]}"
    return f"0{digits[:3]}/{digits[3:9]}" if kind < 0.7 else f"0{digits[:9]}"


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
    return kind_of_text(rng)(rng)


def kind_of_text(rng: Rng) -> Callable[[Rng], str]:
    kinds = tuple(TEXTS)
    return kinds[int(rng.choice(len(kinds), p=list(TEXTS.values())))]
