// The review screen: who reviews, in which way, and how far it is.

import { Desk } from "./desk.js";
import { find } from "./element.js";
import { openFigures, showFigures } from "./figures.js";
import { knows, say, whenSpoken } from "./language.js";
import { complain, hush, messageOf } from "./notice.js";
import { UNDO, WITHDRAWN } from "./question.js";
import { askGroup, openGroup, withdrawGroup } from "./review-group.js";
import { askOne, openOne, withdrawOne } from "./review-one.js";

const KEY = "shuzi.reviewer";
const HOW = "shuzi.review";
const AT_ONCE = 10;

let desk = null;
let state = "ready";
let trouble = null;
/** Since the last answer: how many answers do not count, by the reason's words. */
let news = new Map();
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
  find("review-undo").addEventListener("click", () => start({ back: true }));
  document.addEventListener("screen", ({ detail }) => {
    if (detail === "review") showFigures().catch(complain);
    else stop();
  });
  whenSpoken(() => sayState(state));
}

/** Go to work; `back` to what was decided last, first. */
async function start({ back = false } = {}) {
  const turn = (starts += 1);
  await stop();
  // Another start has overtaken this one.
  if (turn !== starts) return;
  const reviewer = find("reviewer").value.trim();
  const how = find("review-start").elements.how.value;
  localStorage.setItem(KEY, reviewer);
  localStorage.setItem(HOW, how);
  hush();
  news.clear();
  sayState("working");
  const mine = new Desk(reviewer, told);
  desk = mine;
  try {
    if (back) await goBack(mine);
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
    if (entry === null) return;
    await settleEach(mine, [entry]);
  }
}

async function inGroups(mine) {
  while (desk === mine) {
    const group = await mine.group(groupSize());
    if (group.entries.length === 0) return;
    await settleGroup(mine, group);
  }
}

/** Ask for the whole group, then one by one for those that were marked. */
async function settleGroup(mine, group) {
  const left = () => group.entries.filter((entry) => desk === mine && mine.has(entry));
  for (let entries = left(); entries.length; entries = left()) {
    const { wrong, seconds } = await askGroup({ ...group, entries });
    if (wrong === WITHDRAWN) return;
    forget();
    if (wrong === UNDO) await goBack(mine);
    else {
      const rest = entries.filter((entry) => !wrong.includes(entry));
      if (rest.length) mine.confirm(rest, seconds);
      await settleEach(mine, wrong, { wrong: true });
    }
  }
}

async function settleEach(mine, entries, choice) {
  for (const entry of entries) {
    while (desk === mine && mine.has(entry)) {
      const { text, seconds } = await askOne(entry.item, choice);
      if (text === WITHDRAWN) return;
      forget();
      if (text === UNDO) await goBack(mine);
      else mine.decide(entry, text, seconds);
    }
  }
}

/** Take back what was decided last, and ask for it again. */
async function goBack(mine) {
  const group = await mine.undo();
  if (group.entries.length > 1) await settleGroup(mine, group);
  else await settleEach(mine, group.entries);
}

function told(kind, problem, kept = false) {
  if (kind === "sent" && state === "away") {
    hush();
    sayState("working");
  }
  if (kind === "away") {
    trouble = problem;
    sayState("away");
    // Whose queue it is can mend it, and needs to know what it has.
    if (problem.kind === "store") complain(problem);
  }
  if (kind !== "refused" && kind !== "lapsed") return;
  if (kind === "refused" && problem.kind === "not-decided") {
    for (const [why, items] of Object.entries(problem.missed)) add(`review.${why}`, items.length);
  } else if (problem.status === 410) news.set("review.lapsed", 1);
  else {
    complain(problem);
    if (kind === "refused") add("review.unsaved", 1);
  }
  sayState(state === "away" ? "working" : state);
  if (kept) return;
  withdrawOne(WITHDRAWN);
  withdrawGroup(WITHDRAWN);
}

function add(why, count) {
  if (count) news.set(why, (news.get(why) ?? 0) + count);
}

/** Whoever answers has seen what was said before. */
function forget() {
  if (news.size === 0) return;
  news.clear();
  hush();
  sayState(state);
}

function sayState(now) {
  state = now;
  find("review-state").dataset.state = now;
  find("review-state").classList.toggle("news", news.size > 0);
  find("review-undo").hidden = now !== "empty";
  const said = [...news].map(([why, n]) => say(n === 1 && knows(`${why}.one`) ? `${why}.one` : why, { n }));
  if (now === "away") said.push(messageOf(trouble));
  if (now !== "working") said.push(say(`review.${now}`));
  find("review-state").textContent = said.join(" ");
}

/** As many crops as one look can hold. */
function groupSize() {
  return innerWidth < 600 ? 24 : 48;
}
