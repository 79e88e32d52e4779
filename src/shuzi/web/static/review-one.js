// One number at a time: look, then confirm, take a guess, type, or say that it is none.

import { find, make } from "./element.js";
import { percent, say, whenSpoken } from "./language.js";
import { Question, UNDO } from "./question.js";
import { surroundings } from "./surroundings.js";

const GUESSES = ["KeyA", "KeyS", "KeyD", "KeyF"];
const NUMBER = /^-?\d+([.,]\d+)*$/;
const NUMBERED = ["Digit1", "Digit2", "Digit3", "Digit4"];

const question = new Question();
let guesses = [];
let item = null;

export function openOne() {
  find("one-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = find("one-text").value.trim();
    if (NUMBER.test(text)) question.answer(text);
  });
  find("one-none").addEventListener("click", () => question.answer(null));
  find("one-undo").addEventListener("click", () => question.answer(UNDO));
  document.addEventListener("keydown", press);
  whenSpoken(() => item && sayItem());
}

/** Its text, null for no number, UNDO or WITHDRAWN; and the seconds that it took. */
export async function askOne(wanted, { wrong = false } = {}) {
  item = wanted;
  // What someone has marked as wrong is no guess any more.
  guesses = guessesOf(item).filter(([text]) => !wrong || text !== item.text);
  guesses = guesses.slice(0, GUESSES.length);
  find("review-one").hidden = false;
  find("one-crop").src = item.thumbnail;
  find("one-around").replaceChildren(surroundings(item));
  find("one-text").value = guesses[0]?.[0] ?? "";
  sayItem();
  const answer = question.ask();
  find("one-text").select();
  const text = await answer;
  find("review-one").hidden = !question.open;
  return { text, seconds: question.seconds };
}

export function withdrawOne(answer) {
  question.answer(answer);
}

function sayItem() {
  const again = { 2: say("one.second"), 3: say("one.again") }[item.attempt] ?? "";
  // A path takes more room than a phone has, and its end says most.
  const name = item.source.split(/[\\/]/).at(-1);
  find("one-name").textContent = say("one.place", { ...item, source: name });
  find("one-name").title = item.source;
  find("one-again").textContent = again;
  find("one-crop").alt = say("one.crop");
  find("one-around").querySelector("img").alt = say("one.around");
  find("one-guesses").replaceChildren(...guesses.map(guessButton));
}

function guessesOf({ text, confidence, alternatives }) {
  return [[text, confidence], ...alternatives].filter(([guess]) => guess !== "");
}

function guessButton([text, share], i) {
  return make(
    "button",
    { type: "button", "aria-label": say("one.guess", { text }), onclick: () => question.answer(text) },
    make("kbd", { translate: "no" }, GUESSES[i].at(-1)),
    make("strong", {}, text),
    make("span", { class: "soft small" }, percent(share, 0)),
  );
}

function press(event) {
  if (!question.open || find("screen-review").hidden || event.ctrlKey || event.metaKey) return;
  const field = find("one-text");
  if (event.target.matches("input") && event.target !== field) return;
  const answer = answerOf(event, field);
  if (answer === undefined) {
    if (/^[-\d]$/.test(event.key) && event.target !== field) field.select();
    return;
  }
  event.preventDefault();
  question.answer(answer);
}

/** What a key says; undefined if it only types. */
function answerOf(event, field) {
  const keys = event.altKey ? NUMBERED : GUESSES;
  const guess = guesses[keys.indexOf(event.code)];
  if (guess) return guess[0];
  if (event.altKey) return undefined;
  if (event.code === "KeyN") return null;
  if (event.code === "KeyU") return UNDO;
  return event.key === "Backspace" && field.value === "" ? UNDO : undefined;
}
