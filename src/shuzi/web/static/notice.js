// The one line for what went wrong.

import { find, make } from "./element.js";
import { say } from "./language.js";

const KNOWN = [0, 404, 413, 415, 422, 503, 507];

export function complain(problem) {
  const known = KNOWN.find((status) => status === problem.status) ?? "other";
  // The service speaks English.
  const detail = make("span", { class: "small", lang: "en", translate: "no" }, problem.message);
  find("notice").replaceChildren(say(`error.${known}`), " ", detail);
  find("notice").hidden = problem.status === 401;
}

export function hush() {
  find("notice").hidden = true;
}
