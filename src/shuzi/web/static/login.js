// Asks for the token when the service wants one.

import { send } from "./api.js";
import { find } from "./element.js";
import { complain } from "./notice.js";

export function openLogin(screens) {
  document.addEventListener("locked", () => {
    for (const screen of screens) find(`screen-${screen}`).hidden = true;
    find("screen-login").hidden = false;
    find("login").elements.token.focus();
  });
  find("login").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { token } = event.target.elements;
    try {
      await send("POST", "session", { token: token.value });
      location.reload();
    } catch (problem) {
      token.value = "";
      if (problem.status === 401) find("login-wrong").hidden = false;
      else complain(problem);
    }
  });
}
