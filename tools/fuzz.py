"""Files and requests that were damaged on purpose: a result or an error of shuzi's, in time.

    python tools/fuzz.py [KIND...] [--n 1000] [--seed 0] [--keep DIR]

Each kind of file is made small and whole, then changed at random: bytes, pieces cut out, doubled or
swapped with another's, numbers and values of JSON replaced, the end missing; a PNG's and a zip's
checksums are mostly made right again, so that the damage lies deeper. Each input is used in a
process with limits: 10 seconds of processor time, 3 GB of address space. An unexpected exception,
a signal or a hang keeps its input in DIR.
Prints a table, then one JSON line; ends with 1 if anything unexpected happened.
"""

import argparse
import atexit
import io
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

SECONDS, MEMORY = 10, 3_000_000_000
MAX_PIXELS = 1_000_000
CLIENTS = 32
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF)
NUMBERS = (b"0", b"-1", b"65536", b"2147483647", b"4294967296", b"1" * 30, b"1" * 5000)
WORDS = (b"null", b"NaN", b"1e999", b"[" * 200, b'{"a":' * 200, b'""', rb'"\ud800"', b"{}")
CHECKPOINT = Path("checkpoint/latest.safetensors")


def picture(mode="L", side=48):
    """A 7, drawn; every mode that Pillow writes."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (side, side + 3), "white")
    draw = ImageDraw.Draw(image)
    draw.line([(9, 8), (38, 8), (20, 42)], fill=(20, 20, 60), width=4)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode == "LAB":
        from PIL import ImageCms

        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        return ImageCms.applyTransform(image, ImageCms.buildTransform(*profiles, "RGB", "LAB"))
    return image.convert(mode)


def saved(form, mode="L", **options):
    file = io.BytesIO()
    picture(mode).save(file, form, **options)
    return file.getvalue()


def images():
    return np.stack(
        [np.pad(np.full((12, 6), 40 * d // 2, np.uint8), ((8, 8), (11, 11))) for d in range(10)]
    )


def idx(array):
    sizes = b"".join(n.to_bytes(4, "big") for n in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def npz(save=np.savez):
    file, x, y = io.BytesIO(), images(), np.arange(10, dtype=np.uint8)
    save(file, x_train=x, y_train=y, x_test=x, y_test=y)
    return file.getvalue()


def npy():
    file = io.BytesIO()
    np.save(file, images())
    return file.getvalue()


def frames(form, mode):
    return saved(form, mode, save_all=True, append_images=[picture(mode).rotate(90)])


def keras_file():
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "a.keras")
        return (Path(folder) / "a.keras").read_bytes()


def shipped(name):
    import shuzi

    return (Path(shuzi.__file__).parent / "models" / name).read_bytes()


@cache
def trained():
    """The folder of a run that ended, for as long as this process lives."""
    import shuzi

    place = tempfile.TemporaryDirectory()
    atexit.register(place.cleanup)
    digits = {"train_images": images(), "test_images": images()}
    labels = dict.fromkeys(("train_labels", "test_labels"), np.arange(10, dtype=np.uint8))
    settings = {"epochs": 1, "hidden": (8,), "batch_size": 5, "validation_split": 0.2}
    dataset = shuzi.Dataset(**digits, **labels)
    folder = Path(place.name) / "run"
    return shuzi.train(dataset=dataset, out=folder, settings=settings, verbose=0).folder


def queue():
    from shuzi.result import Box, Number
    from shuzi.review.item import NewItem, Verdict
    from shuzi.review.store import open_store

    with tempfile.TemporaryDirectory() as folder:
        box, png = Box(1, 2, 30, 40), saved("PNG")
        digits = [Number(text=str(n), confidence=n / 10, box=box) for n in range(6)]
        new = {"page": 1, "crop": png, "surroundings": png, "inside": box}
        with open_store(str(Path(folder) / "a.db")) as store:
            store.add(NewItem(source=f"{n.text}.png", number=n, **new) for n in digits)
            lease = store.lease("Ann", 3)
            store.decide(lease.token, "Ann", [Verdict(item.id, "7") for item in lease.items])
        with sqlite3.connect(Path(folder) / "a.db") as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        return (Path(folder) / "a.db").read_bytes()


RUN = {
    "recipe": {"name": "tutorial", "epochs": 3, "lr": 0.01, "hidden": [500, 500]},
    "status": "running",
    "started": "2026-01-01T12:00:00+00:00",
    "data": {"source": "mnist.npz", "fingerprint": {}},
    "device": {"type": "cpu", "precision": "fp32", "threads": 2},
    "seconds": {},
    "seed": 0,
}
HISTORY = b"epoch,seconds,loss,accuracy,val_loss,val_accuracy\n1,0.5,1.2,0.5,1.1,0.6\n"
REQUEST = b"POST /api/v1/read?as=digit HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n"
FORM = (
    b"POST /api/v1/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n"
    b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
)
PART = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n%s\r\n--x--\r\n'
)
LEASE = b'{"reviewer": "Li", "count": 3, "alike": false}'


def requests():
    png = saved("PNG")
    part = PART % png
    post = b"POST /api/v1/%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    post += b"Content-Length: %d\r\n\r\n%s"
    login = b'{"token": "a token"}'
    return [
        REQUEST % len(png) + png,
        FORM % len(part) + part,
        post % (b"review/leases", len(LEASE), LEASE),
        post % (b"session", len(login), login),
        b"GET /api/v1/runs HTTP/1.1\r\nHost: localhost\r\nCookie: shuzi=1.2\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n\r\n",
    ]


def heic():
    from pillow_heif import register_heif_opener

    register_heif_opener()
    return [saved("HEIF", "RGB"), saved("HEIF", "L")]


def gzipped(data):
    import gzip

    return gzip.compress(data)


def drawn_pdf():
    """A page with a line drawn on it, a form field and a note, without compression."""
    objects = (
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 80 80]/Contents 4 0 R/Annots[5 0 R 6 0 R]>>",
        "<</Length 44>>\nstream\n4 w 20 70 m 60 70 l 35 10 l S 1 0 0 1 3 3 cm\nendstream",
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(7)/Rect[5 5 30 20]/DA(/Helv 12 Tf)>>",
        "<</Type/Annot/Subtype/Square/Rect[40 5 70 20]/C[1 0 0]>>",
    )
    body = "".join(f"{n} 0 obj{text}\nendobj\n" for n, text in enumerate(objects, 1))
    return f"%PDF-1.4\n{body}trailer<</Root 1 0 R>>\n".encode()


SEEDS = {
    "png": lambda: [
        *(saved("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
        saved("PNG", "P", transparency=0),
        frames("PNG", "RGB"),
    ],
    "jpeg": lambda: [
        saved("JPEG"),
        saved("JPEG", "RGB", progressive=True),
        saved("JPEG", "CMYK"),
        saved("JPEG", "RGB", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"),
    ],
    "webp": lambda: [
        saved("WEBP", "RGB"),
        saved("WEBP", "RGBA", lossless=True),
        frames("WEBP", "RGB"),
    ],
    "bmp": lambda: [saved("BMP", mode) for mode in ("1", "L", "P", "RGB")],
    "gif": lambda: [saved("GIF"), frames("GIF", "P")],
    "tiff": lambda: [
        *(
            saved("TIFF", mode)
            for mode in ("1", "L", "LA", "CMYK", "F", "I", "I;16", "LAB", "YCbCr")
        ),
        *(saved("TIFF", "RGB", compression=c) for c in ("tiff_lzw", "tiff_deflate", "jpeg")),
        saved("TIFF", "1", compression="group4"),
        frames("TIFF", "L"),
    ],
    "avif": lambda: [saved("AVIF", "RGB"), saved("AVIF", "RGBA")],
    "heic": heic,
    "pdf": lambda: [saved("PDF"), saved("PDF", "RGB"), drawn_pdf()],
    "npy": lambda: [npy()],
    "npz": lambda: [npz(), npz(np.savez_compressed)],
    "idx": lambda: [idx(images()), idx(np.arange(10, dtype=np.uint8))],
    "idx.gz": lambda: [gzipped(idx(images()))],
    "keras": lambda: [keras_file()],
    "onnx": lambda: [shipped("digit.onnx")],
    "card": lambda: [shipped("digit.json"), shipped("number.json")],
    "run": lambda: [json.dumps(RUN).encode()],
    "history": lambda: [HISTORY],
    "record": lambda: [(trained() / "run.json").read_bytes()],
    "predict": lambda: [(trained() / "run.json").read_bytes()],
    "checkpoint": lambda: [(trained() / CHECKPOINT).read_bytes()],
    "queue": lambda: [queue()],
    "request": requests,
}


def mutated(data, others, rng):
    """A damaged file: mostly its bytes; of a zip mostly a member's, packed anew."""
    if data.startswith(b"PK") and rng.random() < 0.7:
        return member_mutated(data, rng)
    data = bytes_mutated(data, others, rng)
    return png_whole(data) if data.startswith(b"\x89PNG") and rng.random() < 0.7 else data


def member_mutated(data, rng):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        chosen = names[rng.integers(len(names))]
        for name in names:
            content = old.read(name)
            new.writestr(
                name, bytes_mutated(content, [content], rng) if name == chosen else content
            )
    return out.getvalue()


def bytes_mutated(data, others, rng):
    """With some changed, and mostly a piece cut out, doubled, swapped, or the end missing."""
    changed = bytearray(data)
    for place in rng.integers(0, len(changed), rng.integers(0, 9)):
        few = rng.random() < 0.3
        changed[place] = INTERESTING[rng.integers(5)] if few else rng.integers(256)
    first, last = sorted(int(n) for n in rng.integers(0, len(changed), 2))
    how = rng.integers(9)
    if how == 0:
        del changed[first : min(last, first + 200)]
    elif how == 1:
        changed[first:first] = changed[first : min(last, first + 2000)]
    elif how == 2:
        del changed[max(1, last) :]
    elif how == 3:
        changed[first:last] = others[rng.integers(len(others))][first:last]
    elif how == 4:
        size = 2 ** int(rng.integers(1, 4))
        value = int(rng.choice([0, 1, 255, 2**15, 2**31 - 1, 2**32 - 1, 2**63 - 1])) % 256**size
        changed[first : first + size] = value.to_bytes(size, str(rng.choice(["little", "big"])))
    elif how == 5 and (digits := [m.start() for m in re.finditer(rb"\d", changed)]):
        place = digits[rng.integers(len(digits))]
        changed[place : place + 1] = NUMBERS[rng.integers(len(NUMBERS))]
    elif how == 6 and (values := list(re.finditer(rb"(?<=[:,] )[^,}\]\n]+", changed))):
        chosen = values[rng.integers(len(values))]
        changed[chosen.start() : chosen.end()] = WORDS[rng.integers(len(WORDS))]
    return bytes(changed) or b"\0"


def png_whole(data):
    out, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 8 + size]
        out += data[at : at + 4] + body + zlib.crc32(body).to_bytes(4, "big")
        at += 12 + size
    return bytes(out)


def reader_of(kind):
    """A function that uses a file of that kind as shuzi does."""
    if kind in USERS:
        return USERS[kind]()
    from shuzi import Reader

    reader = Reader(max_pixels=MAX_PIXELS, threads=1)
    return lambda path: sum(1 for _ in reader.read_pages(path))


def image_user():
    from shuzi.dataset import load_images

    return load_images


def dataset_user():
    from shuzi import load_data

    return load_data


def keras_user():
    import torch

    from shuzi.training.keras_import import KerasModel
    from shuzi.training.recipes import TUTORIAL

    def use_keras(path):
        network = KerasModel(path).network(TUTORIAL, torch.Generator())
        network(torch.zeros((2, 28, 28), dtype=torch.uint8))

    return use_keras


def record_user():
    from shuzi.training.record import load_record

    return lambda path: load_record(path.parent)


def predict_user():
    from shuzi.evaluation.report import predict_file

    def use_record(path):
        np.save(path.with_name("images.npy"), images())
        predict_file(path.parent, path.with_name("images.npy"), path.with_name("out.csv"))

    return use_record


def checkpoint_user():
    import torch

    from shuzi.training.checkpoint import load_checkpoint
    from shuzi.training.device import choose_device
    from shuzi.training.loop import Split, Trainer
    from shuzi.training.recipes import Recipe
    from shuzi.training.record import load_record

    few = Split(torch.zeros((8, 28, 28), dtype=torch.uint8), torch.zeros(8, dtype=torch.int64))
    recipe = Recipe.from_dict(load_record(trained())["recipe"])
    trainer = Trainer(recipe, 0, choose_device(), few, few)
    return lambda path: load_checkpoint(path.parent.parent, trainer.state)


def model_user():
    from shuzi import Recogniser

    return lambda path: Recogniser(path, threads=1).predict(images())


def run_user():
    from shuzi.web.runs import list_runs, show_run

    def use_run(path):
        state = SimpleNamespace(settings=SimpleNamespace(runs=path.parent.parent))
        request = SimpleNamespace(app=SimpleNamespace(state=state))
        json.dumps([list_runs(request), show_run(request, path.parent.name)], allow_nan=False)

    return use_run


def use_card(path):
    from shuzi.card import load_card, to_markdown

    model = path.with_name("model.onnx")
    if not model.exists():
        shutil.copyfile(Path(sys.modules["shuzi"].__file__).parent / "models/digit.onnx", model)
    to_markdown(load_card(model))


def use_queue(path):
    from shuzi.review.store import open_store

    with open_store(str(path), create=False) as store:
        store.figures()
        list(store.items())
        store.lease("Li", 3)


USERS = {
    **dict.fromkeys(("npy", "idx", "idx.gz"), image_user),
    "npz": dataset_user,
    "keras": keras_user,
    "onnx": model_user,
    "card": lambda: use_card,
    "run": run_user,
    "history": run_user,
    "record": record_user,
    "predict": predict_user,
    "checkpoint": checkpoint_user,
    "queue": lambda: use_queue,
}
OF_A_RUN = {"record": "run.json", "predict": "run.json", "checkpoint": CHECKPOINT}
NAMES = {"card": "model.json", "run": "run.json", "history": "history.csv", "idx.gz": "a.gz"}


def use(kind, first, count, seed, folder):
    """In a process of its own: a line of JSON an input, before it is used and after."""
    import shuzi

    # What libraries print is not ours.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    seeds = SEEDS[kind]()
    reader = reader_of(kind)
    folder = folder / "files"
    folder.mkdir()
    path = folder / NAMES.get(kind, f"a.{kind}")
    if kind in OF_A_RUN:
        shutil.copytree(trained(), folder / "run")
        path = folder / "run" / OF_A_RUN[kind]
    (folder / "run.json").write_text(json.dumps(RUN)) if kind == "history" else None
    for data in seeds:
        path.write_bytes(data)
        with suppress(shuzi.ShuziError):
            reader(path)
    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = memory()
    for number in range(first, first + count):
        rng = np.random.default_rng([seed, sorted(SEEDS).index(kind), number])
        data = mutated(seeds[number % len(seeds)], seeds, rng)
        path.write_bytes(data)
        say(out, begun=number)
        spent = seconds()
        allowed = int(time.process_time()) + SECONDS + 1
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, resource.RLIM_INFINITY))
        signal.alarm(12 * SECONDS)
        try:
            reader(path)
            outcome = "used"
        except shuzi.ShuziError as error:
            outcome = "refused"
            if str(folder) not in error.message:
                outcome = f"unnamed: {error.message}"
        except Exception:
            outcome = traceback.format_exc()
        signal.alarm(0)
        say(out, done=number, outcome=outcome, seconds=seconds() - spent, memory=memory() - before)


def say(out, **values):
    print(json.dumps(values), file=out, flush=True)


def seconds():
    """Of the processor, this process's and those of its children that ended."""
    own, ended = os.times()[:2], os.times()[2:4]
    return sum(own) + sum(ended)


def memory():
    """Bytes, the most so far; of the processes for PDFs, too."""
    return 1024 * max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )


class Tally:
    """What came of the inputs of one kind."""

    def __init__(self):
        self.inputs = self.used = self.refused = 0
        self.bad, self.seconds, self.memory = [], 0.0, 0

    def add(self, number, outcome, seconds=0.0, memory=0):
        self.inputs += 1
        self.used += outcome == "used"
        self.refused += outcome == "refused"
        if outcome not in ("used", "refused"):
            self.bad.append({"input": number, "outcome": outcome})
        elif seconds > SECONDS:
            self.bad.append({"input": number, "outcome": f"{seconds:.1f} s of processor time"})
        self.seconds, self.memory = max(self.seconds, seconds), max(self.memory, memory)


def fuzz_files(kind, n, seed, keep):
    """Use `n` inputs, in a new process after each that ended one."""
    tally, first = Tally(), 0
    while first < n:
        with tempfile.TemporaryDirectory() as folder:
            words = [kind, "--child", folder, "--first", first, "--n", n - first, "--seed", seed]
            child = subprocess.Popen(
                [sys.executable, __file__, *map(str, words)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            begun = None
            for line in child.stdout:
                values = json.loads(line)
                if "begun" in values:
                    begun = values["begun"]
                    continue
                tally.add(values["done"], values["outcome"], values["seconds"], values["memory"])
                first, begun = values["done"] + 1, None
            ended = child.wait()
            if begun is None and ended != 0:
                raise SystemExit(f"The process for {kind} ended with {ended} between two inputs.")
            if begun is not None:
                tally.add(begun, f"the process ended with {ended}")
                first = begun + 1
    for bad in tally.bad if keep else []:
        save(keep, kind, seed, bad)
    return tally


def save(keep, kind, seed, bad):
    seeds = SEEDS[kind]()
    rng = np.random.default_rng([seed, sorted(SEEDS).index(kind), bad["input"]])
    keep.mkdir(parents=True, exist_ok=True)
    name = f"{kind}-{bad['input']}"
    (keep / name).write_bytes(mutated(seeds[bad["input"] % len(seeds)], seeds, rng))
    (keep / f"{name}.txt").write_text(bad["outcome"])


def fuzz_requests(n, seed):
    """Send `n` requests to a service of its own, and ask it at the end whether it lives."""
    tally, seeds = Tally(), requests()
    words = [sys.executable, "-m", "shuzi", "serve", "--port", "0", "--review"]
    with tempfile.TemporaryDirectory() as folder:
        service = subprocess.Popen(
            [*words, f"{folder}/a.db", "--runs", folder, "--upload-seconds", "1"],
            env=os.environ | {"SHUZI_TOKEN": "a token"} if seed % 2 else os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        port = int(re.search(r":(\d+)/", service.stdout.readline()).group(1))

        def send(number):
            rng = np.random.default_rng([seed, sorted(SEEDS).index("request"), number])
            return answered(port, mutated_request(seeds[number % len(seeds)], seeds, rng))

        # Many wait until the service gives up on what is not all there.
        with ThreadPoolExecutor(CLIENTS) as clients:
            for number, status in enumerate(clients.map(send, range(n))):
                outcome = "used" if status == 200 else "refused" if status < 500 else str(status)
                tally.add(number, outcome)
        if answered(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") != 200:
            tally.add(n, "the service does not answer")
        tally.memory = 1024 * int(
            re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{service.pid}/status").read_text()).group(1)
        )
        service.send_signal(signal.SIGINT)
        said = service.communicate(timeout=60)[0]
        if "Unexpected" in said or "Traceback" in said:
            tally.bad.append({"input": -1, "outcome": said})
    return tally


def mutated_request(data, others, rng):
    """Mostly a damaged body with its right length, as a damaged head is refused at once."""
    head, _, body = data.partition(b"\r\n\r\n")
    if not body or rng.random() < 0.4:
        return mutated(data, others, rng)
    bodies = [other.partition(b"\r\n\r\n")[2] or b"x" for other in others]
    body = mutated(body, bodies, rng)
    return re.sub(rb"(?<=Length: )\d+", b"%d" % len(body), head) + b"\r\n\r\n" + body


def answered(port, data):
    """The status of the answer; 0 where the service hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        with suppress(OSError):
            client.sendall(data)
        try:
            line = client.recv(4096).split(b"\r\n")[0].split()
        except ConnectionError:
            return 0
    return int(line[1]) if len(line) > 1 else 0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(sorted(SEEDS)))
    parser.add_argument("--n", type=int, default=1000, help="inputs of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for what did something unexpected")
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        use(given.kinds[0], given.first, given.n, given.seed, given.child)
        return
    tallies = {}
    print("kind      inputs    used refused  bad  most s  most MB")
    for kind in given.kinds or sorted(SEEDS):
        if kind == "request":
            found = fuzz_requests(given.n, given.seed)
        else:
            found = fuzz_files(kind, given.n, given.seed, given.keep)
        tallies[kind] = found
        counts = f"{found.inputs:7} {found.used:7} {found.refused:7} {len(found.bad):4}"
        print(f"{kind:8} {counts} {found.seconds:7.2f} {found.memory / 1e6:8.1f}", flush=True)
        for bad in found.bad[:5]:
            print(f"  {bad['input']}: {bad['outcome'].strip().splitlines()[-1]}")
    print(json.dumps({kind: vars(found) for kind, found in tallies.items()}))
    sys.exit(any(found.bad for found in tallies.values()))


if __name__ == "__main__":
    main()
