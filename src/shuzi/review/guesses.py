"""A number -> what else it may say."""

from shuzi.result import Number

MOST = 4


def other_guesses(number: Number) -> list[tuple[str, float]]:
    """Texts with one digit read otherwise and their probabilities, the likeliest first.

    The probability is the number's, times the other digit's over that of the one read.
    """
    guesses = {
        _with_digit(number.text, place, text): number.confidence * p / max(digit.confidence, 1e-6)
        for place, digit in enumerate(number.digits)
        for text, p in digit.alternatives
    }
    ranked = sorted(guesses.items(), key=lambda guess: -guess[1])
    return [(text, min(1.0, p)) for text, p in ranked[:MOST]]


def _with_digit(text: str, place: int, digit: str) -> str:
    at = [i for i, c in enumerate(text) if c.isdigit()][place]
    return text[:at] + digit + text[at + 1 :]
