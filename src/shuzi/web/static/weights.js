// A run's weights, and what its layers make of a digit.

import { getBytes } from "./api.js";

const SIDE = 28;
/** Of a tanh; its slope there is below 0.02. */
const SATURATED = 0.99;

const ACTIVATIONS = {
  tanh: Math.tanh,
  relu: (z) => Math.max(0, z),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  linear: (z) => z,
  elu: (z) => (z > 0 ? z : Math.expm1(z)),
  softplus: (z) => Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0),
  softsign: (z) => z / (1 + Math.abs(z)),
  hard_sigmoid: (z) => Math.min(1, Math.max(0, z / 6 + 0.5)),
};

/** The tensors of a finished run by name, each with its shape and float32 values. */
export async function fetchWeights(name) {
  return parse(await getBytes(`runs/${encodeURIComponent(name)}/weights`));
}

/** safetensors: the length of a JSON header, the header, the numbers. */
function parse(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const tensors = new Map();
  for (const [name, { dtype, shape, data_offsets: ends }] of Object.entries(header)) {
    if (dtype !== "F32") continue;
    const [from, to] = ends.map((place) => place + 8 + length);
    const values = new Float32Array(buffer.slice(from, to));
    // What claims to be larger than the file would be computed without end.
    if (shape.reduce((size, side) => size * side, 1) !== values.length) throw new Error(name);
    tensors.set(name, { shape, values });
  }
  return tensors;
}

/** The pictures that the first layer's units have as weights: their side, and an array a unit. */
export function firstPictures(tensors) {
  const kernel = kernelOf(tensors, 0);
  if (kernel?.shape[0] === SIDE * SIDE) {
    const [inputs, units] = kernel.shape;
    const column = (unit) => Float32Array.from({ length: inputs }, (_, i) => kernel.values[i * units + unit]);
    return { side: SIDE, pictures: Array.from({ length: units }, (_, unit) => column(unit)) };
  }
  const row = [...tensors.values()].find(({ shape }) => isRow(shape) || isConvolution(shape));
  if (!row) return null;
  const size = row.values.length / row.shape[0];
  const pictures = Array.from({ length: row.shape[0] }, (_, unit) => row.values.slice(unit * size, (unit + 1) * size));
  return { side: Math.sqrt(size), pictures };
}

/** Of the recipe's own dense network, (inputs, units). */
function kernelOf(tensors, layer) {
  return tensors.get(`layers.${layer}.kernel`);
}

function isRow(shape) {
  return shape.length === 2 && shape[1] === SIDE * SIDE;
}

function isConvolution(shape) {
  return shape.length === 4 && shape[1] === 1 && shape[2] === shape[3];
}

/** What each hidden layer of the recipe's own network makes of 784 pixels, and the ten
 * probabilities where all layers are known: [{ values, side? }]; null of another network. */
export function activationsOf(tensors, settings, pixels) {
  const scaled = pixels.map((pixel) => pixel / settings.scale);
  if (kernelOf(tensors, 0)) return denseLayers(tensors, ACTIVATIONS[settings.activation], scaled);
  const [, size, stride, pool] = /^([13579])x\d+(s2)?(\/2)?$/.exec(settings.convolutions?.[0]) ?? [];
  const kernel = tensors.get("2.weight");
  const norm = pool ? 4 : 3;
  if (!size || !kernel || !isConvolution(kernel.shape) || !tensors.has(`${norm}.running_var`)) return null;
  return [convolved(tensors, kernel, norm, scaled, stride ? 2 : 1, Boolean(pool))];
}

function denseLayers(tensors, activation, input) {
  if (!activation) return null;
  const layers = [];
  let x = input;
  for (let i = 0; kernelOf(tensors, i); i += 1) {
    const z = affine(x, kernelOf(tensors, i), tensors.get(`layers.${i}.bias`));
    const last = !kernelOf(tensors, i + 1);
    x = last ? softmax(z) : z.map(activation);
    layers.push({ values: x, last });
  }
  return layers;
}

function affine(x, { shape: [, units], values }, bias) {
  const z = Float32Array.from(bias.values);
  x.forEach((value, i) => {
    if (value === 0) return;
    for (let unit = 0; unit < units; unit += 1) z[unit] += value * values[i * units + unit];
  });
  return z;
}

function softmax(z) {
  const most = Math.max(...z);
  const shares = z.map((value) => Math.exp(value - most));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** The first convolution, its maximum of 2 x 2 where it has one, normalised, and ReLU. */
function convolved(tensors, kernel, norm, pixels, stride, pooled) {
  const [channels, , size] = kernel.shape;
  const edge = (size - 1) / 2;
  const side = Math.ceil(SIDE / stride);
  const pixel = (y, x) => (y < 0 || x < 0 || y >= SIDE || x >= SIDE ? 0 : pixels[y * SIDE + x]);
  const [weight, bias, mean, variance] = ["weight", "bias", "running_mean", "running_var"].map(
    (name) => tensors.get(`${norm}.${name}`).values,
  );
  const maps = Array.from({ length: channels }, (_, channel) => {
    const map = new Float32Array(side * side);
    for (let i = 0; i < map.length; i += 1) {
      const [y, x] = [Math.floor(i / side) * stride - edge, (i % side) * stride - edge];
      for (let k = 0; k < size * size; k += 1) {
        map[i] += kernel.values[channel * size * size + k] * pixel(y + Math.floor(k / size), x + (k % size));
      }
    }
    const scale = weight[channel] / Math.sqrt(variance[channel] + 1e-5);
    const made = pooled ? halved(map, side) : map;
    return made.map((value) => Math.max(0, (value - mean[channel]) * scale + bias[channel]));
  });
  return { maps, side: pooled ? side / 2 : side };
}

function halved(map, side) {
  const half = side / 2;
  return Float32Array.from({ length: half * half }, (_, i) => {
    const place = 2 * Math.floor(i / half) * side + 2 * (i % half);
    return Math.max(map[place], map[place + 1], map[place + side], map[place + side + 1]);
  });
}

/** 500 sums of a fresh layer for 784 pixels; its weights glorot-uniform, the same ones always. */
export function freshSums(pixels) {
  fresh ??= makeFresh();
  return affine(pixels, fresh, { values: new Float32Array(UNITS) });
}

const UNITS = 500;
let fresh;

function makeFresh() {
  let state = 1;
  const random = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const limit = Math.sqrt(6 / (SIDE * SIDE + UNITS));
  const values = Float32Array.from({ length: SIDE * SIDE * UNITS }, () => limit * (2 * random() - 1));
  return { shape: [SIDE * SIDE, UNITS], values };
}

/** Share of tanh's values that are at its ends. */
export function saturation(values) {
  return values.filter((value) => Math.abs(value) > SATURATED).length / values.length;
}
