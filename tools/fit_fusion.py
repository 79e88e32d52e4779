"""Fit how the two readers are combined: the weights of src/shuzi/recognise/fusion.py.

    python tools/fit_fusion.py DATA [--regions 9000] [--number-model M] [--page-model M]

Composes pages from handwriting that trains nothing (MNIST's last 5,000 training images, the fifth
of UNIPEN's writers that is held out) and numbers with signs, finds their regions with the page
network and asks both readers what each says. Half of the pages fit, the other half is reported;
then all fit, and what fusion.py is to hold is printed. No real set has a part in it. To be repeated
when the number model changes. DATA is a folder with mnist.npz and unipen/.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from measure_signs import KINDS, PARTS, compose_plain, compose_signed
from scipy.optimize import minimize

import shuzi
from shuzi.page.image import PageImage
from shuzi.reader import MARGIN
from shuzi.recognise.fusion import Weights, candidates, choose, fuse, log_odds, pool
from shuzi.recognise.second import Line
from shuzi.recognise.transcriber import Transcript, is_open, line_image
from shuzi.synth import writer
from shuzi.synth.camera import capture
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.materials import MNIST_TRAINS, Materials
from shuzi.synth.sheets import LAYOUTS
from shuzi.synth.unipen import Pens

A_PAGE, LARGEST = 12, 2200
"""Regions of one page at most, and pixels of its longer side."""
WHOLE = 0.95
"""Of a number that its region must cover; else nobody could read it."""
BLANK = 0.1
"""Share of the regions without a number that are taken: such that about one in twenty is none."""
SIGNED = 80
"""Numbers of each kind of signs, clean and worn, and four times as many without."""
MISLABELLED = 0.02
"""Share of the numbers whose label nobody could read in the picture: of the 56 surest errors about
40 were cut off, hidden or written as something else."""
FALSE_SIGNS = 0.0025
"""Share of numbers without a sign that may be given one."""


@dataclass(frozen=True)
class Example:
    """A region, what it says, and what each reader says of it."""

    page: int
    truth: str
    own: Transcript
    line: Line

    @property
    def counted(self):
        return candidates(self.own.reading.probabilities, self.line, self.own.text)


def of_pages(reader, second, materials, count):
    rng, page, layouts = np.random.default_rng(19), 0, list(LAYOUTS)
    shares = [share for _, share in LAYOUTS.values()]
    found = []
    while len(found) < count:
        layout, _ = LAYOUTS[layouts[rng.choice(len(layouts), p=shares)]]
        sample = capture(layout(materials, rng), rng)
        if max(sample.picture.shape) > LARGEST:
            continue
        page += 1
        seen = reader._see(PageImage(sample.picture), 0)
        for i in rng.permutation(len(seen.regions))[:A_PAGE]:
            truth = text_in(sample, seen.regions[i].quad)
            if truth or (truth == "" and rng.random() < BLANK):
                found += read(reader, second, seen.picture, [seen.regions[i]], truth, page)
    return found


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


def of_signs(reader, second, glyphs):
    found = []
    for worn in (False, True):
        for k, kind in enumerate((*KINDS, "")):
            for i in range(SIGNED if kind else 4 * SIGNED):
                rng = np.random.default_rng([PARTS["tune"], worn, k, i])
                if kind:
                    picture, truth = compose_signed(kind, glyphs, rng, worn=worn)
                else:
                    picture, truth = compose_plain(glyphs, rng, worn=worn)
                seen = reader._see(PageImage(picture), 0)
                if truth and len(seen.regions) == 1:
                    found += read(reader, second, seen.picture, seen.regions, truth, i)
    return found


def read(reader, second, picture, regions, truth, page):
    flats = [picture.flat(region.quad, MARGIN) for region in regions]
    greys, inner = [flat.grey for flat in flats], [flat.inner for flat in flats]
    said = reader._transcriber.read(greys, inner)
    lines = second.read([line_image(*each) for each in zip(greys, inner, strict=True)])
    return [Example(page, truth, *each) for each in zip(said, lines, strict=True)]


def fit(examples):
    """The weights under which what was written is likeliest, and what keeps false signs few."""
    tables = []
    for example in examples:
        counted = example.counted
        if example.truth in counted:
            place = list(counted).index(example.truth)
            tables.append((np.array(list(counted.values())), place))

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
    shares = [(example, pool(example.counted, weights)) for example in examples]
    plain = [pair for pair in shares if pair[0].truth.isdigit()]
    caution = next(
        caution
        for caution in np.arange(0, 10, 0.1)
        if np.mean([has_false_sign(*pair, caution) for pair in plain]) <= FALSE_SIGNS
    )
    return Weights(
        *weights.round(3).tolist(), *calibrate(shares, caution), caution=round(float(caution), 1)
    )


def has_false_sign(example, shares, caution):
    text = choose(shares, example.own.text, caution) if is_open(example.own) else ""
    return bool(text) and not text.isdigit()


def calibrate(shares, caution):
    """Offset and slope: logistic regression on the share of the text that is chosen."""
    values, right = [], []
    for example, among in shares:
        text = choose(among, example.own.text, caution)
        if text:
            values.append((1.0, log_odds(among[text])))
            right.append(text == example.truth)
    table, right = np.array(values), np.array(right, float)

    def loss(w):
        sure = 1 / (1 + np.exp(-table @ w))
        seen = (1 - MISLABELLED) * sure
        slope = np.where(right > 0, -1 / seen, 1 / (1 - seen)) * (1 - MISLABELLED)
        total = -np.log(np.where(right > 0, seen, 1 - seen)).mean()
        return total, table.T @ (slope * sure * (1 - sure)) / len(table)

    found = minimize(loss, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B").x
    return found.round(3).tolist()


def report(examples, weights):
    """Of each kind of number: asked, right alone and together, accepted and wrong of these."""
    kinds = {
        "one digit": lambda text: len(text) == 1,
        "several digits": lambda text: text.isdigit() and len(text) > 1,
        "with signs": lambda text: text and not text.isdigit(),
        "no number": lambda text: not text,
    }
    print(
        f"{'':16}{'n':>6}{'asked':>7}{'alone':>7}{'both':>7}{'accepted':>10}{'wrong of them':>15}"
    )
    for kind, belongs in kinds.items():
        chosen = [example for example in examples if belongs(example.truth)]
        asked = np.array([is_open(example.own) for example in chosen])
        said = [
            together(example, weights) if asks else (example.own.text, example.own.confidence)
            for example, asks in zip(chosen, asked, strict=True)
        ]
        alone = np.mean([example.own.text == example.truth for example in chosen])
        right = np.array([text == e.truth for (text, _), e in zip(said, chosen, strict=True)])
        sure = np.array([confidence >= 0.99 for _, confidence in said])
        wrong = (sure & ~right).sum() / max(1, sure.sum())
        print(
            f"{kind:16}{len(chosen):6}{asked.mean():7.2f}{alone:7.3f}{right.mean():7.3f}"
            f"{sure.mean():10.3f}{wrong:15.4f}"
        )
    plain = [example for example in examples if example.truth.isdigit()]
    false = sum(
        has_false_sign(example, pool(example.counted, weights.pool), weights.caution)
        for example in plain
    )
    print(f"false signs: {false} of {len(plain)}", flush=True)


def together(example, weights):
    texts = fuse(example.own.reading.probabilities, example.line, example.own.text, weights)
    return texts[0] if texts else ("", 0.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--regions", type=int, default=9000, help="with a number, of pages")
    parser.add_argument("--number-model", type=Path, help="the one that shuzi carries by default")
    parser.add_argument("--page-model", type=Path, help="the one that shuzi carries by default")
    options = parser.parse_args()
    models = {"number_model": options.number_model, "page_model": options.page_model}
    reader = shuzi.Reader(**models, rotate=0, fast=True, threads=1)
    second = shuzi.Reader(threads=1).second_reader
    if second is None:
        raise SystemExit("There is no second reader to fit.")
    mnist = shuzi.load_data(options.data / "mnist.npz")
    glyphs = Glyphs(mnist.train_images[MNIST_TRAINS:], mnist.train_labels[MNIST_TRAINS:])
    pens = Pens.load(options.data / "unipen", held_out=True)
    # Half of the numbers that are written are a real person's.
    writer.PENNED = 0.5
    examples = of_signs(reader, second, glyphs)
    examples += of_pages(reader, second, Materials(glyphs, pens), options.regions)
    halves = [[e for e in examples if e.page % 2 == half] for half in (0, 1)]
    report(halves[1], fit(halves[0]))
    print(fit(examples))


if __name__ == "__main__":
    main()
