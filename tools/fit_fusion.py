"""Fit what is believed and what is accepted: src/shuzi/models/decisions.json.

    python tools/fit_fusion.py DATA [--minutes 4] [--number-model M] [--page-model M] [--try]

Composes pictures from handwriting that trains nothing (MNIST's last 5,000 training images, the
fifth of UNIPEN's writers that is held out) and reads them as the reader does, with both readers:

    crops    of one number, of every kind that the number model learns from
    written  numbers of held-out writers, with and without signs, on the same papers
    pages    regions of composed pages and forms

From three quarters of them it fits how the readers are combined, how a number's two views are, and,
for each wanted error, the least confidence to accept: the highest of those that the kinds need. The
last quarter is reported, then all is written, unless `--try` says no. No real set has a part in it.
It is to be repeated when a model changes. DATA is a folder with mnist.npz and unipen/.
"""

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import minimize

import shuzi
from shuzi.card import checksum
from shuzi.files import write_atomically
from shuzi.page.image import PageImage
from shuzi.reader import MARGIN, _whole
from shuzi.recognise.fusion import (
    FITTED,
    LEAST,
    LEGIBLE,
    ViewWeights,
    Weights,
    agree,
    candidates,
    choose,
    fuse,
    log_odds,
    pool,
)
from shuzi.recognise.second import Line
from shuzi.recognise.sequence import tidy
from shuzi.recognise.transcriber import MARKED, PARTLY, Transcript, is_open, line_image
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
UNREADABLE = 0.7
"""Share of the errors among what is accepted that are such: of the 40 surest 29 (2026-11-26)."""
FALSE_SIGNS = 0.0025
"""Share of numbers without a sign that may be given one."""
ERRORS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Wanted errors."""
FEWEST = 100
"""Numbers that a least confidence rests on at least."""


@dataclass(frozen=True)
class View:
    """What shuzi's own models say of a region, and what the second reader does."""

    own: Transcript
    line: Line

    def together(self, weights):
        """Text and confidence of both readers."""
        if not is_open(self.own):
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


@dataclass(frozen=True)
class Example:
    """A number, of what it is a part, and its views: its region and, of a crop, the picture."""

    kind: str
    group: int
    truth: str
    views: tuple[View, ...]

    def each(self, readers):
        """Text and confidence of each view; by shuzi's models alone where there are no weights."""
        if readers is None:
            return [(view.own.text, view.own.confidence) for view in self.views]
        return [view.together(readers) for view in self.views]

    def said(self, readers, views):
        """Text and confidence of all views."""
        found = self.each(readers)
        if len(found) == 1 or not found[1][0]:
            return found[0]
        swap, confidence = agree(*found, views)
        return found[swap][0], confidence


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
                view = self._view(seen.picture, seen.regions[i])
                yield Example("pages", self.groups, truth, (view,))

    def _crop(self, kind, picture, truth):
        seen = self.reader._see(PageImage(picture), 0)
        regions = [*self.reader._wanted(seen.regions)[:1], _whole(seen.picture)]
        views = tuple(self._view(seen.picture, region) for region in regions)
        yield Example(kind, self.groups, truth, views)

    def _view(self, picture, region):
        flat = picture.flat(region.quad, MARGIN)
        (own,) = self.reader._transcriber.read([flat.grey], [flat.inner])
        (line,) = self.second.read([line_image(flat.grey, flat.inner)])
        return View(own, line)


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
    views = [(view, example.truth) for example in examples for view in example.views[:1]]
    tables = []
    for view, truth in views:
        counted = view.counted
        if truth in counted:
            tables.append((np.array(list(counted.values())), list(counted).index(truth)))

    def loss(weights):
        total, slope = 0.0, np.zeros(5)
        for table, place in tables:
            score = table @ weights
            shares = np.exp(score - score.max())
            shares /= shares.sum()
            likely = (1 - MISLABELLED) * shares[place] + MISLABELLED / len(shares)
            total -= np.log(likely)
            slope -= (1 - MISLABELLED) * shares[place] / likely * (table[place] - shares @ table)
        n = len(tables)
        return total / n + 1e-3 * weights @ weights, slope / n + 2e-3 * weights

    weights = minimize(loss, np.zeros(5), jac=True, method="L-BFGS-B").x
    shares = [(view, truth, pool(view.counted, weights)) for view, truth in views]
    plain = [(view, found) for view, truth, found in shares if truth.isdigit()]
    few = (
        caution
        for caution in np.arange(0, 10, 0.1)
        if np.mean([has_false_sign(*pair, caution) for pair in plain]) <= FALSE_SIGNS
    )
    caution = next(few, 10.0)
    values, right = [], []
    for view, truth, among in shares:
        text = choose(among, view.own.text, caution)
        if text:
            values.append((1.0, log_odds(among[text])))
            right.append(text == truth)
    calibration = logistic(values, right, [0.0, 1.0])
    return Weights(*weights.round(3).tolist(), *calibration, caution=round(float(caution), 1))


def has_false_sign(view, shares, caution):
    text = choose(shares, view.own.text, caution) if is_open(view.own) else ""
    return bool(text) and not text.isdigit()


def fit_views(examples, readers):
    """How two views of a number are put together."""
    same, apart = ([], []), ([], [])
    for example in examples:
        said = example.each(readers)
        if len(said) < 2 or not said[1][0]:
            continue
        swap, _ = agree(*said, ViewWeights(0, 1, 0, 0, 1))
        a, b = (odds(confidence) for _, confidence in said)
        values, right = same if said[0][0] == said[1][0] else apart
        if said[0][0] == said[1][0]:
            values.append((1.0, (a + b) / 2, abs(a - b)))
        else:
            values.append((1.0, (b if swap else a) - max(0.0, a if swap else b)))
        right.append(said[swap][0] == example.truth)
    return ViewWeights(*logistic(*same, [0.0, 1.0, 0.0]), *logistic(*apart, [-1.0, 0.3]))


def odds(confidence):
    return np.log((confidence + LEAST) / (1 - confidence + LEAST))


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


def least_confidences(examples, readers, views):
    """By wanted error: that of the kind which needs the highest."""
    curves = []
    for kind in SHARES:
        said = [(example.said(readers, views), example.truth) for example in of(kind, examples)]
        sure = np.array([confidence for (_, confidence), _ in said])
        wrong = np.array([text != truth for (text, _), truth in said])
        order = np.argsort(-sure, kind="stable")
        error = np.cumsum(wrong[order]) * (1 - UNREADABLE) / np.arange(1, len(order) + 1)
        curves.append((sure[order], error))
    return {error: round(max(least(*curve, error) for curve in curves), 4) for error in ERRORS}


def least(sure, error, wanted):
    """The least confidence from which the real error stays within the wanted one."""
    within = np.flatnonzero(error <= wanted)
    count = max(FEWEST, within[-1] + 1 if len(within) else 0)
    return max(LEGIBLE + 0.01, float(sure[min(count, len(sure)) - 1]))


def of(kind, examples):
    return [example for example in examples if example.kind == kind]


def report(examples, fitted):
    """Of each kind: right, accepted at 1 %, and wrong of these; alone and together."""
    print(f"{'':10}{'n':>6}{'asked':>7}" + f"{'right':>8}{'accepted':>10}{'wrong':>7}" * 2)
    for kind in SHARES:
        chosen = of(kind, examples)
        asked = np.mean([is_open(view.own) for e in chosen for view in e.views])
        line = f"{kind:10}{len(chosen):6}{asked:7.2f}"
        for readers, views, confidences in fitted.values():
            said = [example.said(readers, views) for example in chosen]
            right = np.array([t == e.truth for (t, _), e in zip(said, chosen, strict=True)])
            sure = np.array([c >= confidences[0.01] for _, c in said])
            wrong = (sure & ~right).sum() / max(1, sure.sum())
            line += f"{right.mean():8.3f}{sure.mean():10.3f}{wrong:7.3f}"
        print(line, flush=True)


def fit(examples):
    readers = fit_readers(examples)
    found = {}
    for mode, weights in (("alone", None), ("both", readers)):
        views = fit_views(examples, weights)
        found[mode] = weights, views, least_confidences(examples, weights, views)
    return found


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
    report([e for e in examples if e.group % 4 == 0], fit([e for e in examples if e.group % 4]))
    fitted = fit(examples)
    values = {
        "fitted": {
            "command": f"python tools/fit_fusion.py DATA --minutes {options.minutes:g}",
            "numbers": {kind: len(of(kind, examples)) for kind in SHARES},
            "number model": checksum(composer.reader.sequence_recogniser.path),
            "page model": checksum(composer.reader.page_network.path),
        },
        "readers": asdict(fitted["both"][0]),
        "views": {mode: asdict(views) for mode, (_, views, _) in fitted.items()},
        "least confidence": {mode: least for mode, (*_, least) in fitted.items()},
    }
    print(json.dumps(values, indent=2))
    if not options.only_try:
        with write_atomically(FITTED) as temporary:
            temporary.write_text(json.dumps(values, indent=2) + "\n")


if __name__ == "__main__":
    main()
