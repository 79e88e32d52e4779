"""A person at the review screen, who knows the truth and counts every key and click."""

import re

SHOWN = """
    const shown = (id) => !document.getElementById(id).hidden;
    const over = document.getElementById("review-state").dataset.state === "empty";
"""
NEXT = f"""before => {{ {SHOWN}
    const asked = document.getElementById("one-crop").src;
    return (shown("review-one") && asked !== before) || shown("review-group") || over;
}}"""
"""Another item is asked for than before, or a group, or none is left."""
OTHER = f"""first => {{ {SHOWN}
    const crop = document.querySelector("#group-grid img").src;
    return shown("review-one") || (shown("review-group") && crop !== first) || over;
}}"""
"""Another group is shown than that of the first crop, or one of its items, or none is left."""


class Reviewer:
    """Reviews on a page that shows the review screen; `actions` are key presses and clicks."""

    def __init__(self, page, truths, name="Ada"):
        self.page, self.truths, self.actions = page, truths, 0
        page.fill("#reviewer", name)

    def start(self, how):
        self.page.check(f"input[name=how][value={how}]")
        self.page.click("#review-start button")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.actions += 1

    def click(self, locator):
        locator.click()
        self.actions += 1

    def asked(self, before=None):
        """The item of the one-by-one screen, when it is another than before; None at the end."""
        self.page.wait_for_function(NEXT, arg=before)
        if self.page.locator("#review-one").is_hidden():
            return None
        return self.page.locator("#one-crop").evaluate("picture => picture.src")

    def type_each(self, at_most=None):
        """Type what each item is, until none is left."""
        source, done = self.asked(), 0
        while source and done != at_most:
            self.press(*self.truths[number(source)], "Enter")
            done += 1
            source = self.asked(source)
        return done

    def verify_groups(self):
        """Mark what is wrong in each grid, confirm the rest, and type what was marked."""
        self.page.wait_for_selector("#group-grid button")
        while self.page.locator("#review-group").is_visible():
            crops = self.page.locator("#group-grid button")
            sources = crops.evaluate_all("all => all.map(crop => crop.querySelector('img').src)")
            title = self.page.locator("#group-title").inner_text()
            texts = crops.evaluate_all("all => all.map(crop => crop.innerText.trim())")
            shared = re.search(r"\d+$", title)
            for place, source in enumerate(sources):
                read = shared.group() if shared else texts[place]
                if self.truths[number(source)] != read:
                    self.click(crops.nth(place))
            self.press("Enter")
            self.page.wait_for_function(OTHER, arg=sources[0])
            self.type_each()


def number(source):
    return int(re.search(r"/items/(\d+)/", source).group(1))
