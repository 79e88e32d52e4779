"""A review queue of real digits, the least sure ones as the digit model reads them."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

import shuzi
from shuzi.result import Box, Digit, Number
from shuzi.review.item import NewItem
from shuzi.review.store import open_store

SIDE = 84
AROUND = Box(SIDE, 0, SIDE, SIDE)


def read_digits(digits):
    """Images, labels and probabilities, those first of which the digit model is least sure."""
    images = np.concatenate([digits.train_images, digits.test_images])
    labels = np.concatenate([digits.train_labels, digits.test_labels])
    probabilities = shuzi.Recogniser().predict(images)
    order = np.argsort(probabilities.max(axis=1), kind="stable")
    return list(zip(images[order], labels[order], probabilities[order], strict=True))


def fill(place, doubtful, count, required=1):
    """Queue so many of them; truths as texts by the item's number."""
    chosen = doubtful[:count]
    new = [_item(image, read, place=i) for i, (image, _, read) in enumerate(chosen)]
    with open_store(str(place)) as store:
        added = store.add(new, required=required)
    return {item: str(label) for item, (_, label, _) in zip(added, chosen, strict=True)}


def fill_unread(place, count):
    """Queue so many pictures with ink of which nothing was read."""
    ink = np.zeros((count, 28, 28), np.uint8)
    for i in range(count):
        ink[i, 4 + i : 8 + i, 6:22] = 255
    read = Number(text="", confidence=0.0, decision="reject", box=Box(0, 0, SIDE, SIDE))
    items = (_item(one, np.zeros(10), place=i) for i, one in enumerate(ink))
    with open_store(str(place)) as store:
        store.add(replace(item, number=read) for item in items)


def as_read(place):
    """What each item was read as, by its number."""
    with open_store(str(place)) as store:
        return {item.id: item.text for item in store.items()}


def decided(place):
    """What was decided, and how often each item was, by the item's number."""
    with open_store(str(place)) as store:
        items = list(store.items("decided"))
        return {item.id: item.answer for item in items}, {
            item.id: sum(event.action == "decided" for event in store.history(item.id))
            for item in items
        }


def _item(image, probabilities, place):
    ranked = np.argsort(-probabilities)
    text, *others = (str(digit) for digit in ranked)
    sure, *less = (float(probabilities[digit]) for digit in ranked)
    box = Box(0, 0, SIDE, SIDE)
    alternatives = tuple(zip(others[:3], less[:3], strict=True))
    digit = Digit(text=text, confidence=sure, box=box, alternatives=alternatives)
    paper = Image.fromarray(255 - image).resize((SIDE, SIDE))
    around = Image.new("L", (3 * SIDE, SIDE), 255)
    around.paste(paper, (SIDE, 0))
    return NewItem(
        source=f"form-{place}.png",
        page=1,
        number=Number(text=text, confidence=sure, box=box, digits=(digit,)),
        crop=_png(paper),
        surroundings=_png(around),
        inside=AROUND,
    )


def _png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
