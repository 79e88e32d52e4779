"""How fast is a batch, and where does its time go? Crops of numbers, and A4 pages at 300 dpi.

    python benchmarks/batch.py DATA [--crops 1200] [--pages 24] [--jobs 1 2]
    python benchmarks/batch.py DATA --crops 0 --pages 0 --small 100000 --pdf 2000
    python benchmarks/batch.py DATA --crops 0 --pages 0 --parts 20000
    python benchmarks/batch.py DATA --crops 0 --pages 0 --chunks 1000
    python benchmarks/batch.py DATA --crops 0 --pages 0 --ray 1000

DATA is a folder with numbers/ (crops) and mnist.npz (whose test digits fill the pages). Each batch
runs as its users run it, in a process of its own with so many more that read, and writes a CSV.
`speed` is files a second of the clock, start included; `seconds` is the processor's for a file, of
all processes, which a busy machine changes less; the next column is the part of the first process,
which gives out the work and writes. The shares are of the processor's time in one process: decoding
of files, each network and step, writing of parts and table, and everything else. Crops and pages
are read by default and with --fast.

--ray N reads N and then 4 N of the crops by two local processes, by two of a Ray cluster of this
machine's, and by Ray Data with two actors, by turns: what each file more takes of the processor,
starts not counted, and the ratios to the first.

--parts writes the parts of so many crops, as the first process does: what a chunk costs beside
reading, of the processor and of the clock, which waits for the disk; what a file costs to plan, and
to survey and put together again.

--chunks N hands out N and then 4 N chunks of 32 files that are empty, so that reading is next to
nothing, to two local processes and to two of a Ray cluster of this machine's: what each chunk more
takes the first process, from the list of the folder to the table, and how many there were a second
of the clock in the longer run, with its start. Both say how many chunks one first process can hand
out, whatever reads them.

--small reads so many small pictures, which it makes, --pdf a PDF of so many pages; `MB` is the most
memory that a process of the batch had. Prints a table, then one JSON line.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from functools import partial
from itertools import cycle, islice, pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

import shuzi.image
import shuzi.reader
import shuzi.recognise.crop
from shuzi.batch import Item, Options, ReadItems, Row, chunks, find_items, write_table
from shuzi.batch.item import MOST_ITEMS
from shuzi.batch.task import Part, Task
from shuzi.batch.work import Work
from shuzi.decide import Decider
from shuzi.image import load_pages
from shuzi.page.image import PageImage
from shuzi.page.network import PageNetwork
from shuzi.recognise.engine import Recogniser
from shuzi.recognise.second import SecondReader
from shuzi.recognise.sequence import SequenceRecogniser
from shuzi.synth.glyphs import Glyphs
from shuzi.synth.pages import compose_page

CHILD = """
import json, os, sys, threading, time
from shuzi.cli import main

most, spent = [0], {}
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")

def family(pid):
    yield pid
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        for child in file.read().split():
            yield from family(int(child))

def look():
    # Some processes of Ray's are waited for by nobody, so their time is taken while they live.
    try:
        for pid in family(os.getpid()):
            with open(f"/proc/{pid}/stat") as file:
                values = file.read().rpartition(") ")[2].split()
            spent[pid] = (int(values[11]) + int(values[12])) / TICKS
            most[0] = max(most[0], int(values[21]) * PAGE)
    except (OSError, IndexError):
        pass

def watch():
    while True:
        look()
        time.sleep(0.2)

threading.Thread(target=watch, daemon=True).start()
try:
    main()
finally:
    look()
    total = sum(spent.values())
    said = {"spent": total, "megabytes": most[0] / 1e6, "driver": time.process_time()}
    print(json.dumps(said), file=sys.stderr)
"""


RAY_DATA = """
import ray
from shuzi.batch import Options, ReadItems, chunks, find_items
from shuzi.batch.table import parquet_schema

class Read:
    def __init__(self):
        self.read = ReadItems(Options(fast=True))

    def __call__(self, portion):
        return [row._asdict() for row in self.read(portion["items"])]

def main():
    source, out = sys.argv[2], sys.argv[4]
    portions = [{"items": items} for items in chunks(find_items([source], out))]
    ray.init("local", include_dashboard=False)
    readers = ray.data.ActorPoolStrategy(size=2)
    rows = ray.data.from_items(portions).flat_map(Read, compute=readers, num_cpus=1)
    rows.write_parquet(out + ".parquet", schema=parquet_schema())
    print(sum(map(len, (portion["items"] for portion in portions))), "files")
"""


def make_crops(data, folder, count):
    """Copies of the crops, whose bytes count, not what they say."""
    found = sorted(p for p in (data / "numbers").rglob("*.*") if p.suffix in (".jpg", ".png"))
    for number, path in enumerate(islice(cycle(found), count)):
        (folder / f"{number}{path.suffix}").write_bytes(path.read_bytes())


def make_pages(data, folder, count):
    mnist = shuzi.load_data(data / "mnist.npz")
    glyphs = Glyphs(mnist.test_images, mnist.test_labels)
    for number in range(count):
        page, _ = compose_page(glyphs, np.random.default_rng(number))
        page = cv2.resize(page, (2480, 3508), interpolation=cv2.INTER_CUBIC)
        Image.fromarray(page).save(folder / f"{number}.jpg", quality=85, dpi=(300, 300))


def run(source, jobs, *more, code=CHILD):
    """Files a second, the processor's seconds for a file, and the most memory of a process."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "a.csv")
        words = [sys.executable, "-c", code, "batch", str(source), "-o", str(out), "-j", str(jobs)]
        words += more
        began = time.perf_counter()
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - began
        assert done.returncode == 0, done.stderr
        files = int(re.search(r"([\d,]+) files?", done.stdout)[1].replace(",", ""))
    said = json.loads(done.stderr.splitlines()[-1])
    return {
        "jobs": jobs,
        "files": files,
        "speed": files / seconds,
        "seconds": said["spent"] / files,
        "driver": said["driver"] / files,
        "megabytes": said["megabytes"],
    }


class Clock:
    """The processor's time in some functions, which it wraps."""

    def __init__(self):
        self.spent = 0.0

    def wrap(self, function):
        def timed(*args, **kwargs):
            began = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.spent += time.process_time() - began

        return timed


def shares(source, *, fast):
    """The share of each step in the processor's time of one process."""
    steps = {
        (PageNetwork, "run"): "page network",
        (shuzi.reader, "find_regions"): "regions",
        (PageImage, "flat"): "flattening",
        (shuzi.recognise.crop, "make_strip"): "strips",
        (SequenceRecogniser, "run"): "number model",
        (Recogniser, "predict"): "digit model",
        (SecondReader, "_run"): "second reader",
        (Decider, "decide_page"): "decisions",
    }
    clocks = {name: Clock() for name in ("decoding", *steps.values(), "writing")}
    usual = {place: getattr(*place) for place in steps}

    def timed_pages(*args, **kwargs):
        pages = load_pages(*args, **kwargs)
        step = clocks["decoding"].wrap(lambda: next(pages, None))
        while (page := step()) is not None:
            yield page

    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder, "a.csv"))
        with work.held():
            work.begin({}, chunks(find_items([str(source)], work.spool)), None)
            read = ReadItems(Options(fast=fast))
            all_chunks = list(work.chunks())
            read(all_chunks[0][:1])
            for place, name in steps.items():
                setattr(*place, clocks[name].wrap(usual[place]))
            shuzi.image.load_pages = timed_pages
            began = time.process_time()
            try:
                for number, items in enumerate(all_chunks):
                    rows = read(items)
                    clocks["writing"].wrap(work.add)(Task(number, items), Part(rows))
                clocks["writing"].wrap(write_table)(work.rows(), Path(folder, "b.csv"))
            finally:
                for place in steps:
                    setattr(*place, usual[place])
                shuzi.image.load_pages = load_pages
            total = time.process_time() - began
    known = {name: clock.spent / total for name, clock in clocks.items()}
    return known | {"the rest": 1 - sum(known.values())}


def make_small(folder, count):
    """Copies of one small picture, a thousand a folder."""
    picture = cv2.imencode(".png", np.full((12, 12), 255, np.uint8))[1].tobytes()
    for number in range(count):
        place = folder / str(number // 1000)
        place.mkdir(exist_ok=True)
        (place / f"{number}.png").write_bytes(picture)


def make_pdf(data, folder, count):
    mnist = shuzi.load_data(data / "mnist.npz")
    pages = (Image.fromarray(255 - image) for image in islice(cycle(mnist.test_images), count))
    next(pages).save(folder / "long.pdf", save_all=True, append_images=pages, resolution=200)


def measure(name, make, jobs, *, split=True, fast=False):
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        rows = [run(folder, count, *(["--fast"] if fast else [])) for count in jobs]
        parts = shares(folder, fast=fast) if split else {}
    for row in rows:
        print(
            f"{name:12} {row['jobs']:4} {row['files']:8,} {row['speed']:8.1f} "
            f"{row['seconds'] * 1000:10.2f} {row['driver'] * 1000:9.2f} {row['megabytes']:6.0f}",
            flush=True,
        )
    print(" " * 13 + "  ".join(f"{step} {share:.0%}" for step, share in parts.items()))
    return {"runs": rows, "shares": parts}


def compare_with_ray(data, count):
    """Processor seconds of each file beyond the first, by processes and by a cluster."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        make_crops(data, Path(few), count)
        make_crops(data, Path(many), 4 * count)
        each = {}
        ways = {
            "processes": (CHILD, "--fast"),
            "ray": (CHILD, "--fast", "--ray=local"),
            "ray data": (CHILD.replace("from shuzi.cli import main", RAY_DATA), "--fast"),
        }
        for name, (code, *more) in ways.items():
            one, four = (run(folder, 2, *more, code=code) for folder in (few, many))
            spent = [found["seconds"] * found["files"] for found in (one, four)]
            each[name] = (spent[1] - spent[0]) / (3 * count)
            start = spent[0] - each[name] * count
            clock = (four["files"] / four["speed"] - one["files"] / one["speed"]) / (3 * count)
            ratio = each[name] / each["processes"]
            said = f"{each[name] * 1000:8.2f} ms a file, x {ratio:.2f}, in {clock * 1000:.0f} ms"
            said += f"; {start:.1f} s to start"
            print(f"{name:10} {said}", flush=True)
    return each | {"files": 3 * count}


def make_empty(folder, count):
    """Files with nothing in them, a thousand a folder, and a picture, without which all failed."""
    make_small(folder, 1)
    for number in range(1, count):
        place = folder / str(number // 1000)
        place.mkdir(exist_ok=True)
        (place / f"{number}.png").touch()


def cost_of_chunks(count):
    """Milliseconds of the first process for a chunk more, and chunks a second, starts included."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        make_empty(Path(few), count * MOST_ITEMS)
        make_empty(Path(many), 4 * count * MOST_ITEMS)
        found = {"chunks": 3 * count}
        for name, more in (("processes", []), ("ray", ["--ray=local"])):
            one, four = (run(folder, 2, *more) for folder in (few, many))
            spent = four["driver"] * four["files"] - one["driver"] * one["files"]
            speed = four["speed"] / MOST_ITEMS
            found[name] = {"ms": spent / (3 * count) * 1000, "a second": speed}
            said = f"{found[name]['ms']:.2f} ms of the first process for a chunk, "
            print(f"{name:10} {said}{found[name]['a second']:.0f} chunks a second", flush=True)
    return found


def cost_of_parts(count):
    """Milliseconds of a part, and of a file in all else that the first process does for it."""
    row = Row("scans/12345.png", 1, 1, None, None, "12345", 0.98765, "accept", 1, 2, 30, 40, "")
    files = (Item(source=f"{n}.png", place=f"{n}.png", size=3000) for n in range(count))
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder, "a.csv"))
        with work.held():
            starts = [time.process_time()]
            work.begin({}, chunks(files), None)
            starts.append(time.process_time())
            began = time.perf_counter()
            for number, items in enumerate(work.chunks()):
                work.add(Task(number, items), Part([row] * len(items)))
            parts, seconds = number + 1, time.perf_counter() - began
            starts.append(time.process_time())
            work.survey()
            write_table(work.rows(), Path(folder, "b.csv"))
            starts.append(time.process_time())
    plan, add, rest = (after - before for before, after in pairwise(starts))
    found = {"parts": parts, "part": add / parts * 1000}
    found |= {"part by the clock": seconds / parts * 1000}
    found |= {"plan of a file": plan / count * 1000, "table of a file": rest / count * 1000}
    print(", ".join(f"{name} {value:.3g}" for name, value in found.items()) + " (ms)", flush=True)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--crops", type=int, default=1200)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--small", type=int, default=0)
    parser.add_argument("--pdf", type=int, default=0)
    parser.add_argument("--parts", type=int, default=0)
    parser.add_argument("--chunks", type=int, default=0)
    parser.add_argument("--ray", type=int, default=0)
    options = parser.parse_args()
    print(f"{'':12} jobs    files  speed/s  ms of CPU  of which     MB")
    data, found = options.data, {}
    for name, count, make in (
        ("crops", options.crops, make_crops),
        ("pages", options.pages, make_pages),
    ):
        for fast in (False, True) if count else ():
            shown = name + " --fast" * fast
            files = partial(make, data, count=count)
            found[shown] = measure(shown, files, options.jobs, fast=fast)
    most = [max(options.jobs)]
    if options.small:
        found["small"] = measure(
            "small", lambda to: make_small(to, options.small), most, split=False
        )
    if options.pdf:
        found["pdf"] = measure("pdf", lambda to: make_pdf(data, to, options.pdf), most, split=False)
    if options.parts:
        found["parts"] = cost_of_parts(options.parts)
    if options.chunks:
        found["chunks"] = cost_of_chunks(options.chunks)
    if options.ray:
        found["ray"] = compare_with_ray(data, options.ray)
    about = {"cores": os.cpu_count(), "machine": platform.machine(), "load": os.getloadavg()[0]}
    print(json.dumps({"benchmark": "batch"} | about | found))


if __name__ == "__main__":
    main()
