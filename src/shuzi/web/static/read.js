// The screen for pictures: choose, look, correct, take away.

import { queue, read } from "./api.js";
import { drawBoxes } from "./boxes.js";
import { find, make } from "./element.js";
import { say, whenSpoken } from "./language.js";
import { complain, describe, hush, messageOf } from "./notice.js";
import { listNumbers, showNumber } from "./numbers.js";
import { watchPictures } from "./picture.js";
import { copy, download, toCsv, toJson, toText } from "./sheet.js";

const OPTIONS = ["as", "rotate", "target", "digits-only", "expect"];

export function openRead() {
  let files = [];
  // A page that was read, or the file that could not be: {file, page, source} or {file, problem}.
  let leaves = [];
  let shown = 0;
  let reading = null;
  let turn = 0;

  async function readAll() {
    const mine = (turn += 1);
    forget();
    for (const file of files) {
      reading = file.name;
      sayState();
      try {
        const { pages: found } = await read(file, { ...options(), upright: true });
        const opened = await Promise.all(found.map((page) => leafOf(file, page)));
        if (mine !== turn) return;
        add(...opened);
      } catch (problem) {
        if (mine !== turn || problem.status === 401) return;
        add({ file, problem });
      }
    }
    reading = null;
    sayState();
  }

  function add(...opened) {
    const first = leaves.length === 0;
    leaves.push(...opened);
    if (first) show(0);
    else sayPlace();
  }

  function forget() {
    for (const { source } of leaves) if (source?.startsWith("blob:")) URL.revokeObjectURL(source);
    leaves = [];
    hush();
    find("drop").classList.remove("small");
    for (const id of ["read-result", "files", "pages"]) find(id).hidden = true;
    find("read-done").textContent = "";
  }

  function show(place) {
    shown = place;
    const { source, page, problem } = leaves[shown];
    find("read-result").hidden = false;
    find("drop").classList.add("small");
    for (const id of ["read-sheet", "read-page"]) find(id).hidden = !page;
    find("read-wrong").hidden = !problem;
    find("read-wrong").replaceChildren(...(problem ? describe(problem) : []));
    if (page) showPage(page, source);
    sayPlace();
    sayState();
  }

  function showPage(page, source) {
    const lit = (i, on) => {
      boxes[i].classList.toggle("lit", on);
      fields[i].classList.toggle("lit", on);
    };
    const chosen = (i) => fields[i].select();
    const changed = (i) => {
      showNumber(fields[i], page.numbers, i);
      boxes[i].setAttribute("class", `box ${fields[i].className}`);
      sayPlace();
      sayState();
    };
    const boxes = drawBoxes(find("picture"), source, page, { lit, chosen });
    const fields = listNumbers(find("numbers"), page, { lit, changed });
  }

  function sayPlace() {
    if (leaves.length === 0) return;
    find("read-name").textContent = nameOf(leaves[shown]);
    find("read-name").title = nameOf(leaves[shown]);
    for (const id of ["files", "pages"]) find(id).hidden = leaves.length < 2;
    for (const id of ["copy", "send"]) find(id).hidden = pages().length === 0;
    const focused = find("files").contains(document.activeElement);
    find("files").replaceChildren(...leaves.map(leafButton));
    if (focused) find("files").children[shown].focus();
    find("page-place").textContent = say("read.place", { n: shown + 1, of: leaves.length });
    find("page-before").disabled = shown === 0;
    find("page-after").disabled = shown === leaves.length - 1;
  }

  function leafButton(leaf, place) {
    const values = { type: "button", "aria-pressed": String(place === shown), onclick: () => show(place) };
    return make(
      "button",
      { ...values, class: leaf.problem ? "wrong" : null, title: nameOf(leaf) },
      make("span", { class: "name" }, nameOf(leaf)),
      make("span", { class: "small" }, foundOn(leaf)),
    );
  }

  function sayState() {
    const found = leaves.length ? foundOn(leaves[shown]) : "";
    find("read-state").textContent = reading === null ? found : say("read.reading", { name: reading });
  }

  async function sendAway() {
    find("send").disabled = true;
    try {
      let n = 0;
      for (const file of new Set(good().map((leaf) => leaf.file))) {
        n += (await queue(file, options())).queued;
      }
      hush();
      find("read-done").textContent = say("read.sent", { n });
    } catch (problem) {
      complain(problem);
    }
    find("send").disabled = false;
  }

  const good = () => leaves.filter(({ page }) => page);
  const pages = () => good().map(({ page }) => page);
  // A file of several files' numbers has the name of none.
  const stem = () => (files.length > 1 ? "shuzi" : files[0].name.replace(/\.[^.]*$/, ""));
  watchPictures((chosen) => {
    files = chosen;
    readAll();
  }, () => !find("screen-read").hidden);
  for (const id of OPTIONS) find(id).addEventListener("change", () => files.length && readAll());
  find("page-before").addEventListener("click", () => show(shown - 1));
  find("page-after").addEventListener("click", () => show(shown + 1));
  find("csv").addEventListener("click", () => download(`${stem()}.csv`, toCsv(leaves, messageOf), "text/csv"));
  find("json").addEventListener("click", () =>
    download(`${stem()}.json`, toJson(leaves), "application/json"),
  );
  find("copy").addEventListener("click", async () => {
    await copy(toText(pages()));
    find("read-done").textContent = say("read.copied");
  });
  find("send").addEventListener("click", sendAway);
  whenSpoken(() => {
    find("read-done").textContent = "";
    if (leaves.length) show(shown);
    else sayState();
  });
}

function nameOf({ file, page }) {
  if (!page) return file.name;
  return page.page > 1 ? say("read.name", { name: page.source, n: page.page }) : page.source;
}

/** In a few words: how many numbers, or that it could not be read. */
function foundOn({ page, problem }) {
  if (problem) return say("read.failed");
  const { numbers } = page;
  if (numbers.length === 0) return say("read.none");
  const review = numbers.filter(({ decision }) => decision === "review").length;
  return say(numbers.length === 1 ? "read.found.one" : "read.found", { n: numbers.length, review });
}

function options() {
  const chosen = { as: find("as").value, target_error: find("target").value };
  chosen.digits_only = find("digits-only").checked;
  // Several are apart by spaces.
  chosen.expect = find("expect").value.split(/\s+/).filter(Boolean);
  const rotate = find("rotate").value;
  return rotate ? { ...chosen, rotate } : chosen;
}

/** A page and its picture: the file's own if it shows the pixels that were read. */
async function leafOf(file, page) {
  const own = URL.createObjectURL(file);
  const picture = new Image();
  picture.src = own;
  const shown = await picture.decode().then(() => true, () => false);
  const { naturalWidth: width, naturalHeight: height } = picture;
  const fits = shown && page.page === 1 && page.rotated === 0;
  if (fits && width === page.width && height === page.height) return { file, page, source: own };
  URL.revokeObjectURL(own);
  return { file, page, source: page.picture };
}
