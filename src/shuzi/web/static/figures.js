// The queue's figures, as long as the review screen is open.

import { get } from "./api.js";
import { find, make } from "./element.js";
import { percent, say, whenSpoken } from "./language.js";

const EVERY = 4000;
const COUNTS = ["open", "leased", "decided", "disputed"];

let figures = null;

export function openFigures() {
  setInterval(() => find("screen-review").hidden || document.hidden || showFigures(), EVERY);
  whenSpoken(list);
}

export async function showFigures() {
  try {
    figures = await get("review/figures");
    list();
  } catch (problem) {
    if (!problem.passing) throw problem;
  }
}

function list() {
  if (figures === null) return;
  const rows = [
    ...COUNTS.map((name) => [say(`figures.${name}`), figures[name]]),
    ...["items_per_hour", "seconds_each"].map((name) => [say(`figures.${name}`), round(figures[name])]),
    [say("figures.accepted"), accepted(figures.accepted_error)],
    [say("figures.agreement"), agreement(figures.agreement)],
    ...figures.reviewers.map(({ name, decided, seconds_each: seconds }) => [
      make("span", { class: "name", title: name }, name),
      say("figures.reviewer", { n: decided, seconds: round(seconds) }),
    ]),
  ];
  find("figures").replaceChildren(
    ...rows.map(([term, value]) => make("div", {}, make("dt", {}, term), make("dd", {}, value))),
  );
}

function round(value) {
  if (value == null) return say("figures.unknown");
  return value < 10 ? value.toFixed(1) : Math.round(value);
}

function accepted(error) {
  if (!error) return say("figures.unknown");
  const { n, wrong, rate, low, high } = error;
  const shares = { rate: percent(rate), low: percent(low), high: percent(high) };
  return say("figures.accepted.value", { n, wrong, ...shares });
}

function agreement(found) {
  if (!found) return say("figures.unknown");
  return say("figures.agreement.value", { n: found.n, share: percent(found.share) });
}
