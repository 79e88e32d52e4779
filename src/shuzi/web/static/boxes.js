// A page as it was read: its picture, and a box over each number.

import { draw, make } from "./element.js";
import { say } from "./language.js";

/** The boxes' elements, in the order of the page's numbers; `chosen(i)` when one is clicked. */
export function drawBoxes(place, source, page, { lit, chosen }) {
  const boxes = page.numbers.map(({ box: [x, y, width, height], decision }, i) =>
    draw("rect", {
      ...{ x, y, width, height, rx: Math.min(6, height / 6), class: `box ${decision}` },
      onpointerenter: () => lit(i, true),
      onpointerleave: () => lit(i, false),
      onclick: () => chosen(i),
    }),
  );
  const view = `0 0 ${page.width} ${page.height}`;
  const overlay = draw("svg", { viewBox: view, "aria-hidden": "true" }, ...boxes);
  place.replaceChildren(make("img", { src: source, alt: say("read.alt") }), overlay);
  return boxes;
}
