"""Mutated data files, models and records: a result or an error of shuzi's, within limits.

    python tools/fuzz_data.py --rounds 1000 --only npz idx.gz

Each format's inputs are read in child processes with limits on memory and processor time; what is
another exception, a signal or a limit that was met is printed with the seed that makes it again.
"""

import argparse
import gzip
import io
import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from shuzi.errors import ShuziError

SECONDS = 10
"""Of processor time for one input."""
BATCH = 200
MEMORY = 1 << 30
"""Bytes beyond what a child has when it begins."""
SETTINGS = {"epochs": 1, "hidden": (8,), "scale": 255.0, "batch_size": 20}
NUMBERS = [b"0", b"-1", b"255", b"65536", b"2147483647", b"4294967296", b"1" * 30, b"1" * 5000]
WORDS = [b"null", b"true", b"NaN", b"1e999", b"[" * 200, b'{"a":' * 200, b'""', rb'"\ud800"', b"{}"]


def mutate(data, rng):
    """Bytes changed, cut out, doubled or cut off; numbers and JSON values replaced."""
    changed = bytearray(data)
    first, last = sorted(int(i) for i in rng.integers(0, len(changed) + 1, 2))
    how = rng.integers(8)
    if how == 0:
        del changed[first : min(last, first + 40)]
    elif how == 1:
        changed[first:first] = changed[first:last]
    elif how == 2:
        del changed[max(1, last) :]
    elif how == 3:
        size = int(rng.choice([1, 2, 4, 8]))
        value = int(rng.choice([0, 1, 255, 2**31 - 1, 2**31, 2**63 - 1])) % 256**size
        changed[first : first + size] = value.to_bytes(size, str(rng.choice(["little", "big"])))
    elif how == 4 and (digits := [i for i, c in enumerate(changed) if 48 <= c < 58]):
        place = int(rng.choice(digits))
        changed[place : place + 1] = NUMBERS[rng.integers(len(NUMBERS))]
    elif how == 5 and b": " in changed:
        places = [i for i in range(len(changed)) if changed[i : i + 2] == b": "]
        place = int(rng.choice(places)) + 2
        end = min((i for i in range(place, len(changed)) if changed[i] in b",}]\n"), default=place)
        changed[place:end] = WORDS[rng.integers(len(WORDS))]
    else:
        for place in rng.integers(0, len(changed), rng.integers(1, 12)):
            changed[place] = rng.integers(256)
    return bytes(changed)


def mutate_zip(data, rng):
    """The archive as bytes, or one of its members, packed anew."""
    if rng.random() < 0.3:
        return mutate(data, rng)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        chosen = rng.integers(len(old.namelist()))
        for i, name in enumerate(old.namelist()):
            content = old.read(name)
            new.writestr(name, mutate(content, rng) if i == chosen else content)
    return file.getvalue()


def array_bytes(save, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def formats(folder):
    """Per format: the file to change, how, and what reads it."""
    import shuzi
    from shuzi.arrays import idx_bytes, read_arrays
    from shuzi.card import load_card
    from shuzi.dataset import Dataset, load_images, load_mnist
    from shuzi.engine import Recogniser
    from shuzi.evaluation.report import predict_file
    from shuzi.training.record import load_record
    from shuzi.training.run import resume, train
    from shuzi.training.start import load_start

    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 28, 28), dtype=np.uint8)
    labels = (np.arange(40) % 10).astype(np.uint8)
    dataset = Dataset(
        train_images=images, train_labels=labels, test_images=images, test_labels=labels
    )
    run, model = folder / "run", folder / "model.onnx"
    if not run.exists():
        train(dataset=dataset, out=run, settings=SETTINGS, verbose=0)
        shutil.copy(Path(shuzi.__file__).parent / "models" / "digit.onnx", model)
        shutil.copy(model.parent / "run" / "run.json", folder / "unchanged.json")
    names = ("x_train", "y_train", "x_test", "y_test")
    arrays = dict(zip(names, (images, labels.astype(int), images, labels), strict=True))
    save_npy = lambda file: np.save(file, images)  # noqa: E731
    parts = {
        "npy": (folder / "a.npy", array_bytes(save_npy), mutate, load_images),
        "npz": (folder / "a.npz", array_bytes(np.savez, **arrays), mutate_zip, load_mnist),
        "npz.deflate": (
            folder / "b.npz",
            array_bytes(np.savez_compressed, **arrays),
            mutate_zip,
            load_mnist,
        ),
        "idx": (folder / "a-idx3-ubyte", idx_bytes(images), mutate, load_images),
        "idx.gz": (folder / "a.gz", gzip.compress(idx_bytes(images)), mutate, read_arrays),
        "card": (folder / "model.json", b"", mutate, lambda _: load_card(model)),
        "start": (folder / "model.json", b"", mutate, lambda _: load_start(model)),
        "record": (run / "run.json", b"", mutate, lambda _: load_record(run)),
        "resume": (
            run / "run.json",
            b"",
            mutate,
            lambda _: resume(run, dataset=dataset, verbose=0),
        ),
        "predict": (
            run / "run.json",
            b"",
            mutate,
            lambda _: predict_file(run, folder / "images.npy", folder / "out.csv"),
        ),
        "checkpoint": (
            run / "checkpoint" / "latest.safetensors",
            b"",
            mutate,
            lambda _: load_state(run),
        ),
        "onnx": (model, b"", mutate, lambda path: Recogniser(path, threads=1).predict(images[:2])),
    }
    np.save(folder / "images.npy", images[:3])
    if not (folder / "model.json").exists():
        shutil.copy(Path(shuzi.__file__).parent / "models" / "digit.json", folder / "model.json")
    parts = {
        name: (path, data or path.read_bytes(), how, read)
        for name, (path, data, how, read) in parts.items()
    }
    parts["keras"] = (folder / "a.keras", b"", mutate_zip, load_keras)
    return parts


def load_state(run):
    import torch

    from shuzi.training.checkpoint import load_checkpoint
    from shuzi.training.device import choose_device
    from shuzi.training.loop import Split, Trainer
    from shuzi.training.recipes import TUTORIAL

    empty = Split(torch.zeros((20, 28, 28), dtype=torch.uint8), torch.zeros(20, dtype=torch.int64))
    trainer = Trainer(TUTORIAL.with_settings(SETTINGS), 0, choose_device(), empty, empty)
    load_checkpoint(run, trainer.state)


def load_keras(path):
    import torch

    from shuzi.training.keras_import import KerasModel
    from shuzi.training.recipes import TUTORIAL

    network = KerasModel(path).network(TUTORIAL, torch.Generator())
    network(torch.zeros((2, 28, 28), dtype=torch.uint8))


def save_keras(path):
    from shuzi.training.keras_file import keras

    layers = keras.layers
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 3, strides=2)])
    for layer in (layers.BatchNormalization(), layers.ReLU(), layers.MaxPooling2D(2)):
        model.add(layer)
    for layer in (layers.Flatten(), layers.Dropout(0.5), layers.Dense(10, "softmax")):
        model.add(layer)
    model.save(path)


def work(name, folder, seeds, queue):
    """Read a batch of mutated inputs under limits; tell each seed before it begins."""
    path, data, how, read = formats(folder)[name]
    if name == "keras":
        data = path.read_bytes()
    original = path.read_bytes() if path.exists() else None
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))
    sys.stderr = sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - till the process ends
    for seed in seeds:
        queue.put((seed, "begun"))
        spent = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(spent.ru_utime + spent.ru_stime) + SECONDS + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        path.write_bytes(how(data, np.random.default_rng([len(name), seed])))
        try:
            read(path)
            queue.put((seed, "read"))
        except ShuziError as error:
            queue.put((seed, type(error).__name__))
        except BaseException as error:
            queue.put((seed, f"UNEXPECTED {type(error).__name__}: {error}"[:300]))
    if original is not None:
        path.write_bytes(original)
    queue.put((None, "end"))


def fuzz(name, folder, rounds, first):
    """Outcomes of a format, and the seeds of those that may not be."""
    context = multiprocessing.get_context("fork")
    outcomes, bad, seeds = Counter(), [], list(range(first, first + rounds))
    while seeds:
        queue = context.SimpleQueue()
        batch = seeds[:BATCH]
        child = context.Process(target=work, args=(name, folder, batch, queue))
        child.start()
        done = 0
        current = None
        while done < len(batch):
            while queue.empty() and child.is_alive():
                child.join(0.01)
            if queue.empty():
                outcome = f"UNEXPECTED exit {child.exitcode}"
                bad.append((current, outcome))
                outcomes[outcome] += 1
                done += 1
                break
            seed, outcome = queue.get()
            if outcome == "begun":
                current = seed
                continue
            done += 1
            outcomes[outcome.partition(":")[0]] += 1
            if outcome.startswith("UNEXPECTED"):
                bad.append((seed, outcome))
        child.join(5)
        seeds = seeds[done:]
    return outcomes, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000, help="inputs of each format")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--only", nargs="*", help="formats")
    options = parser.parse_args()
    rows, failed = {}, False
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        save_keras(folder / "a.keras")
        for name in options.only or formats(folder):
            outcomes, bad = fuzz(name, folder, options.rounds, options.first)
            rows[name] = dict(outcomes)
            failed |= bool(bad)
            print(name, dict(outcomes), flush=True)
            for seed, outcome in bad[:20]:
                print(f"  {name} seed {seed}: {outcome}", flush=True)
    print(json.dumps(rows))
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
