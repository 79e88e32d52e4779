// A question that a person answers: one at a time, and it can be withdrawn.

export const UNDO = Symbol("undo");
export const WITHDRAWN = Symbol("withdrawn");

export class Question {
  #resolve = null;

  get open() {
    return this.#resolve !== null;
  }

  /** Wait for the answer; a question that was open before is withdrawn. */
  ask() {
    this.answer(WITHDRAWN);
    this.asked = performance.now();
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  answer(value) {
    const resolve = this.#resolve;
    this.#resolve = null;
    resolve?.(value);
  }

  /** Seconds since it was asked. */
  get seconds() {
    return (performance.now() - this.asked) / 1000;
  }
}
