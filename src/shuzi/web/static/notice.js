// The one line for what went wrong.

import { find, make } from "./element.js";
import { knows, say, speaksEnglish, whenSpoken } from "./language.js";

let shown = null;

export function openNotice() {
  whenSpoken(() => shown && complain(shown));
}

/** What went wrong, in the page's language: by its kind, or else by its status. */
export function messageOf({ kind, status }) {
  return say([`error.${kind}`, `error.${status}`].find(knows) ?? "error.other");
}

/** The message, and what the service says of it, which speaks English, on an English page. */
export function describe(problem) {
  if (!speaksEnglish() || !problem.message) return [messageOf(problem)];
  return [messageOf(problem), " ", make("span", { class: "small", translate: "no" }, problem.message)];
}

export function complain(problem) {
  shown = problem;
  find("notice").replaceChildren(...describe(problem));
  find("notice").hidden = problem.status === 401;
}

export function hush() {
  shown = null;
  find("notice").hidden = true;
}
