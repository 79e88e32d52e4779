// What was read of the drawing, beside it.

import { find, make } from "./element.js";
import { percent, say, sure } from "./language.js";

const DIGITS = [..."0123456789"];
/** An alternative less probable than this is not shown. */
const WORTH = 0.005;

/** Show a page as the service gave it; null when nothing is written. */
export function showAnswer(page) {
  // What is more likely none is none, as in the text of `shuzi read`.
  const numbers = (page?.numbers ?? []).filter(({ decision }) => decision !== "reject");
  // Before anything is written there is nothing to say of it.
  const none = page === null ? "" : say("answer.none");
  find("answer-text").textContent = numbers.length ? textOf(numbers) : none;
  find("answer-text").classList.toggle("none", none !== "" && numbers.length === 0);
  find("answer-text").classList.toggle("long", textOf(numbers).length > 5);
  find("answer-sure").textContent = sureness(page, numbers);
  find("answer-bars").replaceChildren(...barsOf(numbers));
  showSeen(page?.seen ?? [], numbers);
}

function textOf(numbers) {
  const lines = new Map();
  for (const { line, text } of numbers) lines.set(line, [...(lines.get(line) ?? []), text]);
  return [...lines.values()].map((texts) => texts.join(" ")).join("\n");
}

function sureness(page, numbers) {
  if (page === null) return say("answer.waiting");
  if (numbers.length === 0) return say("answer.nothing");
  if (numbers.length > 1) return say("answer.several", { n: numbers.length });
  const [{ decision, confidence }] = numbers;
  return say(decision === "accept" ? "answer.sure" : "answer.unsure", { p: sure(confidence) });
}

function barsOf(numbers) {
  const [first] = numbers;
  if (numbers.length !== 1) return numbers.map((number) => bar(number.text, number.confidence));
  if (first.probabilities) return digitBars(first.probabilities);
  return first.digits.map((digit) => bar(digit.text, digit.confidence, true, second(digit)));
}

function digitBars(probabilities) {
  const missing = Math.max(0, 1 - probabilities.reduce((sum, p) => sum + p, 0));
  const best = Math.max(...probabilities);
  const bars = DIGITS.map((digit, i) => bar(digit, probabilities[i], probabilities[i] === best));
  return [...bars, bar(say("answer.other"), missing, false)];
}

function bar(name, share, best = true, other = null) {
  const filling = make("span", { class: "filling" });
  filling.style.setProperty("--share", share);
  return make(
    "div",
    { class: best ? "bar best" : "bar" },
    make("span", { class: "name" }, name),
    make("span", { class: "track" }, filling),
    make("span", { class: "value" }, sure(share)),
    ...(other ? [make("span", { class: "other soft small" }, other)] : []),
  );
}

function second({ alternatives: [likeliest] }) {
  if (!likeliest || likeliest[1] < WORTH) return null;
  return say("answer.or", { text: likeliest[0], p: percent(likeliest[1]) });
}

function showSeen(seen, numbers) {
  find("answer-seen").hidden = seen.length === 0;
  const pictures = seen.map(({ png }, i) => {
    const alt = say("answer.seen.alt", { text: numbers[i]?.text ?? say("answer.none") });
    return make("img", { src: png, alt });
  });
  find("answer-pictures").replaceChildren(...pictures);
}
