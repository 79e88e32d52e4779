// Loss and accuracy by epoch, several runs in one picture.

import { draw, make } from "./element.js";
import { say } from "./language.js";

const WIDTH = 560;
const HEIGHT = 300;
const EDGE = { left: 52, right: 12, top: 12, bottom: 38 };
const TICKS = 5;
export const COLOURS = 6;

/** One picture of `column` and `val_<column>` for runs with a `history` and a `colour`. */
export function drawCurves(runs, column) {
  const name = say(`learn.${column}`);
  const lines = runs.flatMap((run) => [lineOf(run, column, false), lineOf(run, `val_${column}`, true)]);
  const filled = lines.filter(({ points }) => points.length);
  const across = scale(filled.flatMap(({ points }) => points.map(([epoch]) => epoch)), true);
  const up = scale(filled.flatMap(({ points }) => points.map(([, value]) => value)), false);
  const x = (epoch) => EDGE.left + across.share(epoch) * (WIDTH - EDGE.left - EDGE.right);
  const y = (value) => HEIGHT - EDGE.bottom - up.share(value) * (HEIGHT - EDGE.top - EDGE.bottom);
  const picture = draw(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": say("learn.curve.alt", { name }) },
    ...up.ticks.map((tick) => level(y(tick), tick)),
    ...across.ticks.map((tick) => text(x(tick), HEIGHT - EDGE.bottom + 18, tick, "middle")),
    text(WIDTH - EDGE.right, HEIGHT - 4, say("learn.epoch"), "end"),
    ...filled.map(({ points, held, colour }) => curve(points.map(([e, v]) => [x(e), y(v)]), held, colour)),
  );
  return make("figure", {}, make("figcaption", {}, name), picture);
}

function lineOf({ history, colour }, column, held) {
  const measured = history.filter((row) => row.epoch !== null && row[column] != null);
  return { held, colour, points: measured.map((row) => [row.epoch, row[column]]) };
}

function curve(points, held, colour) {
  const style = `curve c${colour}${held ? " held" : ""}`;
  if (points.length > 1) return draw("polyline", { points: points.join(" "), class: style });
  const [[cx, cy]] = points;
  return draw("circle", { cx, cy, r: 4, class: style });
}

function level(y, tick) {
  const line = draw("line", { x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y, y2: y, class: "level" });
  return draw("g", {}, line, text(EDGE.left - 8, y + 4, tick, "end"));
}

function text(x, y, value, anchor) {
  return draw("text", { x, y, "text-anchor": anchor }, String(value));
}

/** Round ticks around values, and where a value lies between the first and the last. */
function scale(values, whole) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = stepOf((high - low) / (TICKS - 1), whole);
  // Epochs end where they end; heights are rounded outwards.
  const first = whole ? low : Math.floor(low / step) * step;
  const last = whole ? Math.max(high, low + 1) : Math.max(Math.ceil(high / step) * step, first + step);
  const ticks = [];
  for (let i = Math.ceil(first / step); i * step <= last + step / 1000; i += 1) {
    ticks.push(Number((i * step).toPrecision(6)));
  }
  if (values.length === 0) return { ticks: [], share: () => 0 };
  return { ticks, share: (value) => (value - first) / (last - first) };
}

function stepOf(rough, whole) {
  if (!Number.isFinite(rough) || rough <= 0) return whole ? 1 : 0.1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  return whole ? Math.max(1, Math.round(step)) : step;
}
