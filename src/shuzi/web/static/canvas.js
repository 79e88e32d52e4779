// The paper: strokes that are kept, so that they can be taken back and drawn in any colour.

export const WIDTH = 800;
export const HEIGHT = 600;
const LEGIBLE = 120;
const MARGIN = 0.3;
const SIDE = 28;

/** Draws on a canvas element; calls `changed` after each stroke, undo and clear. */
export class Paper {
  constructor(canvas, changed) {
    Object.assign(this, { canvas, changed, strokes: [], undone: [], tool: "pen", width: 40 });
    Object.assign(canvas, { width: WIDTH, height: HEIGHT });
    this.pointer = null;
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (event) => this.#end(event));
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  get empty() {
    return this.strokes.every((stroke) => stroke.tool === "eraser");
  }

  undo() {
    const cleared = this.strokes.length === 0 && this.undone.length > 0;
    if (cleared) [this.strokes, this.undone] = [this.undone, []];
    else this.strokes.pop();
    this.end();
  }

  /** Undo takes back the clearing too. */
  clear() {
    this.undone = this.strokes;
    this.strokes = [];
    this.end();
  }

  redraw() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, WIDTH, HEIGHT);
    const ink = getComputedStyle(this.canvas).color;
    for (const stroke of this.strokes) paint(context, stroke, ink);
  }

  /** Dark ink on white, cut out and no higher than is legible: small pictures are read sooner. */
  picture() {
    const ink = new OffscreenCanvas(WIDTH, HEIGHT);
    for (const stroke of this.strokes) paint(ink.getContext("2d"), stroke, "#10131a");
    const { left, top, width, height } = around(this.strokes);
    const scale = Math.min(1, LEGIBLE / height);
    const sheet = new OffscreenCanvas(Math.ceil(width * scale), Math.ceil(height * scale));
    const context = sheet.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, sheet.width, sheet.height);
    context.imageSmoothingQuality = "high";
    context.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
    context.drawImage(ink, 0, 0);
    return sheet.convertToBlob({ type: "image/png" });
  }

  /** As MNIST has digits: 784 numbers 0 (paper) to 255 (ink), the ink's longer side 20 pixels, its
   * centre of mass in the middle of 28 x 28. */
  digit() {
    const ink = new OffscreenCanvas(WIDTH, HEIGHT);
    for (const stroke of this.strokes) paint(ink.getContext("2d"), stroke, "#000");
    const { left, top, width, height } = around(this.strokes, 0);
    const scale = 20 / Math.max(width, height);
    const [x, y] = [left + width / 2, top + height / 2];
    const [across, along] = centre(shrunk(ink, scale, x, y));
    return shrunk(ink, scale, x + (across - SIDE / 2) / scale, y + (along - SIDE / 2) / scale);
  }

  /** Put the pen, or the eraser, down at [x, y] of 800 x 600. */
  begin(point) {
    const width = this.tool === "eraser" ? 2 * this.width : this.width;
    this.undone = [];
    this.strokes.push({ tool: this.tool, width, points: [point] });
    this.redraw();
  }

  draw(...points) {
    this.strokes.at(-1).points.push(...points);
    this.redraw();
  }

  end() {
    this.redraw();
    this.changed();
  }

  #begin(event) {
    if (event.button !== 0 || this.pointer !== null) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.pointer = event.pointerId;
    this.begin(this.#place(event));
  }

  #move(event) {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.draw(...(events.length ? events : [event]).map((one) => this.#place(one)));
  }

  #end(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.end();
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    const y = ((event.clientY - box.top) / box.height) * HEIGHT;
    return [x, y];
  }
}

/** The ink around [x, y], as 28 x 28 numbers 0 to 255. */
function shrunk(ink, scale, x, y) {
  const sheet = new OffscreenCanvas(SIDE, SIDE);
  const context = sheet.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.setTransform(scale, 0, 0, scale, SIDE / 2 - x * scale, SIDE / 2 - y * scale);
  context.drawImage(ink, 0, 0);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i + 3]);
}

/** The centre of mass of 28 x 28 pixels. */
function centre(pixels) {
  let [mass, across, along] = [1e-9, 0, 0];
  pixels.forEach((value, i) => {
    mass += value;
    across += value * ((i % SIDE) + 0.5);
    along += value * (Math.floor(i / SIDE) + 0.5);
  });
  return [across / mass, along / mass];
}

/** The box of all that the pen drew, with a margin for the reader to see paper in. */
function around(strokes, share = MARGIN) {
  const drawn = strokes.filter(({ tool }) => tool === "pen");
  const ends = (axis, sign) =>
    drawn.flatMap(({ points, width }) => points.map((point) => point[axis] + (sign * width) / 2));
  const [left, top] = [0, 1].map((axis) => Math.min(...ends(axis, -1)));
  const [right, bottom] = [0, 1].map((axis) => Math.max(...ends(axis, 1)));
  const margin = share * Math.max(bottom - top, 100);
  return {
    left: left - margin,
    top: top - margin,
    width: right - left + 2 * margin,
    height: bottom - top + 2 * margin,
  };
}

function paint(context, { tool, width, points }, ink) {
  context.globalCompositeOperation = tool === "eraser" ? "destination-out" : "source-over";
  context.strokeStyle = ink;
  context.lineWidth = width;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...points[0]);
  context.lineTo(...points[0]);
  // Through the middles of the segments: a pen does not turn in corners.
  for (let i = 1; i < points.length - 1; i += 1) {
    context.quadraticCurveTo(...points[i], ...middle(points[i], points[i + 1]));
  }
  context.lineTo(...points.at(-1));
  context.stroke();
}

function middle([x1, y1], [x2, y2]) {
  return [(x1 + x2) / 2, (y1 + y2) / 2];
}
