"""Fit what is believed and what is accepted: src/shuzi/models/decisions.json.

    python tools/fit_fusion.py DATA [--minutes 4] [--number-model M] [--page-model M] [--try]

Composes pictures from handwriting that trains nothing (MNIST's last 5,000 training images, the
fifth of UNIPEN's writers that is held out) and reads them as the reader does, with both readers:

    crops    of one number, of every kind that the number model learns from
    written  numbers of held-out writers, with and without signs, on the same papers
    pages    regions of composed pages and forms
    letters  one letter of a held-out writer each, which is none

From three quarters of them it fits how the readers are combined and, for each wanted error, the
least confidence to accept: the highest of those that the kinds need. The last quarter is reported,
then all is written, unless `--try` says no. No real set has a part in it. It is to be repeated when
a model changes. DATA is a folder with mnist.npz and unipen/.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from string import ascii_letters

import cv2
import numpy as np
from scipy.optimize import minimize

import shuzi
from shuzi.card import checksum
from shuzi.decide import FLOOR
from shuzi.evaluation.sets import LIKE_DIGITS
from shuzi.files import write_atomically
from shuzi.page.image import PageImage
from shuzi.reader import views_of
from shuzi.recognise.decoding import tidy
from shuzi.recognise.fusion import (
    FITTED,
    Weights,
    candidates,
    choose,
    fuse,
    log_odds,
    pool,
)
from shuzi.recognise.second import Line
from shuzi.recognise.transcriber import (
    MARKED,
    PARTLY,
    Transcript,
    asked_view,
    is_open,
    line_image,
)
from shuzi.synth import writer
from shuzi.synth.camera import capture
from shuzi.synth.materials import held_out
from shuzi.synth.scene import add_print, lay_out, photograph
from shuzi.synth.sheets import LAYOUTS
from shuzi.synth.strings import compose
from shuzi.synth.texts import any_text
from shuzi.synth.writing import TALL

SHARES = {"crops": 0.35, "written": 0.35, "pages": 0.3}
"""Of the time, for each kind."""
A_PAGE, LARGEST = 12, 2200
"""Regions of one page at most, and pixels of its longer side."""
WHOLE = 0.95
"""Of a number that its region must cover; else nobody could read it."""
BLANK = 0.1
"""Share of the regions without a number that are taken: such that about one in twenty is none."""
MISLABELLED = 0.02
"""Share of the numbers whose label nobody could read in the picture."""
UNREADABLE = {"alone": 0.65, "both": 0.7}
"""Share of the errors among what is accepted that are such. Of 217 of 8,115 composed crops others
saw the picture, and not which text was read: of those that were read wrongly with 0.875 by both
readers they read what was meant in 0.15, could not tell in 0.45 and read what was read in 0.40; by
shuzi's models alone, with 0.9, in 0.24, 0.47 and 0.29. Less than the rest is taken, for what nobody
could tell is better left to a person: with 0.8 for both 39 of 2,756 numbers of worn real pages that
were accepted were wrong (tools/measure_worn.py), with 0.75 36 of 2,682. A quarter of the wrong
digits of `written` were of samples of UNIPEN that have since been left out; with 0.75 and without
them 2 of 209 of `pages/` are accepted wrongly, so it is 0.05 less for either."""
FALSE_SIGNS = 0.0025
"""Share of numbers without a sign that may be given one which the number model does not see."""
ERRORS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Wanted errors."""
FEWEST = 100
"""Numbers that a least confidence rests on at least."""
LETTERS = 1500
"""Letters that are no digit to anybody: of these no greater share may be accepted as one digit, by
shuzi's models alone, than is wanted of errors; the second reader sees what they are. Of 1,064
letters of other writers (not_digits/letters) 23 would be accepted at a wanted 1 % without them."""


@dataclass(frozen=True)
class Example:
    """A number, of what it is a part, what shuzi's own models say of it, and the second reader."""

    kind: str
    group: int
    truth: str
    own: Transcript
    line: Line

    def said(self, weights):
        """Text and confidence of both readers; of shuzi's models alone if there are no weights."""
        if weights is None or not is_open(self.own):
            return self.own.text, self.own.confidence
        texts = fuse(self.own.reading.probabilities, self.line, self.own.text, weights)
        if not texts:
            return "", 0.0
        text, confidence = texts[0]
        unread = self.own.unread or self.line.marked > MARKED
        return text, min(PARTLY, confidence) if unread else confidence

    @property
    def counted(self):
        return candidates(self.own.reading.probabilities, self.line, self.own.text)


class Composer:
    """Reads what it composes."""

    def __init__(self, options):
        models = {"number_model": options.number_model, "page_model": options.page_model}
        self.reader = shuzi.Reader(**models, rotate=0, kind="number", fast=True, threads=1)
        self.second = shuzi.Reader(threads=1).second_reader
        if self.second is None:
            raise SystemExit("There is no second reader to fit: pip install 'rapidocr>=3.10'")
        self.materials = held_out(options.data)
        self.rng = np.random.default_rng(19)
        self.groups = 0

    def compose(self, kind, seconds):
        """Examples of a kind, for so long."""
        end, found = time.process_time() + seconds, []
        while time.process_time() < end:
            self.groups += 1
            found += getattr(self, kind)()
        return found

    def crops(self):
        composed = compose(self.materials, self.rng)
        return self._crop("crops", composed.picture, tidy(composed.text))

    def written(self):
        hand = writer.Writer.new(self.materials, TALL, self.rng)
        people = self.materials.pens.people
        hand = replace(hand, person=int(self.rng.choice(people)))
        text = any_text(self.rng)
        scene = lay_out(hand.number(text), self.rng)
        add_print(scene, self.rng)
        return self._crop("written", photograph(scene, self.rng), text)

    def pages(self):
        names, shares = list(LAYOUTS), [share for _, share in LAYOUTS.values()]
        layout, _ = LAYOUTS[names[self.rng.choice(len(names), p=shares)]]
        sample = capture(layout(self.materials, self.rng), self.rng)
        if max(sample.picture.shape) > LARGEST:
            return
        seen = self.reader._see(PageImage(sample.picture), 0)
        for i in self.rng.permutation(len(seen.regions))[:A_PAGE]:
            truth = text_in(sample, seen.regions[i].quad)
            if truth or (truth == "" and self.rng.random() < BLANK):
                crop = seen.picture.crop(seen.regions[i].quad)
                (own,) = self.reader._transcriber.read([crop])
                lines = [line_image(crop, own.plain)]
                yield Example("pages", self.groups, truth, own, *self.second.read(lines))

    def letter(self):
        """The confidence with which a letter is read as a number, or as a digit."""
        hand = writer.Writer.new(self.materials, TALL, self.rng)
        hand = replace(hand, person=int(self.rng.choice(self.materials.pens.people)))
        letter = str(self.rng.choice([c for c in ascii_letters if c not in LIKE_DIGITS]))
        views = self._views(photograph(lay_out(hand.letters(letter), self.rng), self.rng))
        said = [
            self.reader._transcriber.read_views(views, one_digit=one_digit)[0]
            for one_digit in (False, True)
        ]
        return max(one.confidence for one in said)

    def _views(self, picture):
        seen = self.reader._see(PageImage(picture), 0)
        return [crop for _, crop in views_of(seen.picture, self.reader._wanted(seen.regions))]

    def _crop(self, kind, picture, truth):
        views = self._views(picture)
        own, place = self.reader._transcriber.read_views(views)
        view = asked_view(views, place) if own.plain is None else own.plain
        (line,) = self.second.read([view])
        yield Example(kind, self.groups, truth, own, line)


def text_in(sample, quad):
    """The one number that lies in a quadrilateral; empty if there is none, None if it is cut."""
    inside = np.zeros(sample.picture.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.round(quad).astype(np.int32), 1)
    counts = np.bincount(sample.extents[inside > 0], minlength=len(sample.texts) + 1)
    sizes = np.bincount(sample.extents.ravel(), minlength=len(sample.texts) + 1)
    covered = counts[1:] / np.maximum(sizes[1:], 1)
    touched = (covered > 1 - WHOLE).sum()
    if touched == 0:
        return ""
    return sample.texts[int(covered.argmax())] if touched == 1 and covered.max() > WHOLE else None


def fit_readers(examples):
    """The weights under which what was written is likeliest, and what keeps false signs few."""
    tables = []
    for example in examples:
        counted = example.counted
        if example.truth in counted:
            place = list(counted).index(example.truth)
            tables.append((np.array(list(counted.values())), place))

    def loss(weights):
        total, slope = 0.0, np.zeros(4)
        for table, place in tables:
            score = table @ weights
            shares = np.exp(score - score.max())
            shares /= shares.sum()
            likely = (1 - MISLABELLED) * shares[place] + MISLABELLED / len(shares)
            total -= np.log(likely)
            slope -= (1 - MISLABELLED) * shares[place] / likely * (table[place] - shares @ table)
        n = len(tables)
        return total / n + 1e-3 * weights @ weights, slope / n + 2e-3 * weights

    weights = minimize(loss, np.zeros(4), jac=True, method="L-BFGS-B").x
    shares = [(example, pool(example.counted, weights)) for example in examples]
    plain = [(example, found) for example, found in shares if example.truth.isdigit()]
    few = (
        caution
        for caution in np.arange(0, 10, 0.1)
        if np.mean([has_false_sign(*pair, caution) for pair in plain]) <= FALSE_SIGNS
    )
    caution = next(few, 10.0)
    values, right = [], []
    for example, among in shares:
        text = choose(among, example.own.text, caution)
        if text:
            values.append((1.0, log_odds(among[text])))
            right.append(text == example.truth)
    calibration = logistic(values, right, [0.0, 1.0])
    return Weights(*weights.round(3).tolist(), *calibration, caution=round(float(caution), 1))


def has_false_sign(example, shares, caution):
    text = choose(shares, example.own.text, caution) if is_open(example.own) else ""
    return bool(text) and not text.isdigit() and text != example.own.text


def logistic(values, right, start):
    """Logistic regression where some labels are those of pictures that nobody could read."""
    table, right = np.array(values), np.array(right, bool)

    def loss(w):
        sure = 1 / (1 + np.exp(-table @ w))
        seen = (1 - MISLABELLED) * sure
        slope = np.where(right, -1 / seen, 1 / (1 - seen)) * (1 - MISLABELLED)
        total = -np.log(np.where(right, seen, 1 - seen)).mean() + 1e-4 * w @ w
        return total, table.T @ (slope * sure * (1 - sure)) / len(table) + 2e-4 * w

    found = minimize(loss, np.array(start), jac=True, method="L-BFGS-B").x
    return found.round(3).tolist()


def least_confidences(examples, weights):
    """By wanted error: that of the kind which needs the highest; of shuzi's models alone if there
    are no weights."""
    real = 1 - UNREADABLE["alone" if weights is None else "both"]
    curves = []
    for kind in SHARES:
        said = [(example.said(weights), example.truth) for example in of(kind, examples)]
        sure = np.array([confidence for (_, confidence), _ in said])
        wrong = np.array([text != truth for (text, _), truth in said])
        order = np.argsort(-sure, kind="stable")
        error = np.cumsum(wrong[order]) * real / np.arange(1, len(order) + 1)
        curves.append((sure[order], error))
    return {error: round(max(least(*curve, error) for curve in curves), 4) for error in ERRORS}


def least(sure, error, wanted):
    """The least confidence from which the real error stays within the wanted one."""
    within = np.flatnonzero(error <= wanted)
    count = max(FEWEST, within[-1] + 1 if len(within) else 0)
    return max(FLOOR + 0.01, float(sure[min(count, len(sure)) - 1]))


def of(kind, examples):
    return [example for example in examples if example.kind == kind]


def report(examples, fitted):
    """Of each kind: right, accepted at 1 %, and wrong of these; alone and together."""
    print(f"{'':10}{'n':>6}{'asked':>7}" + f"{'right':>8}{'accepted':>10}{'wrong':>7}" * 2)
    for kind in SHARES:
        chosen = of(kind, examples)
        asked = np.mean([is_open(example.own) for example in chosen])
        line = f"{kind:10}{len(chosen):6}{asked:7.2f}"
        for weights, confidences in fitted.values():
            said = [example.said(weights) for example in chosen]
            right = np.array([t == e.truth for (t, _), e in zip(said, chosen, strict=True)])
            sure = np.array([c >= confidences[0.01] for _, c in said])
            wrong = (sure & ~right).sum() / max(1, sure.sum())
            line += f"{right.mean():8.3f}{sure.mean():10.3f}{wrong:7.3f}"
        print(line, flush=True)


def fit(examples):
    modes = {"alone": None, "both": fit_readers(examples)}
    return {
        mode: (weights, least_confidences(examples, weights)) for mode, weights in modes.items()
    }


def refusing(letters, confidences):
    """The least confidences of a single digit, high enough that as few letters are accepted."""
    return {
        error: round(max(confidence, float(np.quantile(letters, 1 - error))), 4)
        for error, confidence in confidences.items()
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--minutes", type=float, default=4, help="the processor's, to compose")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--try", dest="only_try", action="store_true", help="replace nothing")
    options = parser.parse_args()
    composer = Composer(options)
    examples = [
        example
        for kind, share in SHARES.items()
        for example in composer.compose(kind, 60 * options.minutes * share)
    ]
    letters = [composer.letter() for _ in range(LETTERS)]
    report([e for e in examples if e.group % 4 == 0], fit([e for e in examples if e.group % 4]))
    fitted = fit(examples)
    confidences = {mode: least for mode, (_, least) in fitted.items()}
    confidences["digit"] = refusing(letters, confidences["alone"])
    twin = composer.reader.sequence_recogniser.twin
    values = {
        "fitted": {
            "command": f"python tools/fit_fusion.py DATA --minutes {options.minutes:g}",
            "numbers": {kind: len(of(kind, examples)) for kind in SHARES} | {"letters": LETTERS},
            "number model": checksum(composer.reader.sequence_recogniser.path),
            "its twin": checksum(twin.path) if twin else None,
            "page model": checksum(composer.reader.page_network.path),
        },
        "readers": asdict(fitted["both"][0]),
        "least confidence": confidences,
    }
    print(json.dumps(values, indent=2))
    if not options.only_try:
        with write_atomically(FITTED) as temporary:
            temporary.write_text(json.dumps(values, indent=2) + "\n")


if __name__ == "__main__":
    main()
