// Many crops that were read alike: mark those that are something else, confirm the rest at once.

import { find, make } from "./element.js";
import { say, whenSpoken } from "./language.js";
import { Question, UNDO } from "./question.js";
import { hideSurroundings, showBeside, showOnHover } from "./surroundings.js";

const question = new Question();
let text = null;
let items = [];
let crops = [];

export function openGroup() {
  find("group-confirm").addEventListener("click", confirm);
  find("group-undo").addEventListener("click", () => question.answer(UNDO));
  document.addEventListener("keydown", press);
  whenSpoken(() => crops.length && sayGroup());
}

/** The entries marked as wrong, UNDO or WITHDRAWN; and the seconds that it took. */
export async function askGroup(group) {
  text = group.text;
  items = group.entries.map(({ item }) => item);
  crops = items.map(cropButton);
  find("group-grid").classList.toggle("own", text === null);
  find("group-grid").replaceChildren(...crops);
  sayGroup();
  find("review-group").hidden = false;
  crops[0].focus();
  const answer = await question.ask();
  find("review-group").hidden = !question.open;
  hideSurroundings();
  const marked = typeof answer !== "symbol";
  const wrong = marked ? group.entries.filter((_, i) => isWrong(crops[i])) : answer;
  return { wrong, seconds: question.seconds };
}

export function withdrawGroup(answer) {
  question.answer(answer);
}

function cropButton(item, place) {
  const crop = make(
    "button",
    {
      type: "button",
      "aria-pressed": "false",
      tabindex: place === 0 ? 0 : -1,
      onclick: ({ currentTarget }) => toggle(currentTarget),
    },
    make("img", { src: item.thumbnail, alt: "", draggable: "false" }),
    ...(text === null ? [make("span", { class: "as" }, item.text || say("answer.none"))] : []),
  );
  showOnHover(crop, item);
  return crop;
}

function sayGroup() {
  const left = crops.filter((crop) => !isWrong(crop)).length;
  const own = { null: ".own", "": ".none" }[text] ?? "";
  const shown = { text };
  const key = left === crops.length ? "group.confirm.all" : "group.confirm";
  find("group-title").textContent = say(`group.title${own}`, shown);
  find("group-confirm").replaceChildren(
    `${say(`${key}${own}`, { n: left, ...shown })} `,
    make("kbd", {}, say("key.enter")),
  );
  crops.forEach((crop, i) => {
    const label = isWrong(crop) ? "group.wrong" : "group.crop";
    crop.setAttribute("aria-label", say(label, { n: i + 1, text: items[i].text || say("answer.none") }));
  });
}

function isWrong(crop) {
  return crop.getAttribute("aria-pressed") === "true";
}

function toggle(crop) {
  crop.setAttribute("aria-pressed", !isWrong(crop));
  goTo(crop);
  sayGroup();
}

function goTo(crop) {
  hideSurroundings();
  for (const other of crops) other.tabIndex = other === crop ? 0 : -1;
  crop.focus();
}

function confirm() {
  question.answer(true);
}

function press(event) {
  if (!question.open || find("screen-review").hidden || event.target.matches("input")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inGrid = crops.indexOf(event.target);
  if (event.key === "Enter" && (inGrid >= 0 || event.target === document.body)) confirm();
  else if (event.code === "KeyU") question.answer(UNDO);
  else if (event.code === "KeyV" && inGrid >= 0) showBeside(crops[inGrid], items[inGrid]);
  else if (event.key === "Escape") hideSurroundings();
  else if (inGrid >= 0 && move(event.key, inGrid)) goTo(crops[move(event.key, inGrid).to]);
  else return;
  event.preventDefault();
}

/** Where an arrow key leads from a crop; null if it is none or leads nowhere. */
function move(key, from) {
  const across = crops.filter((crop) => crop.offsetTop === crops[0].offsetTop).length;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across };
  const to = { Home: 0, End: crops.length - 1 }[key] ?? from + steps[key];
  return to >= 0 && to < crops.length ? { to } : null;
}
