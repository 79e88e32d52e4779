// What was read, as text, CSV and JSON, as `shuzi read` writes them.

import { make } from "./element.js";

const SCHEMA = 1;
const COLUMNS = ["source", "page", "line", "row", "column", "text", "confidence", "decision"];
const HEAD = [...COLUMNS, "x", "y", "width", "height", "error"];

/** The numbers that are not rejected: a space between, a line a line, an empty line a page. */
export function toText(pages) {
  return pages.map((page) => pageText(page.numbers)).join("\n\n");
}

/**
 * A row a number; one with the decision `none` for a page without, and one for a file that could
 * not be read, with what `messageOf` says of its problem.
 */
export function toCsv(leaves, messageOf) {
  const rows = leaves.flatMap(({ file, page, problem }) => {
    if (problem) return [[file.name, ...Array(HEAD.length - 2).fill(""), messageOf(problem)]];
    return page.numbers.length ? page.numbers.map((number) => rowOf(page, number)) : [noneRow(page)];
  });
  return [HEAD, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** One object a page or failure, a line each, without the pictures that only the page needs. */
export function toJson(leaves) {
  return leaves.map((leaf) => `${JSON.stringify(objectOf(leaf))}\n`).join("");
}

export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without https there is no clipboard but this one.
  const area = make("textarea", {}, text);
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  return undefined;
}

export function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function pageText(numbers) {
  const lines = new Map();
  for (const { line, text, decision } of numbers) {
    if (decision !== "reject") lines.set(line, [...(lines.get(line) ?? []), text]);
  }
  return [...lines.values()].map((texts) => texts.join(" ")).join("\n");
}

function objectOf({ file, page, problem }) {
  if (problem) {
    const { detail: message, remedy } = problem;
    return { schema: SCHEMA, source: file.name, error: { message, remedy } };
  }
  const { picture, seen, ...rest } = page;
  return rest;
}

function noneRow({ source, page }) {
  return HEAD.map((name) => ({ source, page, decision: "none" })[name] ?? "");
}

function rowOf(page, { line, row, column, text, confidence, decision, box }) {
  const where = [page.source, page.page, line, row ?? "", column ?? ""];
  return [...where, text, confidence.toFixed(4), decision, ...box, ""];
}

function cell(value) {
  const text = harmless(String(value));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With an apostrophe before what a spreadsheet would run; a number with its minus runs nothing. */
function harmless(text) {
  return /^[\t\r=+\-@＝＋－＠]/.test(text) && !/^-[0-9][0-9.,]*$/.test(text) ? `'${text}` : text;
}
