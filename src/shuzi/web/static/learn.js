// The screen of runs: which to show, their curves, recipes, confusions and mistakes.

import { get } from "./api.js";
import { confusionTable } from "./confusion.js";
import { COLOURS, drawCurves } from "./curves.js";
import { find, make } from "./element.js";
import { percent, say, whenSpoken } from "./language.js";
import { mistakesGallery } from "./mistakes.js";
import { openLab, showInside } from "./lab.js";
import { complain, hush } from "./notice.js";
import { openTutorial } from "./tutorial.js";

const EVERY = 2000;
const EVERY_IDLE = 10_000;
const TRAIN = "shuzi train tutorial --out runs/first\nshuzi serve --runs runs";

let runs = null;
let shown = [];
const chosen = new Map();
const kept = new Map();
let timer;

export function openLearn() {
  openTutorial();
  openLab();
  whenSpoken(() => runs && show());
  document.addEventListener("screen", ({ detail }) => {
    clearTimeout(timer);
    if (detail === "learn") look();
  });
}

/** Fetch the runs, and those shown that may have changed, and come back for more. */
async function look() {
  clearTimeout(timer);
  try {
    ({ runs } = await get("runs"));
    if (kept.size === 0 && chosen.size === 0 && runs.length) choose(runs[0].name, true);
    await fetchChosen();
    hush();
    show();
  } catch (problem) {
    complain(problem);
  }
  if (find("screen-learn").hidden) return;
  timer = setTimeout(look, runs?.some((run) => run.live) ? EVERY : EVERY_IDLE);
}

async function fetchChosen() {
  for (const run of runs.filter(({ name }) => chosen.has(name))) {
    // What has not changed need not be fetched again.
    const state = JSON.stringify(run);
    if (kept.get(run.name)?.state === state) continue;
    kept.set(run.name, { state, run: await get(`runs/${encodeURIComponent(run.name)}`) });
  }
}

/** A run that is shown keeps its colour. */
function choose(name, on) {
  const taken = new Set(chosen.values());
  if (on) chosen.set(name, [...Array(COLOURS).keys()].find((colour) => !taken.has(colour)) ?? COLOURS - 1);
  else chosen.delete(name);
}

function show() {
  const names = new Set(runs.map((run) => run.name));
  shown = [...chosen]
    .filter(([name]) => names.has(name) && kept.has(name))
    .map(([name, colour]) => ({ ...kept.get(name).run, state: kept.get(name).state, colour }));
  listRuns();
  showCurves();
  showRecipes();
  showInside(shown);
  // While someone is at a table, it stays.
  if (!find("evaluations").contains(document.activeElement)) showEvaluations();
}

function listRuns() {
  const focused = document.activeElement?.value;
  const none = [make("p", { class: "soft" }, say("learn.none")), make("pre", { translate: "no" }, TRAIN)];
  find("runs").replaceChildren(...(runs.length ? runs.map(runRow) : none));
  if (focused) [...find("runs").querySelectorAll("input")].find((box) => box.value === focused)?.focus();
}

function runRow(run) {
  const { name, epochs, planned, live, status, test_accuracy: accuracy } = run;
  const state = live ? "live" : status === "finished" ? "finished" : "stopped";
  const box = make("input", {
    type: "checkbox",
    value: name,
    "aria-label": say("learn.show", { name }),
    onchange: ({ target }) => {
      choose(name, target.checked);
      look();
    },
  });
  box.checked = chosen.has(name);
  const tested = accuracy == null ? [] : [make("span", {}, say("learn.tested", { p: percent(accuracy, 2) }))];
  return make(
    "label",
    { class: "run" },
    box,
    make("span", { class: `swatch c${chosen.get(name) ?? "-"}` }),
    make("strong", { class: "name", title: name }, name),
    make("span", { class: "soft small" }, run.recipe),
    make("span", { class: `state ${state}` }, say(`learn.${state}`)),
    make("span", { class: "soft small" }, say("learn.epochs", { n: epochs, of: planned ?? "?" })),
    ...tested,
  );
}

function showCurves() {
  const measured = shown.filter((run) => run.history.length);
  find("curves").hidden = measured.length === 0;
  find("curves-legend").replaceChildren(
    ...measured.map(({ name, colour }) =>
      make("span", {}, make("span", { class: `swatch c${colour}` }), name),
    ),
    make("span", { class: "soft" }, make("span", { class: "dash" }), say("learn.train")),
    make("span", { class: "soft" }, make("span", { class: "dash held" }), say("learn.validation")),
  );
  find("curves-pictures").replaceChildren(
    ...(measured.length ? ["loss", "accuracy"].map((column) => drawCurves(measured, column)) : []),
  );
}

function showRecipes() {
  find("recipes").hidden = shown.length === 0;
  const settings = shown.map((run) => run.applies ?? run.settings);
  const fields = [...new Set(settings.flatMap((values) => Object.keys(values)))];
  const head = make("tr", {}, ...[say("learn.field"), ...shown.map((run) => run.name)].map(heading));
  const rows = fields.map((field) => {
    const values = settings.map((of) => String(of[field] ?? ""));
    const differ = new Set(values).size > 1;
    const name = make("th", { scope: "row" }, field);
    return make("tr", { class: differ ? "differ" : null }, name, ...values.map((value) => make("td", {}, value)));
  });
  find("recipes-table").replaceChildren(
    make("table", { class: "recipe" }, make("thead", {}, head), make("tbody", {}, ...rows)),
  );
}

function heading(text) {
  return make("th", { scope: "col" }, text);
}

function showEvaluations() {
  const [tested, others] = [shown.filter(isTested), shown.filter((run) => !isTested(run))];
  const waiting = others.filter((run) => run.status === "finished");
  find("evaluations").replaceChildren(...tested.map(evaluationCard), ...waiting.map(adviceCard));
}

function isTested({ evaluation }) {
  return Array.isArray(evaluation?.confusion);
}

function adviceCard({ name, colour }) {
  const swatch = make("span", { class: `swatch c${colour}` });
  const command = make("pre", { translate: "no" }, `shuzi evaluate runs/${name}`);
  const text = make("p", {}, swatch, say("learn.unevaluated", { name }));
  return make("div", { class: "card" }, text, command);
}

function evaluationCard({ name, evaluation, mistakes, colour }) {
  const swatch = make("span", { class: `swatch c${colour}` });
  const { n, accuracy, interval } = evaluation;
  const [low, high] = interval.map((share) => percent(share, 2));
  const gallery = make("div");
  const title = make("h3");
  const only = (pair) => {
    const which = pair ? say("learn.mistakes.only", pair) : say("learn.mistakes.all");
    title.textContent = `${say("learn.mistakes")}: ${which}`;
    all.hidden = !pair;
    gallery.replaceChildren(mistakesGallery(mistakes ?? [], pair));
  };
  const all = make("button", { type: "button", onclick: () => only(null) }, say("learn.mistakes.all"));
  const table = confusionTable(evaluation.confusion, (truth, guess) => only({ truth, guess }));
  only(null);
  const scroll = { class: "scroll", tabindex: 0, role: "region", "aria-label": say("learn.confusion") };
  return make(
    "div",
    { class: "card evaluation" },
    make("h2", {}, swatch, say("learn.evaluation", { name, n: n.toLocaleString("en") })),
    make("p", {}, say("learn.accuracy.interval", { p: percent(accuracy, 2), low, high })),
    make("h3", {}, say("learn.confusion")),
    make("p", { class: "soft small" }, say("learn.axes")),
    make("div", scroll, table),
    make("div", { class: "row" }, title, all),
    gallery,
  );
}
