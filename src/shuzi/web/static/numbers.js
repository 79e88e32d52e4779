// The numbers of a page beside it, each in a field that can be typed over.

import { make } from "./element.js";
import { say, sure } from "./language.js";

/** The fields, in the order of the page's numbers; `changed(i)` when one was corrected. */
export function listNumbers(place, page, { lit, changed }) {
  const fields = page.numbers.map((number, i) =>
    make("input", {
      inputmode: "decimal",
      autocomplete: "off",
      maxlength: 40,
      onfocus: () => lit(i, true),
      onblur: () => lit(i, false),
      onpointerenter: () => lit(i, true),
      onpointerleave: () => lit(i, false),
      onchange: ({ target }) => {
        correct(number, target.value);
        changed(i);
      },
      onkeydown: (event) => event.key === "Enter" && fields[i + 1]?.select(),
    }),
  );
  fields.forEach((field, i) => showNumber(field, page.numbers, i));
  place.replaceChildren(...linesOf(page.numbers, fields));
  return fields;
}

/** Write a number into its field: what it is now, and what is thought of it. */
export function showNumber(field, numbers, i) {
  const { text, line, confidence, decision, read_as: before } = numbers[i];
  const removed = decision === "reject" && before !== undefined;
  const state = before === undefined ? decision : removed ? "none" : "corrected";
  field.value = removed ? "" : text;
  field.className = before !== undefined && !removed ? "corrected" : decision;
  field.style.setProperty("--wide", `${Math.max(2, text.length) + 2}ch`);
  const n = numbers.slice(0, i + 1).filter((number) => number.line === line).length;
  const said = { n, line, text: before ?? text, p: sure(confidence) };
  const label = say("read.label", { ...said, decision: say(`decision.${state}`) });
  field.setAttribute("aria-label", label);
  field.title = label;
}

/** A corrected number is accepted; an emptied one is rejected. `read_as` keeps the reading. */
function correct(number, typed) {
  const text = typed.trim();
  number.read_as ??= number.text;
  number.text = text || number.read_as;
  number.decision = text ? "accept" : "reject";
  if (text && text !== number.read_as) number.digits = [];
}

function linesOf(numbers, fields) {
  const lines = new Map();
  numbers.forEach(({ line }, i) => lines.set(line, [...(lines.get(line) ?? []), fields[i]]));
  return [...lines.values()].map((row) => make("div", { class: "line" }, ...row));
}
