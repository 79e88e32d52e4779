// What was read, as text, CSV and JSON, as `shuzi read` writes them.

import { make } from "./element.js";

const COLUMNS = ["source", "page", "line", "row", "column", "text", "confidence", "decision"];
const PLACE = ["x", "y", "width", "height"];

/** The numbers that are not rejected: a space between, a line a line, an empty line a page. */
export function toText(pages) {
  return pages.map((page) => pageText(page.numbers)).join("\n\n");
}

export function toCsv(pages) {
  const rows = pages.flatMap((page) => page.numbers.map((number) => rowOf(page, number)));
  return [[...COLUMNS, ...PLACE, "error"], ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}

/** One object a page, a line each, without the pictures that only the page needs. */
export function toJson(pages) {
  return pages.map(({ picture, seen, ...page }) => `${JSON.stringify(page)}\n`).join("");
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

function rowOf(page, { line, row, column, text, confidence, decision, box }) {
  const where = [page.source, page.page, line, row ?? "", column ?? ""];
  return [...where, text, confidence.toFixed(4), decision, ...box, ""];
}

function cell(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
