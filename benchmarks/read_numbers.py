"""Whole numbers read right, and how fast: shuzi beside Tesseract and RapidOCR on the same crops.

    apt install tesseract-ocr
    pip install -c constraints.txt . && pip install rapidocr_onnxruntime
    python benchmarks/read_numbers.py DATA

RapidOCR brings opencv-python, whose files are those of shuzi's opencv-python-headless; so it is in
no extra of shuzi. Install it in an environment of its own, where both may lie over each other.

DATA is a folder with numbers/labels.csv (file,digits) and the crops that it names. Tesseract reads
them with `--psm 7` and digits only, RapidOCR with its recogniser alone, as a crop is one line, and
of its text the digits count. A peer that is not installed is left out. Prints a table, then one
JSON line; times are of one run, wall and processor, Tesseract's with and without its start.
"""

import argparse
import csv
import json
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import onnxruntime

import shuzi

STARTS = 20
"""Pictures that Tesseract is started for one by one."""
TESSERACT = ("--psm", "7", "-c", "tessedit_char_whitelist=0123456789")


def crops(folder):
    """The files and numbers of each set."""
    found = defaultdict(list)
    with (folder / "numbers" / "labels.csv").open() as file:
        for row in csv.DictReader(file):
            path = folder / "numbers" / row["file"]
            found[path.parent.name].append((path, row["digits"]))
    return found


def timed(read, files):
    """What `read` says of each file, median milliseconds, and the processor's for each."""
    read(files[0])
    said, times, processor = [], [], time.process_time()
    for file in files:
        start = time.perf_counter()
        said.append(read(file))
        times.append(1000 * (time.perf_counter() - start))
    processor = 1000 * (time.process_time() - processor) / len(files)
    return said, {"ms": statistics.median(times), "processor ms": processor}


def by_shuzi(files):
    reader = shuzi.Reader()
    return timed(lambda file: "".join(n.text for n in reader.read(file).numbers), files)


def by_rapidocr(files):
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR()

    def read(file):
        found, _ = engine(str(file), use_det=False, use_cls=False, use_rec=True)
        return "".join(c for text, _ in found or [] for c in text if c in "0123456789")

    return timed(read, files)


def by_tesseract(files):
    """All in one process, then some in a process each."""
    with tempfile.TemporaryDirectory() as folder:
        names = Path(folder, "files.txt")
        names.write_text("".join(f"{file}\n" for file in files))
        seconds, processor, said = run_tesseract(str(names))
    starts = [run_tesseract(str(file))[0] for file in files[:STARTS]]
    pages = ["".join(page.split()) for page in said.split("\f")[: len(files)]]
    return pages, {
        "ms": 1000 * seconds / len(files),
        "processor ms": 1000 * processor / len(files),
        "ms with its start": 1000 * statistics.median(starts),
    }


def run_tesseract(source):
    """Seconds, the processor's seconds, and the text."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = ["tesseract", source, "stdout", *TESSERACT]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, used, done.stdout


def contestants():
    """Those that are installed; the others are named."""
    found = {"shuzi": by_shuzi}
    if shutil.which("tesseract"):
        found["Tesseract"] = by_tesseract
    else:
        print("Tesseract is left out: apt install tesseract-ocr")
    try:
        import rapidocr_onnxruntime  # noqa: F401 - only whether it is there
    except ImportError:
        print("RapidOCR is left out: pip install rapidocr_onnxruntime")
    else:
        found["RapidOCR"] = by_rapidocr
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    results = []
    for name, pairs in crops(options.data).items():
        files, numbers = zip(*pairs, strict=True)
        for system, read in contestants().items():
            said, times = read(list(files))
            right = sum(a == b for a, b in zip(said, numbers, strict=True)) / len(numbers)
            results.append(
                {"set": name, "n": len(numbers), "system": system, "right": right} | times
            )
    print("| set | n | system | right | ms | processor ms | ms with its start |")
    print("|---|---|---|---|---|---|---|")
    for row in results:
        started = f"{row['ms with its start']:.0f}" if "ms with its start" in row else ""
        print(
            f"| {row['set']} | {row['n']} | {row['system']} | {row['right']:.3f} "
            f"| {row['ms']:.1f} | {row['processor ms']:.1f} | {started} |"
        )
    versions = {"shuzi": shuzi.__version__, "onnxruntime": onnxruntime.__version__}
    print(json.dumps({"versions": versions, "results": results}))


if __name__ == "__main__":
    main()
