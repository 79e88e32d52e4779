// The screen for pictures: choose, look, correct, take away.

import { queue, read } from "./api.js";
import { drawBoxes } from "./boxes.js";
import { find } from "./element.js";
import { say, whenSpoken } from "./language.js";
import { complain, hush } from "./notice.js";
import { listNumbers, showNumber } from "./numbers.js";
import { watchPictures } from "./picture.js";
import { copy, download, toCsv, toJson, toText } from "./sheet.js";

const OPTIONS = ["as", "rotate", "target", "digits-only"];

export function openRead() {
  let files = [];
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
        leaves.push(...opened);
        if (leaves.length === found.length) show(0);
      } catch (problem) {
        if (mine !== turn) return;
        complain(problem);
      }
      sayPlace();
    }
    reading = null;
    sayState();
  }

  function forget() {
    for (const { source } of leaves) if (source.startsWith("blob:")) URL.revokeObjectURL(source);
    leaves = [];
    hush();
    find("drop").classList.remove("small");
    find("read-result").hidden = true;
    find("pages").hidden = true;
    find("read-done").textContent = "";
  }

  function show(place) {
    shown = place;
    const { source, page } = leaves[shown];
    const lit = (i, on) => {
      boxes[i].classList.toggle("lit", on);
      fields[i].classList.toggle("lit", on);
    };
    const chosen = (i) => fields[i].select();
    const changed = (i) => {
      showNumber(fields[i], page.numbers, i);
      boxes[i].setAttribute("class", `box ${fields[i].className}`);
      sayState();
    };
    const boxes = drawBoxes(find("picture"), source, page, { lit, chosen });
    const fields = listNumbers(find("numbers"), page, { lit, changed });
    find("read-result").hidden = false;
    find("drop").classList.add("small");
    sayPlace();
    sayState();
  }

  function sayPlace() {
    if (leaves.length === 0) return;
    const { page } = leaves[shown];
    const name = { name: page.source, n: page.page };
    find("read-name").textContent = page.page > 1 ? say("read.name", name) : page.source;
    find("pages").hidden = leaves.length < 2;
    find("page-place").textContent = say("read.place", { n: shown + 1, of: leaves.length });
    find("page-before").disabled = shown === 0;
    find("page-after").disabled = shown === leaves.length - 1;
  }

  function sayState() {
    find("read-state").textContent = stateOf();
  }

  function stateOf() {
    if (reading !== null) return say("read.reading", { name: reading });
    if (leaves.length === 0) return "";
    const { numbers } = leaves[shown].page;
    if (numbers.length === 0) return say("read.none");
    const review = numbers.filter(({ decision }) => decision === "review").length;
    return say("read.found", { n: numbers.length, review });
  }

  async function sendAway() {
    find("send").disabled = true;
    try {
      let n = 0;
      for (const file of files) n += (await queue(file, options())).queued;
      hush();
      find("read-done").textContent = say("read.sent", { n });
    } catch (problem) {
      complain(problem);
    }
    find("send").disabled = false;
  }

  const pages = () => leaves.map(({ page }) => page);
  const stem = () => files[0].name.replace(/\.[^.]*$/, "");
  watchPictures((chosen) => {
    files = chosen;
    readAll();
  }, () => !find("screen-read").hidden);
  for (const id of OPTIONS) find(id).addEventListener("change", () => files.length && readAll());
  find("page-before").addEventListener("click", () => show(shown - 1));
  find("page-after").addEventListener("click", () => show(shown + 1));
  find("csv").addEventListener("click", () => download(`${stem()}.csv`, toCsv(pages()), "text/csv"));
  find("json").addEventListener("click", () =>
    download(`${stem()}.json`, toJson(pages()), "application/json"),
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

function options() {
  const chosen = { as: find("as").value, target_error: find("target").value };
  chosen.digits_only = find("digits-only").checked;
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
  if (fits && width === page.width && height === page.height) return { page, source: own };
  URL.revokeObjectURL(own);
  return { page, source: page.picture };
}
