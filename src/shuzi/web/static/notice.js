// The one line for what went wrong.

import { find, make } from "./element.js";
import { knows, say, whenSpoken } from "./language.js";

let shown = null;

export function openNotice() {
  whenSpoken(() => shown && complain(shown));
}

/** What went wrong, in the page's language: by its kind, or else by its status. */
export function messageOf({ kind, status }) {
  return say([`error.${kind}`, `error.${status}`].find(knows) ?? "error.other");
}

export function complain(problem) {
  shown = problem;
  // The service speaks English.
  const detail = make("span", { class: "small", lang: "en", translate: "no" }, problem.message);
  find("notice").replaceChildren(messageOf(problem), " ", detail);
  find("notice").hidden = problem.status === 401;
}

export function hush() {
  shown = null;
  find("notice").hidden = true;
}
