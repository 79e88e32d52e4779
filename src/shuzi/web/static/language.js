// Which language the page speaks.

import { words } from "./words.js";

const KEY = "shuzi.language";
const listeners = [];
let language = first();

/** The text of `key` in the page's language, its {names} filled in. */
export function say(key, values = {}) {
  return words[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Whether there is a text of that key. */
export function knows(key) {
  return key in words[language];
}

export function speaksEnglish() {
  return language === "en";
}

/** In percent; nearly certain is not yet certain. */
export function percent(share, digits = 1) {
  const rounded = (100 * share).toFixed(digits);
  const nearly = share < 1 && Number(rounded) === 100;
  const space = speaksEnglish() ? " " : "";
  return `${nearly ? (100 - 10 ** -digits).toFixed(digits) : rounded}${space}%`;
}

/** How sure a reading is: no surer than its calibration can be. */
export function sure(confidence) {
  return percent(Math.min(confidence, 0.999));
}

/** Call `listener` now and whenever the language changes. */
export function whenSpoken(listener) {
  listeners.push(listener);
  listener();
}

export function switchLanguage() {
  language = language === "en" ? "zh" : "en";
  localStorage.setItem(KEY, language);
  speak();
}

/** Write every text that index.html names. */
export function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll("[data-words]")) {
    element.textContent = say(element.dataset.words);
  }
  for (const element of document.querySelectorAll("[data-words-label]")) {
    element.setAttribute("aria-label", say(element.dataset.wordsLabel));
  }
  for (const listener of listeners) listener();
}

function first() {
  const kept = localStorage.getItem(KEY);
  if (kept in words) return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}
