// HTML and SVG elements, made by DOM calls: no text is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; `on…` values are listeners, true and false are with and without. */
export function make(tag, values = {}, ...children) {
  return filled(document.createElement(tag), values, children);
}

/** An SVG element. */
export function draw(tag, values = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), values, children);
}

export function find(id) {
  return document.getElementById(id);
}

function filled(element, values, children) {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}
