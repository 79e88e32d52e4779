"""Digits a second, and the time of one: shuzi beside bare ONNX Runtime, PyTorch and Keras.

    pip install -c constraints.txt -e '.[bench]'
    python benchmarks/recognise.py mnist.npz --rounds 7

All four run the same network with the same weights: a run of `--recipe` trained for one epoch,
which is as fast as a long one. Each lives in a process of its own, is warmed up, and
waits while the others run. A second table is shuzi with the model that it carries; a third its
start: `shuzi read examples/3.png`, in seconds and resident memory. Prints tables, then one JSON
line.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CONTESTANTS = ("shuzi", "onnxruntime", "torch", "keras")
ONES = 200
"""Single images in a round; their median counts."""
EXAMPLE = Path(__file__).parent.parent / "examples" / "3.png"


def shuzi_predict(run):
    from shuzi.recognise.engine import Recogniser

    return Recogniser(run / "model.onnx" if run else None).predict


def onnxruntime_predict(run):
    import onnxruntime

    session = onnxruntime.InferenceSession(run / "model.onnx", providers=["CPUExecutionProvider"])
    return lambda images: session.run(None, {"images": images})[0]


def torch_predict(run):
    import torch
    from safetensors.torch import load_file

    from shuzi.training.networks import build
    from shuzi.training.recipes import Recipe

    recipe = Recipe.from_dict(json.loads((run / "run.json").read_text())["recipe"])
    network = build(recipe, 0, torch.Generator())
    network.load_state_dict(load_file(run / "model.safetensors"))
    network.eval()

    @torch.inference_mode()
    def predict(images):
        return network(torch.from_numpy(images)).softmax(1).numpy()

    return predict


def keras_predict(run):
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    model = keras.saving.load_model(run / "export.keras")
    return lambda images: model.predict(images, batch_size=1024, verbose=0)


def serve(name, run, data):
    """Measure at each line that comes in."""
    import shuzi

    images = shuzi.load_data(data).test_images
    predict = globals()[f"{name}_predict"](run)
    predict(images), predict(images[:1])
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        # A thousand at a time, for all alike.
        for i in range(0, len(images), 1000):
            predict(images[i : i + 1000])
        seconds = time.perf_counter() - start
        print(json.dumps([len(images) / seconds, _one(predict, images)]), flush=True)


def _one(predict, images):
    """Median microseconds of one image."""
    times = []
    for i in range(ONES):
        start = time.perf_counter()
        predict(images[i : i + 1])
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e6


def measure(names, run, data, rounds):
    """For each name its rates and its times of one image, a value a round."""
    command = [sys.executable, __file__, data, *(["--run", run] if run else []), "--serve"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = {name: subprocess.Popen([*command, name], **pipes) for name in names}
    found = {name: [] for name in names}
    for process in processes.values():
        assert process.stdout.readline() == "ready\n"
    for _ in range(rounds):
        for name, process in processes.items():
            process.stdin.write("\n")
            process.stdin.flush()
            found[name].append(json.loads(process.stdout.readline()))
    for process in processes.values():
        process.communicate()
    return {name: summarise(*zip(*values, strict=True)) for name, values in found.items()}


def summarise(rates, ones):
    return {
        "images_a_second": statistics.median(rates),
        "least": min(rates),
        "most": max(rates),
        "microseconds_of_one": statistics.median(ones),
        "least_of_one": min(ones),
    }


def start(rounds):
    """Median seconds from start to exit of `shuzi read` with one picture, and its memory in MB."""
    seconds = []
    for _ in range(rounds):
        begin = time.perf_counter()
        command = [sys.executable, "-m", "shuzi", "read", EXAMPLE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begin)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": statistics.median(seconds), "least": min(seconds), "megabytes": memory}


def train(recipe, data, folder):
    import shuzi
    from shuzi.training.keras_export import export_keras

    settings = ["epochs=1"]
    run = shuzi.train(
        recipe, dataset=shuzi.load_data(data), out=folder, settings=settings, verbose=0
    ).folder
    export_keras(run, run / "export.keras")
    return run


def report(found):
    print(f"{'':24} {'images/s':>9} {'(least':>8} {'most)':>8} {'one, µs':>8} {'(least)':>8}")
    for name, s in (found["same network"] | found["the model carried"]).items():
        print(
            f"{name:24} {s['images_a_second']:9,.0f} {s['least']:8,.0f} {s['most']:8,.0f} "
            f"{s['microseconds_of_one']:8.0f} {s['least_of_one']:8.0f}"
        )
    read = found["shuzi read"]
    print(
        f"shuzi read, one picture: {read['seconds']:.2f} s (least {read['least']:.2f}), "
        f"{read['megabytes']:.0f} MB"
    )
    print(json.dumps(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data")
    parser.add_argument("--recipe", default="digit")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.run, options.data)
        return
    # Before any other child, whose memory would count.
    read = start(options.rounds)
    with tempfile.TemporaryDirectory() as folder:
        run = train(options.recipe, options.data, Path(folder) / "run")
        same = measure(CONTESTANTS, run, options.data, options.rounds)
    carried = measure(("shuzi",), None, options.data, options.rounds)
    carried = {f"{name}, digit.onnx": values for name, values in carried.items()}
    report({"same network": same, "the model carried": carried, "shuzi read": read})


if __name__ == "__main__":
    main()
