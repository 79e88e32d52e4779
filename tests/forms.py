"""The same digits in every form that people have data in: a function writes each, and gives it."""

import gzip
import io

import numpy as np
from PIL import Image

from shuzi.files.arrays import idx_header

N, TESTS = 240, 60
HEAD = "label," + ",".join(f"pixel{i}" for i in range(784))


def few(digits):
    """Some digits: images and labels to train on, and to test with."""
    parts = digits.train_images[:N], digits.train_labels[:N]
    return *parts, digits.test_images[:TESTS], digits.test_labels[:TESTS]


def idx_bytes(array):
    """The array as an IDX file has it, uncompressed."""
    return idx_header(array) + array.tobytes()


def png(image, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def rows(images, labels=None):
    """Lines of a CSV."""
    flat = images.reshape(len(images), -1)
    table = flat if labels is None else np.column_stack([labels, flat])
    return "".join(",".join(map(str, row)) + "\n" for row in table.tolist())


def floats_and_one_hot(folder, x, y, xt, yt):
    path, ten = folder / "floats.npz", np.eye(10, dtype=np.float32)
    x, xt = (some.reshape(len(some), 784).astype(np.float32) / 255 for some in (x, xt))
    np.savez(path, x_train=x, y_train=ten[y], x_test=xt, y_test=ten[yt])
    return path


def channels_and_other_names(folder, x, y, xt, yt):
    path = folder / "names.npz"
    arrays = {"train_images": x[..., None], "train_labels": y[:, None]}
    np.savez(path, test_images=xt[:, None], test_labels=yt.astype(float), **arrays)
    return path


def no_names(folder, x, y, xt, yt):
    np.savez(folder / "a.npz", x, y.astype(np.int64), xt, yt)
    return folder / "a.npz"


def no_test_part(folder, x, y, xt, yt):
    np.savez(folder / "b.npz", images=x, labels=y.astype(str))
    return folder / "b.npz"


def kaggle(folder, x, y, xt, yt):
    (folder / "train.csv").write_text(HEAD + "\n" + rows(x, y))
    (folder / "test.csv").write_text(HEAD.removeprefix("label,") + "\n" + rows(xt))
    (folder / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    return folder


def csv_without_head(folder, x, y, xt, yt):
    for name, part in (("mnist_train", rows(x, y)), ("mnist_test", rows(xt, yt))):
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(part.encode(), 1))
    return folder


def _idx(folder, names, arrays):
    for name, array in zip(names, arrays, strict=True):
        (folder / name).write_bytes(gzip.compress(idx_bytes(array), 1))
    return folder


def emnist(folder, x, y, xt, yt):
    names = [
        f"emnist-digits-{part}-{role}-ubyte.gz"
        for part in ("train", "test")
        for role in ("images-idx3", "labels-idx1")
    ]
    turned = (some.transpose(0, 2, 1).copy() for some in (x, xt))
    return _idx(folder, names, (next(turned), y, next(turned), yt))


def qmnist(folder, x, y, xt, yt):
    for part, images, labels in (("train", x, y), ("test", xt, yt)):
        (folder / f"qmnist-{part}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        about = np.zeros((len(labels), 8), ">i4")
        about[:, 0], about[:, 1:] = labels, 7000
        head = bytes([0, 0, 12, 2]) + len(labels).to_bytes(4, "big") + (8).to_bytes(4, "big")
        (folder / f"qmnist-{part}-labels-idx2-int").write_bytes(head + about.tobytes())
    return folder


def torchvision(folder, x, y, xt, yt):
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    for name, array in zip(names, (x, y, xt, yt), strict=True):
        (raw / f"{name}-ubyte").write_bytes(idx_bytes(array))
    return folder


def hugging_face(folder, x, y, xt, yt):
    import pyarrow as pa
    from pyarrow import parquet

    (folder / "mnist").mkdir()
    for part, images, labels in (("train", x, y), ("test", xt, yt)):
        cells = [{"bytes": png(image), "path": None} for image in images]
        table = pa.table({"image": cells, "label": labels.astype(np.int64)})
        parquet.write_table(table, folder / "mnist" / f"{part}-00000-of-00001.parquet")
    return folder


def matlab(folder, x, y, xt, yt):
    from scipy.io import savemat

    def part(images, labels):
        # Columns one after the other, as MATLAB has them.
        flat = images.transpose(0, 2, 1).reshape(len(images), 784)
        return {"images": flat, "labels": labels[:, None].astype(float)}

    about = {"train": part(x, y), "test": part(xt, yt)}
    savemat(folder / "emnist-digits.mat", {"dataset": about}, do_compression=True)
    return folder / "emnist-digits.mat"


def folders_of_digits(folder, x, y, xt, yt):
    for part, images, labels in (("train", x, y), ("test", xt, yt)):
        for i, (image, label) in enumerate(zip(images, labels, strict=True)):
            place = folder / part / str(label)
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{i:04}.png").write_bytes(png(image))
    (folder / "train" / "0" / "notes.txt").write_bytes(b"?")
    return folder


def photos_of_digits(folder, x, y, xt, yt):
    """Dark ink, larger, off their middle, some in colour."""
    for i, (image, label) in enumerate(zip(x, y, strict=True)):
        (folder / str(label)).mkdir(exist_ok=True)
        large = Image.fromarray(255 - image).resize((84, 84), Image.Resampling.BICUBIC)
        sheet = Image.new("RGB" if i % 2 else "L", (130, 100), "white")
        sheet.paste(large, (30, 10))
        sheet.save(folder / str(label) / f"{i}.jpg", quality=92)
    return folder


def reviewed(folder, x, y, xt, yt):
    (folder / "crops").mkdir()
    lines = ["file,digits"]
    for i, (image, label) in enumerate(zip(x, y, strict=True)):
        (folder / f"crops/{i:06}.png").write_bytes(png(255 - np.pad(image, 6)))
        lines.append(f"crops/{i:06}.png,{label}")
    lines += ["crops/000000.png,", "crops/000000.png,12"]
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


WITH_TESTS = (
    *(floats_and_one_hot, channels_and_other_names, no_names, csv_without_head, emnist, qmnist),
    *(torchvision, hugging_face, matlab, folders_of_digits),
)
"""Forms that hold the same pixels as MNIST's would, and test images."""
OTHERS = (no_test_part, kaggle, photos_of_digits, reviewed)
