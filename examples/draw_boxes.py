"""Draw what shuzi reads over a picture: a box around each number, and its text above.

    python examples/draw_boxes.py examples/desk.jpg docs/pictures/boxes.jpg

Green was accepted; orange is for a person to look at; red was rejected.
"""

import argparse

from PIL import Image, ImageDraw, ImageFont, ImageOps

import shuzi

COLOURS = {"accept": (18, 135, 63), "review": (217, 122, 0), "reject": (211, 38, 28)}


def draw_boxes(picture, page):
    """Draw onto the picture, RGB and upright."""
    draw = ImageDraw.Draw(picture)
    thick = max(2, picture.width // 400)
    font = ImageFont.load_default(picture.width // 45)
    for number in page.numbers:
        colour = COLOURS[number.decision]
        corners = [tuple(corner) for corner in number.quad]
        draw.line([*corners, corners[0]], colour, thick, joint="curve")
        left, top = corners[0]
        text = number.text or "?"
        place = draw.textbbox((left, top - thick), text, font, anchor="lb")
        draw.rectangle((place[0], place[1] - 3, place[2] + 8, place[3] + 3), colour)
        draw.text((left + 4, top - thick), text, (255, 255, 255), font, anchor="lb")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture")
    parser.add_argument("target", help="the picture to write")
    options = parser.parse_args()
    try:
        page = shuzi.Reader(rotate=0).read(options.picture)
    except shuzi.ShuziError as error:
        parser.error(str(error))
    picture = ImageOps.exif_transpose(Image.open(options.picture)).convert("RGB")
    draw_boxes(picture, page)
    picture.save(options.target, quality=85)
