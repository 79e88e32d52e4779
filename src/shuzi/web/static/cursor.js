// Drawing by keyboard: arrow keys move the pen, Space puts it down and lifts it.

import { HEIGHT, WIDTH } from "./canvas.js";

const STEP = 25;
const SMALL_STEP = 5;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Let the keyboard draw on `paper`; `mark` is the element that shows where the pen is. */
export function addCursor(paper, mark) {
  let point = [WIDTH / 2, HEIGHT / 5];
  let down = false;

  function show() {
    mark.style.left = `${(100 * point[0]) / WIDTH}%`;
    mark.style.top = `${(100 * point[1]) / HEIGHT}%`;
    mark.classList.toggle("down", down);
    mark.hidden = false;
  }

  function lift() {
    if (down) paper.end();
    down = false;
  }

  paper.canvas.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move) {
      point = moved(point, move, event.shiftKey ? SMALL_STEP : STEP);
      if (down) paper.draw(point);
    } else if (event.key === " ") {
      if (down) lift();
      else {
        down = true;
        paper.begin(point);
      }
    } else return;
    event.preventDefault();
    show();
  });
  for (const name of ["blur", "pointerdown"]) {
    paper.canvas.addEventListener(name, () => {
      lift();
      mark.hidden = true;
    });
  }
}

function moved([x, y], [across, along], step) {
  const inside = (value, most) => Math.min(most, Math.max(0, value));
  return [inside(x + across * step, WIDTH), inside(y + along * step, HEIGHT)];
}
