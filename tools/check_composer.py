"""Is the composer true? Two checks by a reader that never saw any of its pictures.

    python tools/check_composer.py DATA [--n 2000] [--tune 9000] [--wrong DIR]

RapidOCR's recogniser, cut to digits, reads 85 to 92 % of real crops (logbooks 88, cheques 85,
register years 94); of composed pictures, without the corrections of any label, it should read about
as many. Prints how many it reads, of all and kind by kind, and how often it reads nothing of what
has digits. What a person would misread too is damage that no real picture has.

Then its last layer learns from so many other composed pictures, and both are asked about crops that
nobody composed: of these it should read no less than before. Nothing of it is kept.

DATA is a folder with mnist.npz, unipen/, numbers/ and pages/. MNIST's last 5,000 training images
and the writers that are held out are what is written with.
"""

import argparse
import sys
from collections import defaultdict
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn
from torch.nn import functional

from shuzi.recognise.decoding import DIGITS, MARK, digits_of
from shuzi.recognise.second import ALPHABET, find_second_reader
from shuzi.recognise.second import _as_input as as_input
from shuzi.synth.materials import held_out
from shuzi.synth.strings import pictures

sys.path.append(str(Path(__file__).parent.parent / "benchmarks"))
import read_numbers

CHUNK = 8
FIRST, LAST = slice(0, 1 + len(DIGITS)), ("logbook", "register_years", "cheques", "votes")
"""Columns of the blank and of the digits; and the sets that both last layers read."""
EPOCHS, RATE, BATCH = 8, 1e-3, 32


def read_digits(reader, picture, *, alone):
    """The likeliest digits, greedily; where they stand `alone`, if nothing else may be written."""
    table = reader._run(as_input(picture)[None])[0]
    return greedy(table[:, FIRST] if alone else table)


def greedy(table):
    best = table.argmax(axis=1)
    kept = (best > 0) & np.r_[True, best[1:] != best[:-1]]
    return digits_of("".join((ALPHABET + MARK)[c - 1] for c in best[kept]))


def print_kinds(reader, composed, wrong):
    """The first check; pictures that are misread go into the folder `wrong`, if there is one."""
    found = defaultdict(list)
    for i, one in enumerate(composed):
        digits = digits_of(one.text)
        if not digits:
            continue
        said = read_digits(reader, one.picture, alone=one.text.isdigit())
        for kind in ("all", *one.kinds, f"length: {min(len(digits), 9)}"):
            found[kind].append((said == digits, said == ""))
        if wrong and said != digits:
            name = f"{i:05}-{one.text.replace('/', '|')}-as-{said}.png"
            cv2.imwrite(str(wrong / name), one.picture)
    print("| kind | n | read right | nothing read |\n|---|---|---|---|")
    for kind, seen in sorted(found.items()):
        right, silent = np.mean(seen, axis=0)
        print(f"| {kind} | {len(seen)} | {right:.3f} | {silent:.3f} |")


class Features:
    """What the reader's last layer is given, and that layer, cut to the blank and the digits."""

    def __init__(self, reader):
        model = onnx.load(reader.path)
        product = next(node for node in reversed(model.graph.node) if node.op_type == "MatMul")
        added = next(node for node in model.graph.node if product.output[0] in node.input)
        kept = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
        columns = [column for column in reader._columns if column != reader._columns[1]][FIRST]
        self.layer = nn.Linear(kept[product.input[1]].shape[0], len(columns))
        with torch.no_grad():
            self.layer.weight[:] = torch.tensor(kept[product.input[1]][:, columns].T)
            self.layer.bias[:] = torch.tensor(kept[added.input[1]][columns])
        name = product.input[0]
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(name))
        self._session = onnxruntime.InferenceSession(model.SerializeToString())
        self._name = name

    def of(self, picture):
        """float32 (t, d)."""
        colours = np.repeat(as_input(picture)[None, None], 3, axis=1)
        (features,) = self._session.run([self._name], {"x": colours})
        return torch.from_numpy(features[0])


def tuned(layer, samples, seed):
    """The layer after it has learned from features and digits, by CTC."""
    torch.manual_seed(seed)
    learned = nn.Linear(layer.in_features, layer.out_features)
    learned.load_state_dict(layer.state_dict())
    steps = EPOCHS * len(samples) // BATCH
    optimiser = torch.optim.Adam(learned.parameters(), RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, max(1, steps))
    for _ in range(steps):
        chosen = [samples[i] for i in torch.randint(len(samples), (BATCH,))]
        features = nn.utils.rnn.pad_sequence([one for one, _ in chosen])
        lengths = [len(one) for one, _ in chosen]
        wanted = [torch.tensor([DIGITS.index(c) + 1 for c in text]) for _, text in chosen]
        loss = functional.ctc_loss(
            learned(features).log_softmax(2),
            torch.cat(wanted),
            lengths,
            [len(one) for one in wanted],
            zero_infinity=True,
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return learned


@torch.inference_mode()
def print_tuned(reader, composed, data, seed):
    """The second check."""
    features = Features(reader)
    samples = [(features.of(one.picture), one.text) for one in composed if one.text.isdigit()]
    with torch.inference_mode(mode=False):
        samples = [(one.clone(), text) for one, text in samples]
        learned = tuned(features.layer, samples, seed)
    print(f"\n| last layer | {' | '.join(LAST)} |\n|{'---|' * (1 + len(LAST))}")
    sets = [read_numbers.SETS[name][0](data) for name in LAST]
    of_sets = [([features.of(one) for one in crops], texts) for crops, texts in sets]
    for name, layer in (("its own", features.layer), (f"{len(samples)} composed", learned)):
        shares = [
            np.mean([greedy(layer(x).numpy()) == digits_of(t) for x, t in zip(*one, strict=True)])
            for one in of_sets
        ]
        print(f"| {name} | {' | '.join(f'{share:.3f}' for share in shares)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--tune", type=int, default=9000, help="pictures to learn from; 0: none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--wrong", type=Path, help="a folder for the pictures it misreads")
    options = parser.parse_args()
    reader = find_second_reader(threads=1)
    if reader is None:
        raise SystemExit("There is no reader to ask: pip install 'rapidocr>=3.10'.")
    if options.wrong:
        options.wrong.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([options.seed, 99])
    composed = pictures(held_out(options.data), rng)
    print_kinds(reader, islice(composed, options.n), options.wrong)
    if options.tune:
        print_tuned(reader, islice(composed, options.tune), options.data, options.seed)


if __name__ == "__main__":
    main()
