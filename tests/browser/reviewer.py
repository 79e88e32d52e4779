"""A person at the review screen, who knows the truth and counts every key and click."""

import re


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
        self.page.wait_for_function(
            """before => {
                const [one, state] = ["review-one", "review-state"].map((id) => document.getElementById(id));
                const open = !one.hidden && document.getElementById("one-crop").src;
                const group = !document.getElementById("review-group").hidden;
                return (open && open !== before) || group || state.dataset.state === "empty";
            }""",
            arg=before,
        )
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
            self.page.wait_for_function(
                """first => {
                    const crop = document.querySelector("#group-grid img");
                    const grid = document.getElementById("review-group");
                    return grid.hidden || crop.src !== first;
                }""",
                arg=sources[0],
            )
            self.page.wait_for_function(
                """() => ["review-one", "review-group"].some((id) => !document.getElementById(id).hidden)
                    || document.getElementById("review-state").dataset.state === "empty\""""
            )
            self.type_each()


def number(source):
    return int(re.search(r"/items/(\d+)/", source).group(1))
