// What is around a number on its page, the number marked.

import { draw, find, make } from "./element.js";
import { say } from "./language.js";

const REST = 300;
const HOLD = 450;

let timer;
let held = false;

/** The picture of an item's surroundings, with a box over its number. */
export function surroundings({ surroundings: source, box: [x, y, width, height] }) {
  const mark = draw("rect", { x, y, width, height, class: "box lit" });
  const overlay = draw("svg", { "aria-hidden": "true" }, mark);
  const picture = make("img", {
    src: source,
    alt: say("one.around"),
    onload: () => {
      overlay.setAttribute("viewBox", `0 0 ${picture.naturalWidth} ${picture.naturalHeight}`);
    },
  });
  return make("div", {}, picture, overlay);
}

/** Show them beside `crop` while the mouse rests on it or a finger is held on it. */
export function showOnHover(crop, item) {
  const after = (pause, mine) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      held = mine;
      showBeside(crop, item);
    }, pause);
  };
  crop.addEventListener("pointerenter", ({ pointerType }) => {
    if (pointerType === "mouse") after(REST, false);
  });
  crop.addEventListener("pointerdown", ({ pointerType }) => {
    held = false;
    if (pointerType !== "mouse") after(HOLD, true);
  });
  for (const name of ["pointerleave", "pointerup", "pointercancel"]) {
    crop.addEventListener(name, hideSurroundings);
  }
  crop.addEventListener("contextmenu", (event) => event.preventDefault());
  // Whoever only wanted to look has not pressed.
  const swallow = (event) => {
    if (held) event.stopImmediatePropagation();
    held = false;
  };
  crop.addEventListener("click", swallow, { capture: true });
}

export function showBeside(crop, item) {
  const panel = find("beside");
  panel.replaceChildren(surroundings(item));
  panel.hidden = false;
  const [{ left, top, bottom, width }, { offsetWidth, offsetHeight }] = [crop.getBoundingClientRect(), panel];
  const middle = left + (width - offsetWidth) / 2;
  const below = bottom + 8 + offsetHeight <= innerHeight;
  panel.style.left = `${Math.max(8, Math.min(middle, innerWidth - offsetWidth - 8))}px`;
  panel.style.top = `${below ? bottom + 8 : Math.max(8, top - 8 - offsetHeight)}px`;
}

export function hideSurroundings() {
  clearTimeout(timer);
  find("beside").hidden = true;
}
