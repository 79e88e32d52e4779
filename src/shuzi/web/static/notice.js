// The one line for what went wrong.

import { find } from "./element.js";
import { say } from "./language.js";

export function complain(problem) {
  const notice = find("notice");
  if (problem.status === 0) notice.textContent = say("error.offline");
  else if (problem.status === 503) notice.textContent = problem.message || say("error.busy");
  else notice.textContent = problem.message;
  notice.hidden = problem.status === 401;
}

export function hush() {
  find("notice").hidden = true;
}
