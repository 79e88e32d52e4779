// The screen to write on: the paper, its tools, and the answer after each stroke.

import { read } from "./api.js";
import { showAnswer } from "./answer.js";
import { Paper } from "./canvas.js";
import { addCursor } from "./cursor.js";
import { find } from "./element.js";
import { whenSpoken } from "./language.js";
import { complain, hush } from "./notice.js";

const PAUSE = 60;
const AGAIN = 1000;

export function openDraw() {
  let page = null;
  let newest = 0;
  let timer;
  const show = (found) => showAnswer((page = found));

  // An answer counts only if nothing was drawn after its question.
  async function ask(turn) {
    if (paper.empty) return show(null);
    try {
      const found = await read(await paper.picture(), { seen: true });
      if (turn !== newest) return undefined;
      hush();
      return show(found.pages[0]);
    } catch (problem) {
      if (turn !== newest) return undefined;
      complain(problem);
      if (problem.passing) timer = setTimeout(ask, problem.wait || AGAIN, turn);
      return undefined;
    }
  }

  const paper = new Paper(find("canvas"), () => {
    find("canvas-hint").hidden = paper.strokes.length > 0;
    find("undo").disabled = paper.strokes.length + paper.undone.length === 0;
    find("clear").disabled = paper.strokes.length === 0;
    newest += 1;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE, newest);
  });
  addTools(paper);
  addCursor(paper, find("cursor"));
  paper.changed();
  whenSpoken(() => showAnswer(page));
}

function addTools(paper) {
  const take = (tool) => {
    paper.tool = tool;
    paper.canvas.dataset.tool = tool;
    for (const name of ["pen", "eraser"]) find(name).setAttribute("aria-pressed", name === tool);
  };
  take("pen");
  find("pen").addEventListener("click", () => take("pen"));
  find("eraser").addEventListener("click", () => take("eraser"));
  find("undo").addEventListener("click", () => paper.undo());
  find("clear").addEventListener("click", () => paper.clear());
  find("width").addEventListener("input", (event) => (paper.width = Number(event.target.value)));
  paper.canvas.addEventListener("pointerdown", () => (find("canvas-hint").hidden = true));
  document.addEventListener("keydown", (event) => {
    if (find("screen-draw").hidden) return;
    const undo = event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey);
    if (undo) paper.undo();
    else if (event.key === "Delete" || event.key === "Escape") paper.clear();
    else return;
    event.preventDefault();
  });
}
