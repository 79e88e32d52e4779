"""Draw the example pictures: digits and numbers as pen strokes, on paper, chalk, a desk.

    python examples/draw_digits.py

Writes beside this script; the same pictures each time.
"""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from shuzi.synth.pen import curve

HERE = Path(__file__).parent
OVERSAMPLING = 4

# Points that the pen passes, x to the right and y down, in a field of 1 x 1.
STROKES = {
    0: [
        [(0.52, 0.1), (0.3, 0.28), (0.27, 0.62), (0.46, 0.9), (0.7, 0.7), (0.72, 0.32), (0.5, 0.1)]
    ],
    1: [[(0.36, 0.3), (0.46, 0.2), (0.55, 0.1)], [(0.55, 0.1), (0.51, 0.5), (0.48, 0.9)]],
    2: [
        [(0.24, 0.3), (0.36, 0.12), (0.6, 0.1), (0.74, 0.28), (0.6, 0.52), (0.24, 0.88)],
        [(0.24, 0.88), (0.5, 0.84), (0.8, 0.88)],
    ],
    3: [
        [(0.26, 0.2), (0.5, 0.09), (0.7, 0.24), (0.62, 0.42), (0.44, 0.48), (0.68, 0.56)],
        [(0.68, 0.56), (0.75, 0.74), (0.58, 0.9), (0.36, 0.88), (0.22, 0.78)],
    ],
    4: [
        [(0.46, 0.1), (0.33, 0.36), (0.22, 0.6)],
        [(0.22, 0.6), (0.5, 0.58), (0.8, 0.55)],
        [(0.63, 0.34), (0.6, 0.64), (0.56, 0.92)],
    ],
    5: [
        [(0.72, 0.12), (0.5, 0.13), (0.34, 0.14)],
        [(0.34, 0.14), (0.31, 0.3), (0.29, 0.46)],
        [(0.29, 0.46), (0.5, 0.4), (0.71, 0.54), (0.7, 0.78), (0.48, 0.91), (0.25, 0.84)],
    ],
    6: [
        [(0.64, 0.1), (0.42, 0.3), (0.28, 0.66), (0.44, 0.9), (0.66, 0.8), (0.64, 0.58)],
        [(0.64, 0.58), (0.46, 0.52), (0.3, 0.7)],
    ],
    7: [[(0.22, 0.16), (0.5, 0.14), (0.78, 0.15)], [(0.78, 0.15), (0.58, 0.5), (0.44, 0.9)]],
    8: [
        [(0.68, 0.2), (0.48, 0.1), (0.32, 0.24), (0.5, 0.46), (0.7, 0.68), (0.54, 0.9)],
        [(0.54, 0.9), (0.32, 0.84), (0.3, 0.66), (0.5, 0.46), (0.69, 0.34), (0.68, 0.2)],
    ],
    9: [
        [(0.7, 0.26), (0.5, 0.1), (0.32, 0.26), (0.42, 0.46), (0.62, 0.4), (0.7, 0.26)],
        [(0.7, 0.26), (0.66, 0.6), (0.58, 0.92)],
    ],
}

COUNTS = [("List A", " 37"), ("List B", "238"), ("List C", "  7"), ("Total", "282")]
"""A form's labels and the digits in its boxes; a space is an unused one."""
DESK = [["2064", "19", "853"], ["7", "490", "1268"], ["345", "86", "21"], ["9031", "574", "60"]]
PAGE = [["25", "378", "52"], ["835", "7", "2238"], ["58", "3"]]


def ink(digit, size, pen, slant=0.0):
    """A mask of the digit's strokes, Pillow mode L; `pen` in pixels."""
    side = size * OVERSAMPLING
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    for stroke in STROKES[digit]:
        for x, y in curve(np.array(stroke), steps=23):
            across, down = (x + slant * (0.5 - y)) * side, y * side
            r = pen * OVERSAMPLING / 2
            draw.ellipse((across - r, down - r, across + r, down + r), fill=255)
    return mask.resize((size, size), Image.Resampling.LANCZOS)


def number(text, size, pen, seed):
    """A mask of digits side by side, each a little higher or lower and leaning its own way."""
    rng = np.random.default_rng(seed)
    step = round(0.72 * size)
    mask = Image.new("L", (step * len(text) + size // 2, round(1.3 * size)))
    for place, digit in enumerate(text):
        spot = place * step + size // 8, round(0.15 * size + rng.normal(0, 0.03) * size)
        own = ink(int(digit), size, pen, slant=0.1 + rng.normal(0, 0.04))
        mask.paste(255, spot, own)
    return mask


def page(lines, paper, colour):
    """A ruled page with lines of numbers."""
    picture = Image.new("RGB", (900, 130 + 120 * len(lines)), paper)
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        y = 90 + 120 * row
        draw.line((0, y + 105, 900, y + 105), (170, 190, 215), 3)
        for column, text in enumerate(line):
            mask = number(text, 80, 5, seed=10 * row + column)
            picture.paste(colour, (80 + 280 * column, y), mask)
    draw.line((50, 0, 50, picture.height), (220, 150, 150), 3)
    return picture


def form(counts, paper, colour):
    """A form with three printed boxes a number; a dash in those that are not used."""
    side, top, left = 84, 70, 330
    picture = Image.new("RGB", (760, 2 * top + 120 * len(counts)), paper)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(38)
    for row, (label, digits) in enumerate(counts):
        y = top + 120 * row
        draw.text((70, y + 20), label, fill=(40, 40, 40), font=font)
        for place, digit in enumerate(digits):
            x = left + side * place
            draw.rectangle((x, y, x + side, y + side), outline=(90, 90, 90), width=3)
            if digit == " ":
                draw.line((x + 22, y + 45, x + 64, y + 41), colour, 5)
            else:
                slant = 0.06 * np.sin(5 * row + 3 * place)
                picture.paste(colour, (x + 9, y + 9), ink(int(digit), 68, 6, slant))
    return picture


def on_paper(mask, paper, colour, offset=(0, 0), size=None):
    """The mask in a colour on paper (RGB), the paper larger than the mask if `size` says so."""
    picture = Image.new("RGB", size or mask.size, paper)
    picture.paste(Image.new("RGB", mask.size, colour), offset, mask)
    return picture


def in_a_shadow(picture, seed):
    """As a phone sees it: light falling off to one side, a soft lens, some noise."""
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.2)), float)
    height, width = pixels.shape[:2]
    light = np.linspace(1, 0.45, width)[None, :, None] * np.linspace(1, 0.8, height)[:, None, None]
    noise = np.random.default_rng(seed).normal(0, 4, pixels.shape)
    return Image.fromarray((pixels * light + noise).clip(0, 255).astype(np.uint8))


def on_a_desk(sheet, seed):
    """A photo of a sheet that lies on a wooden desk, from above and a little to one side."""
    rng = np.random.default_rng(seed)
    width, height = size = 1400, 1000
    boards = cv2.resize(rng.normal(0, 9, (250, 8)), size, interpolation=cv2.INTER_CUBIC)
    wood = np.array([132, 96, 66]) + boards[:, :, None]
    left, top, right, bottom = 0.09 * width, 0.1 * height, 0.9 * width, 0.92 * height
    corners = [(left + 60, top), (right - 20, top + 30), (right + 40, bottom), (left, bottom - 40)]
    flat = [(0, 0), (sheet.width, 0), sheet.size, (0, sheet.height)]
    way = cv2.getPerspectiveTransform(np.float32(flat), np.float32(corners))
    seen = cv2.warpPerspective(np.asarray(sheet, float), way, size, flags=cv2.INTER_AREA)
    covers = cv2.warpPerspective(np.ones((sheet.height, sheet.width, 1)), way, size)[:, :, None]
    shade = 1 - 0.5 * cv2.GaussianBlur(np.roll(covers, (9, 12), (0, 1)), (0, 0), 9)[:, :, None]
    photo = covers * seen + (1 - covers) * wood * shade
    return Image.fromarray(photo.clip(0, 255).astype(np.uint8))


def main():
    white, blue = (250, 249, 245), (38, 52, 140)
    on_paper(ink(3, 280, 16), white, (25, 25, 30)).save(HERE / "3.png")
    photo = on_paper(ink(7, 300, 9, slant=0.12), white, blue, (260, 90), (800, 600))
    in_a_shadow(photo, 7).save(HERE / "7-photo.jpg", quality=82)
    on_paper(ink(5, 240, 20), (38, 58, 50), (225, 228, 222)).save(HERE / "5-chalk.png")
    clear = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    clear.paste((20, 20, 20, 255), (0, 0), ink(8, 200, 10))
    clear.save(HERE / "8-transparent.webp", lossless=True)
    tiny = on_paper(ink(2, 120, 9), white, (60, 60, 60))
    tiny.convert("L").save(HERE / "2-pencil.tiff", compression="tiff_deflate")
    crop = on_paper(number("2753", 46, 3.5, seed=3), (226, 221, 208), (52, 50, 60))
    in_a_shadow(crop, 3).save(HERE / "number-2753.jpg", quality=80)
    in_a_shadow(page(PAGE, white, blue), 4).save(HERE / "page.jpg", quality=82)
    desk = in_a_shadow(on_a_desk(page(DESK, white, blue), 8), 8)
    desk.save(HERE / "desk.jpg", quality=82)
    in_a_shadow(form(COUNTS, white, blue), 5).save(HERE / "form.jpg", quality=82)
    in_a_shadow(Image.new("RGB", (320, 240), white), 0).save(HERE / "blank.jpg", quality=82)


if __name__ == "__main__":
    main()
