"""The service under load: seconds an answer, answers a second, errors and memory.

    pip install -c constraints.txt '.[web]'
    python benchmarks/serve_load.py --seconds 60

Starts `shuzi serve` in a process of its own, warms it up, and asks it from this process over
real sockets: 8 clients that draw two strokes a second, 8 and 64 clients that each ask again as
soon as they are answered. The picture is one drawn digit on a sheet of --size. Prints a table,
then one JSON line; ends with 1 if there was an error.
"""

import argparse
import asyncio
import io
import json
import os
import platform
import re
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

import shuzi

EXAMPLES = Path(__file__).parent.parent / "examples"


@dataclass
class Load:
    """What clients met: seconds of each answer, how many were none; memory by the second.

    `processor` is the server's processor time in seconds; both with its workers.
    """

    seconds: list[float] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)
    lasted: float = 0.0
    processor: float = 0.0


def drawn_digit(width, height):
    """A digit on a sheet of that size, as PNG."""
    sheet = Image.new("L", (width, height), 255)
    with Image.open(EXAMPLES / "3.png") as picture:
        side = int(0.7 * height)
        sheet.paste(picture.convert("L").resize((side, side)), (width // 3, height // 6))
    target = io.BytesIO()
    sheet.save(target, "PNG")
    return target.getvalue()


def start(options):
    """The service and its address."""
    words = [sys.executable, "-m", "shuzi", "serve", "--port", "0", *options]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline()
    url = urlsplit(re.search(r"http://\S+", line).group())
    return server, url.hostname, url.port


async def client(host, port, request, wait, pause, until, load):
    """Wait, then ask on one connection until that time."""
    await asyncio.sleep(wait)
    reader, writer = await asyncio.open_connection(host, port)
    while (began := time.perf_counter()) < until:
        writer.write(request)
        status = await answered(reader)
        took = time.perf_counter() - began
        if status == 200:
            load.seconds.append(took)
        else:
            load.errors[status] = load.errors.get(status, 0) + 1
        await asyncio.sleep(max(0, pause - took) if pause else 0)
    writer.close()


async def answered(reader):
    """The status of the next answer, read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    await reader.readexactly(int(re.search(r"content-length: (\d+)", head).group(1)))
    return int(head.split()[1])


async def watch(process, until, load):
    """The resident memory of the server and of the processes that it started, each second."""
    while time.perf_counter() < until:
        load.memory.append(sum(resident(one) for one in family(process)))
        await asyncio.sleep(1)


def family(process):
    """The process and those that it started, and so on."""
    children = Path(f"/proc/{process}/task").glob("*/children")
    started = [int(child) for path in children for child in path.read_text().split()]
    return [process, *(one for child in started for one in family(child))]


def resident(process):
    """Bytes; what processes share counts as a part of each."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+)", rollup, re.M).group(1)) * 1024


def processor_seconds(process):
    """Used by a process, those that it started, and their threads so far."""
    stats = [Path(f"/proc/{one}/stat").read_text() for one in family(process)]
    fields = [stat.rpartition(") ")[2].split() for stat in stats]
    return sum(int(each[11]) + int(each[12]) for each in fields) / os.sysconf("SC_CLK_TCK")


async def ask(server, address, request, clients, seconds, pause=0.0):
    load, began = Load(), time.perf_counter()
    used = processor_seconds(server.pid)
    until = began + seconds
    # People do not draw in step.
    waits = [pause * place / clients for place in range(clients)]
    asking = [client(*address, request, wait, pause, until, load) for wait in waits]
    await asyncio.gather(*asking, watch(server.pid, until, load))
    load.lasted = time.perf_counter() - began
    load.processor = processor_seconds(server.pid) - used
    return load


def summarise(name, load):
    cuts = statistics.quantiles(load.seconds, n=100)
    half = load.memory[len(load.memory) // 2 :]
    return {
        "load": name,
        "answers": len(load.seconds),
        "errors": load.errors,
        "per_second": round(len(load.seconds) / load.lasted, 1),
        "p50_ms": round(cuts[49] * 1000, 1),
        "p95_ms": round(cuts[94] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1),
        "processor_ms": round(load.processor / len(load.seconds) * 1000, 2),
        "memory_mb": round(load.memory[-1] / 1e6, 1),
        # Of the second half, by a straight line through it.
        "growth_mb_a_minute": round(60 * float(np.polyfit(range(len(half)), half, 1)[0]) / 1e6, 2),
    }


def run(options):
    body = drawn_digit(*options.size)
    server, *address = start(options.serve.split())
    query = f"?{options.query}" if options.query else ""
    head = f"POST /api/v1/read{query} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    third = max(6, options.seconds // 3)
    try:
        asyncio.run(ask(server, address, request, 64, third))
        people = asyncio.run(ask(server, address, request, 8, third, pause=0.5))
        eight = asyncio.run(ask(server, address, request, 8, third))
        crowd = asyncio.run(ask(server, address, request, 64, options.seconds))
    finally:
        server.send_signal(signal.SIGINT)
        server.wait()
    yield summarise("8 clients, 2 strokes a second each", people)
    yield summarise("8 clients without a pause", eight)
    yield summarise("64 clients without a pause", crowd)


def report(rows, options):
    print(
        f"{'':36} {'answers/s':>9} {'p50 ms':>7} {'p95 ms':>7} {'p99 ms':>7} {'errors':>7}", end=""
    )
    print(f" {'CPU ms':>7} {'MB':>6} {'MB/min':>7}")
    for row in rows:
        times = f"{row['p50_ms']:7.1f} {row['p95_ms']:7.1f} {row['p99_ms']:7.1f}"
        memory = (
            f"{row['processor_ms']:7.2f} {row['memory_mb']:6.0f} {row['growth_mb_a_minute']:7.2f}"
        )
        errors = sum(row["errors"].values())
        print(f"{row['load']:36} {row['per_second']:9.1f} {times} {errors:7} {memory}")
    said = {
        "rows": rows,
        "picture": list(options.size),
        "query": options.query,
        "seconds": options.seconds,
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "python": platform.python_version(),
        "shuzi": shuzi.__version__,
    }
    print(json.dumps(said))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--size", type=int, nargs=2, default=(280, 280))
    parser.add_argument("--query", default="as=digit")
    parser.add_argument("--serve", default="", help="options of shuzi serve")
    options = parser.parse_args()
    rows = list(run(options))
    report(rows, options)
    sys.exit(1 if any(row["errors"] for row in rows) else 0)


if __name__ == "__main__":
    main()
