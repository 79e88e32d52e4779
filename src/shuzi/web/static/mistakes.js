// The gallery of a run's surest mistakes.

import { make } from "./element.js";
import { say, sure } from "./language.js";

const SIDE = 28;
const SHOWN = 28;

/** The pictures of `mistakes`, all or only those of `{truth, guess}`. */
export function mistakesGallery(mistakes, only) {
  const chosen = mistakes.filter(
    ({ truth, guess }) => !only || (truth === only.truth && guess === only.guess),
  );
  if (chosen.length === 0) return make("p", { class: "soft" }, say("learn.mistakes.none"));
  return make("ul", { class: "mistakes" }, ...chosen.slice(0, SHOWN).map(mistake));
}

function mistake({ truth, guess, confidence, pixels }) {
  const said = say("learn.mistake", { truth, guess, p: sure(confidence) });
  return make("li", {}, glyph(pixels), make("span", {}, said));
}

/** Dark ink on white paper of 784 bytes in base64, bright ink on black. */
function glyph(pixels) {
  const canvas = make("canvas", { width: SIDE, height: SIDE, "aria-hidden": "true" });
  const picture = new ImageData(SIDE, SIDE);
  const ink = atob(pixels);
  for (let i = 0; i < SIDE * SIDE; i += 1) {
    picture.data.fill(255 - ink.charCodeAt(i), 4 * i, 4 * i + 3);
    picture.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
