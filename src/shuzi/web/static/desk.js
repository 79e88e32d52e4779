// A reviewer's desk: items on lease, and decisions on their way to the service.

import { send } from "./api.js";

const RENEW = 40_000;
const AGAIN = 1000;
/** The service counts no more seconds for an item. */
const DAY = 86_400;

/**
 * Every item lies here as {token, item}. What is decided is sent in order, again and again until
 * the service has it; it counts a decision once. `told(kind)` hears of "sent", when the service
 * has taken something, "away", "refused" with what was decided and does not count, and "lapsed"
 * with a lease that could not be renewed. In both the items of the lease are gone, unless they are
 * `kept`.
 */
export class Desk {
  constructor(reviewer, told) {
    Object.assign(this, { reviewer, told, entries: [], unsent: [], sending: null, left: false });
    this.timer = setInterval(() => this.#renew(), RENEW);
    this.leaving = () => this.#giveBack();
    addEventListener("pagehide", this.leaving);
  }

  /** The next item, from a new lease of `count` when none is left; null if there is none at all. */
  async next(count) {
    if (this.entries.length === 0) await this.#lease(count, false);
    return this.entries[0] ?? null;
  }

  /**
   * Items that were read alike, and as what: null if they only are of one length. `entries` is
   * empty if there are none.
   */
  async group(count) {
    const text = await this.#lease(count, true);
    return { text, entries: [...this.entries] };
  }

  /** Decide an entry; a text of null is not a number. */
  decide(entry, text, seconds) {
    this.#decide([{ entry, text }], seconds);
  }

  /** Decide that all these entries are what they were read as; what was read as nothing is none. */
  confirm(entries, seconds) {
    this.#decide(entries.map((entry) => ({ entry, text: entry.item.text || null })), seconds);
  }

  /** Take back what was decided last, all that was at once: it comes first again, as a group. */
  async undo() {
    await this.sending;
    const values = { reviewer: this.reviewer, key: newKey() };
    const { token, items, text } = await this.#insist("POST", "review/undo", values);
    const entries = items.map((item) => ({ token, item }));
    this.entries = [...entries, ...this.entries];
    if (this.left) this.#giveBack();
    return { text, entries };
  }

  /** Whether the entry still lies here. */
  has(entry) {
    return this.entries.includes(entry);
  }

  async leave() {
    removeEventListener("pagehide", this.leaving);
    this.left = true;
    clearInterval(this.timer);
    await this.sending;
    this.#giveBack();
  }

  #decide(answers, seconds) {
    const decided = new Set(answers.map(({ entry }) => entry));
    this.entries = this.entries.filter((entry) => !decided.has(entry));
    const [{ entry: { token } }] = answers;
    const each = Math.min(seconds / answers.length, DAY);
    const decisions = answers.map(({ entry, text }) => ({ item: entry.item.id, text, seconds: each }));
    this.unsent.push({ token, decisions });
    this.sending ??= this.#send();
  }

  async #lease(count, alike) {
    // What is decided must be known before more is asked for.
    await this.sending;
    const wanted = { reviewer: this.reviewer, count, alike };
    const { token, items, text } = await this.#insist("POST", "review/leases", wanted);
    this.entries = items.map((item) => ({ token, item }));
    if (this.left) this.#giveBack();
    return text;
  }

  async #send() {
    // A parcel each time: what was decided at once is taken back at once.
    while (this.unsent.length) {
      const { token, decisions } = this.unsent[0];
      const values = { reviewer: this.reviewer, decisions };
      await this.#insist("POST", `review/leases/${token}/decisions`, values).catch((problem) =>
        this.#refuse(token, problem),
      );
      this.unsent.shift();
    }
    this.sending = null;
  }

  /** Call until the service answers. */
  async #insist(method, path, values) {
    for (;;) {
      try {
        const answer = await send(method, path, values, { keepalive: true });
        this.told("sent");
        return answer;
      } catch (problem) {
        if (!problem.passing) throw problem;
        this.told("away", problem);
        await new Promise((done) => setTimeout(done, problem.wait || AGAIN));
      }
    }
  }

  async #renew() {
    for (const token of new Set(this.entries.map((entry) => entry.token))) {
      await send("PUT", `review/leases/${token}`).catch((problem) => this.#lapse(token, problem));
    }
  }

  /** Answers do not count; what is others' by now shows that the lease has run out. */
  async #refuse(token, problem) {
    const kept = problem.kind === "not-decided" && problem.missed.lost.length === 0;
    if (!kept) {
      this.#drop(token);
      const more = this.unsent.slice(1).some((parcel) => parcel.token === token);
      // Else what is left of it would be nobody's for two minutes.
      if (!more) await send("DELETE", `review/leases/${token}`).catch(() => {});
    }
    this.told("refused", problem, kept);
  }

  #lapse(token, problem) {
    // The last of its items may have been decided meanwhile.
    if (problem.passing || !this.entries.some((entry) => entry.token === token)) return;
    this.#drop(token);
    this.told("lapsed", problem);
  }

  #drop(token) {
    this.entries = this.entries.filter((entry) => entry.token !== token);
  }

  #giveBack() {
    const unsent = new Set(this.unsent.map(({ token }) => token));
    for (const token of new Set(this.entries.map((entry) => entry.token))) {
      // A lease with decisions on their way runs out by itself.
      if (unsent.has(token)) continue;
      send("DELETE", `review/leases/${token}`, undefined, { keepalive: true }).catch(() => {});
    }
    this.entries = [];
  }
}

/** With it the service knows a call that is sent again. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
