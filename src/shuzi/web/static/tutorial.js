// The tutorial's steps beside the runs, each with its command.

import { find, make } from "./element.js";
import { say, whenSpoken } from "./language.js";

const STEPS = [
  ["data", "shuzi data fetch\nshuzi data show"],
  ["network", null],
  ["learn", null],
  ["train", "shuzi train tutorial --out runs/tutorial"],
  ["test", "shuzi evaluate runs/tutorial"],
  ["dropout", "shuzi train tutorial --set dropout=0 --out runs/no-dropout"],
  ["scale", "shuzi train tutorial-scaled --out runs/scaled"],
  ["knobs", "shuzi train tutorial --set epochs=10 --set activation=relu --set scale=255"],
];

export function openTutorial() {
  whenSpoken(() => find("steps").replaceChildren(...STEPS.map(step)));
}

function step([name, command], place) {
  return make(
    "details",
    { open: place === 0 },
    make("summary", {}, say(`tutorial.${name}`)),
    make("p", {}, say(`tutorial.${name}.text`)),
    ...(command ? [make("pre", { translate: "no" }, command)] : []),
  );
}
