// How often each digit was read as which, as a table that can be pressed.

import { make } from "./element.js";
import { say } from "./language.js";

const DIGITS = [...Array(10).keys()];

/** The table; `chosen(truth, guess)` when one of its mistakes is pressed. */
export function confusionTable(matrix, chosen) {
  const head = [make("td"), ...DIGITS.map((d) => make("th", { scope: "col" }, d))];
  const rows = DIGITS.map((truth) => {
    const total = matrix[truth].reduce((sum, n) => sum + n, 0) || 1;
    const cells = DIGITS.map((guess) => cell(matrix[truth][guess], total, truth, guess, chosen));
    return make("tr", {}, make("th", { scope: "row" }, truth), ...cells);
  });
  return make(
    "table",
    { class: "confusion" },
    make("thead", {}, make("tr", {}, ...head)),
    make("tbody", {}, ...rows),
  );
}

function cell(n, total, truth, guess, chosen) {
  if (n === 0) return make("td", {});
  if (truth === guess) return make("td", { class: "right" }, n);
  const label = say("learn.cell", { truth, guess, n });
  const button = make(
    "button",
    { type: "button", title: label, "aria-label": label, onclick: () => chosen(truth, guess) },
    n,
  );
  // The root lets a few mistakes in a thousand be seen.
  button.style.setProperty("--share", Math.sqrt(n / total));
  return make("td", {}, button);
}
