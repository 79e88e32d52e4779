// A drawn digit inside the networks: how far tanh is saturated, weights and activations as pictures.

import { Paper } from "./canvas.js";
import { addCursor } from "./cursor.js";
import { draw, find, make } from "./element.js";
import { percent, say, sure, whenSpoken } from "./language.js";
import { activationsOf, fetchWeights, firstPictures, freshSums, saturation } from "./weights.js";

const SIDE = 28;
const UNITS = 40;
const FIRST = [
  [300, 170], [345, 110], [430, 95], [500, 140], [500, 210], [440, 270], [380, 290],
  [455, 305], [520, 370], [505, 450], [430, 500], [340, 485], [290, 430],
];
const [WIDTH, HEIGHT, REACH] = [320, 150, 6];

const kept = new Map();
let paper;
let runs = [];

export function openLab() {
  paper = new Paper(find("lab-canvas"), () => show());
  paper.width = 56;
  // Something to see before anybody draws; the first stroke takes its place.
  paper.strokes.push({ tool: "pen", width: 56, points: FIRST });
  let untouched = true;
  for (const name of ["pointerdown", "keydown"]) {
    paper.canvas.addEventListener(name, (event) => {
      if (!untouched || event.key === "Tab") return;
      untouched = false;
      paper.strokes = [];
    }, { capture: true });
  }
  addCursor(paper, find("lab-cursor"));
  find("lab-clear").addEventListener("click", () => {
    untouched = false;
    paper.clear();
  });
  paper.redraw();
  whenSpoken(show);
}

/** Show the inside of these runs, each with its name, settings and colour. */
export function showInside(chosen) {
  runs = chosen;
  show();
  for (const { name, state } of runs.filter(({ status }) => status === "finished")) {
    if (kept.get(name)?.state !== state) fetchInto(name, state);
  }
}

async function fetchInto(name, state) {
  kept.set(name, { state });
  try {
    kept.set(name, { state, tensors: await fetchWeights(name) });
  } catch {
    // Without weights there is nothing to show of it.
    return;
  }
  show();
}

function show() {
  const pixels = paper.empty ? new Float32Array(SIDE * SIDE) : paper.digit();
  find("lab-seen").replaceChildren(gray(pixels, SIDE, 255));
  find("lab-tanh").replaceChildren(
    tanhFigure(pixels, 1, say("lab.raw")),
    tanhFigure(pixels, 255, say("lab.scaled")),
  );
  const known = runs.filter(({ name }) => kept.get(name)?.tensors);
  find("lab-runs").replaceChildren(...known.flatMap((run) => insideOrNothing(run, pixels)));
}

/** Nothing of a run whose weights are not those of its recipe. */
function insideOrNothing(run, pixels) {
  try {
    return [insideOf(run, kept.get(run.name).tensors, pixels)];
  } catch {
    return [];
  }
}

/** The curve of tanh with a dot for each of a fresh layer's 500 units. */
function tanhFigure(pixels, scale, title) {
  const sums = [...freshSums(pixels.map((pixel) => pixel / scale))];
  const x = (z) => WIDTH / 2 + (Math.max(-REACH, Math.min(REACH, z)) / REACH) * (WIDTH / 2 - 8);
  const y = (value) => HEIGHT / 2 - value * (HEIGHT / 2 - 12);
  const line = Array.from({ length: 121 }, (_, i) => -REACH + i / 10).map((z) => `${x(z)},${y(Math.tanh(z))}`);
  const share = percent(saturation(sums.map(Math.tanh)), 0);
  const size = [...sums].map(Math.abs).sort((a, b) => a - b)[sums.length / 2];
  const said = say("lab.saturated", { p: share, size: size.toPrecision(2) });
  return make(
    "figure",
    { class: "tanh" },
    make("figcaption", {}, title),
    draw(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}: ${said}` },
      draw("line", { x1: 8, x2: WIDTH - 8, y1: y(0), y2: y(0), class: "level" }),
      draw("polyline", { points: line.join(" "), class: "tanh-line" }),
      ...sums.map((z) => draw("circle", { cx: x(z), cy: y(Math.tanh(z)), r: 3.5, class: "unit" })),
    ),
    make("p", { class: "said-of" }, said),
  );
}

function insideOf({ name, colour, settings }, tensors, pixels) {
  const first = firstPictures(tensors);
  const layers = activationsOf(tensors, settings, pixels) ?? [];
  return make(
    "section",
    { class: "inside" },
    make("h3", {}, make("span", { class: `swatch c${colour}` }), name),
    ...(first ? [pictured(say("lab.weights", { n: Math.min(UNITS, first.pictures.length), of: first.pictures.length }), wall(first))] : []),
    ...layers.map((layer, i) => layerFigure(layer, i + 1, settings)),
  );
}

function layerFigure({ values, maps, side, last }, number, { activation }) {
  if (last) return pictured(say("lab.output"), bars(values));
  if (maps) return pictured(say("lab.layer", { i: number, n: maps.length }), wall({ side, pictures: maps }));
  const told = { i: number, n: values.length, p: percent(saturation(values), 0) };
  const most = Math.max(...values.map(Math.abs), 1e-9);
  const title = say(activation === "tanh" ? "lab.layer.tanh" : "lab.layer", told);
  return pictured(title, signed(values, widthOf(values.length), most));
}

/** Of a picture of n values without a gap, a little wider than high. */
function widthOf(n) {
  const square = Math.ceil(Math.sqrt(n));
  const fitting = Array.from({ length: 2 * square }, (_, i) => square + i).find((across) => n % across === 0);
  return fitting ?? square;
}

function pictured(title, picture) {
  return make("figure", {}, make("figcaption", {}, title), picture);
}

/** The units whose weights differ most, side by side. */
function wall({ side, pictures }) {
  const size = (picture) => picture.reduce((sum, value) => sum + value * value, 0);
  const chosen = [...pictures].sort((a, b) => size(b) - size(a)).slice(0, UNITS);
  const most = (picture) => Math.max(...picture.map(Math.abs), 1e-9);
  return make("div", { class: side > 20 ? "wall" : "wall small" }, ...chosen.map((picture) => signed(picture, side, most(picture))));
}

function bars(shares) {
  const best = Math.max(...shares);
  const bar = (share, digit) => {
    const filling = make("span", { class: "filling" });
    filling.style.setProperty("--share", share);
    return make(
      "div",
      { class: share === best ? "bar best" : "bar" },
      make("span", { class: "name" }, digit < 10 ? String(digit) : say("answer.other")),
      make("span", { class: "track" }, filling),
      make("span", { class: "value" }, sure(share)),
    );
  };
  return make("div", { class: "bars" }, ...[...shares].map(bar));
}

/** Values above 0 in blue, below in orange, 0 white. */
function signed(values, across, most) {
  return canvasOf(values, across, (value) => {
    const share = Math.min(1, Math.abs(value) / most);
    const ink = value > 0 ? [36, 80, 200] : [180, 83, 10];
    return ink.map((part) => 255 - share * (255 - part));
  });
}

/** Dark ink on white. */
function gray(values, across, most) {
  return canvasOf(values, across, (value) => Array(3).fill(255 - (255 * value) / most));
}

function canvasOf(values, across, colour) {
  const height = Math.ceil(values.length / across);
  const canvas = make("canvas", { width: across, height, "aria-hidden": "true" });
  const picture = new ImageData(across, height);
  values.forEach((value, i) => picture.data.set([...colour(value), 255], 4 * i));
  canvas.getContext("2d").putImageData(picture, 0, 0);
  return canvas;
}
