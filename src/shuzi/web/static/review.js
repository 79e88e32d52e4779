// The review screen: who reviews, in which way, and how far it is.

import { Desk } from "./desk.js";
import { find } from "./element.js";
import { openFigures, showFigures } from "./figures.js";
import { say, whenSpoken } from "./language.js";
import { complain, hush } from "./notice.js";
import { UNDO, WITHDRAWN } from "./question.js";
import { askGroup, openGroup, withdrawGroup } from "./review-group.js";
import { askOne, openOne, withdrawOne } from "./review-one.js";

const KEY = "shuzi.reviewer";
const HOW = "shuzi.review";
const AT_ONCE = 10;

let desk = null;
let state = "ready";
let starts = 0;

export function openReview() {
  openOne();
  openGroup();
  openFigures();
  find("reviewer").value = localStorage.getItem(KEY) ?? "";
  const how = find("review-start").elements.how;
  how.value = localStorage.getItem(HOW) ?? "group";
  for (const choice of how) choice.addEventListener("change", () => desk && start());
  find("review-start").addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  document.addEventListener("screen", ({ detail }) => {
    if (detail === "review") showFigures().catch(complain);
    else stop();
  });
  whenSpoken(() => sayState(state));
}

async function start() {
  const turn = (starts += 1);
  await stop();
  // Another start has overtaken this one.
  if (turn !== starts) return;
  const reviewer = find("reviewer").value.trim();
  const how = find("review-start").elements.how.value;
  localStorage.setItem(KEY, reviewer);
  localStorage.setItem(HOW, how);
  hush();
  sayState("working");
  const mine = new Desk(reviewer, told);
  desk = mine;
  try {
    await (how === "one" ? oneByOne(mine) : inGroups(mine));
    if (desk === mine) sayState("empty");
  } catch (problem) {
    if (desk !== mine) return;
    complain(problem);
    sayState("ready");
  }
  if (desk === mine) await stop();
}

async function stop() {
  const left = desk;
  desk = null;
  withdrawOne(WITHDRAWN);
  withdrawGroup(WITHDRAWN);
  if (left === null) return;
  if (state !== "empty") sayState("ready");
  await left.leave();
  await showFigures().catch(() => {});
}

async function oneByOne(mine) {
  while (desk === mine) {
    const entry = await mine.next(AT_ONCE);
    if (entry === null || desk !== mine) return;
    await settle(mine, entry);
  }
}

async function inGroups(mine) {
  while (desk === mine) {
    const group = await mine.group(groupSize());
    if (group.entries.length === 0 || desk !== mine) return;
    await settleGroup(mine, group);
  }
}

/** Ask for the whole group, then one by one for those that were marked. */
async function settleGroup(mine, group) {
  const { wrong, seconds } = await askGroup(group);
  if (wrong === WITHDRAWN) return;
  if (wrong === UNDO) {
    const entry = await mine.undo();
    if (entry !== null && desk === mine) await settle(mine, entry);
    const entries = group.entries.filter((one) => mine.has(one));
    if (desk === mine && entries.length) await settleGroup(mine, { ...group, entries });
    return;
  }
  const rest = group.entries.filter((entry) => !wrong.includes(entry));
  if (rest.length) mine.confirm(rest, seconds);
  while (desk === mine && mine.entries.length) {
    const [entry] = mine.entries;
    await settle(mine, entry, { wrong: wrong.includes(entry) });
  }
}

async function settle(mine, entry, choice) {
  const { text, seconds } = await askOne(entry.item, choice);
  if (text === UNDO) await mine.undo();
  else if (text !== WITHDRAWN) mine.decide(entry, text, seconds);
}

function told(kind, problem) {
  if (kind === "sent") sayState("working");
  if (kind === "away") sayState("away");
  if (kind !== "over") return;
  if (![404, 409, 410].includes(problem.status)) complain(problem);
  sayState("elsewhere");
  withdrawOne(WITHDRAWN);
  withdrawGroup(WITHDRAWN);
}

function sayState(now) {
  state = now;
  find("review-state").dataset.state = now;
  find("review-state").textContent = now === "working" ? "" : say(`review.${now}`);
}

/** As many crops as one look can hold. */
function groupSize() {
  return innerWidth < 600 ? 24 : 48;
}
