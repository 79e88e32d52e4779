// The page: its screens by the address's #, its language, its token.

import { openDraw } from "./draw.js";
import { find } from "./element.js";
import { speak, switchLanguage } from "./language.js";
import { openLearn } from "./learn.js";
import { openLogin } from "./login.js";
import { hush, openNotice } from "./notice.js";
import { openRead } from "./read.js";
import { openReview } from "./review.js";

const SCREENS = ["draw", "read", "review", "learn"];

function route() {
  const name = location.hash.slice(1);
  const chosen = SCREENS.includes(name) ? name : "draw";
  for (const screen of SCREENS) find(`screen-${screen}`).hidden = screen !== chosen;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${chosen}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  hush();
  document.dispatchEvent(new CustomEvent("screen", { detail: chosen }));
}

speak();
find("language").addEventListener("click", switchLanguage);
openNotice();
openLogin(SCREENS);
openDraw();
openRead();
openReview();
openLearn();
addEventListener("hashchange", route);
route();
