// The pictures that someone chooses, photographs, drops or pastes.

import { find } from "./element.js";

/** Call `take` with the files of each choice while `open()`. */
export function watchPictures(take, open) {
  const drop = find("drop");
  for (const id of ["file", "camera"]) {
    find(id).addEventListener("change", ({ target }) => {
      const files = [...target.files];
      // The same file may be chosen twice.
      target.value = "";
      if (files.length) take(files);
    });
  }
  document.addEventListener("dragover", (event) => {
    if (!open()) return;
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (!open()) return;
    event.preventDefault();
    if (event.dataTransfer.files.length) take([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    if (open() && event.clipboardData.files.length) take([...event.clipboardData.files]);
  });
}
