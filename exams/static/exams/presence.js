// Says every little while that the page is there, and hears what an invigilator did.

import { request } from "./sync.js";

const EVERY = 20_000;

export class Presence extends EventTarget {
  // Events: "state" {the answer}, "lost".
  constructor({ url, attempt, token }) {
    super();
    this.url = url;
    this.token = token;
    this.storageKey = `anxue-exam-shown-${attempt}`;
    this.asking = null;
    setInterval(() => document.hidden || this.ask(), EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || this.ask());
  }

  get shown() {
    return Number(sessionStorage.getItem(this.storageKey)) || 0;
  }

  show(number) {
    if (number > this.shown) sessionStorage.setItem(this.storageKey, number);
  }

  // A receipt counts what happened: only news are asked for.
  hear(count) {
    if (count > this.shown) this.ask();
  }

  async ask() {
    if (!this.token()) return undefined;
    this.asking ??= this.send().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  async send() {
    try {
      const answer = await request(this.url, {
        headers: { Authorization: `Attempt ${this.token()}` },
        body: { shown: this.shown },
      });
      if (answer.status === 200) {
        this.dispatchEvent(new CustomEvent("state", { detail: answer.body }));
      }
    } catch {
      this.dispatchEvent(new CustomEvent("lost"));
    }
  }
}

// The two dialogs of the invigilator: the clock stands still, and something to read.
export class Notices {
  constructor({ pause, notice, words, onShown }) {
    Object.assign(this, { pause, notice, words, onShown });
    pause.addEventListener("cancel", (event) => event.preventDefault());
  }

  setPaused(isPaused) {
    if (isPaused && !this.pause.open) this.pause.showModal();
    if (!isPaused && this.pause.open) this.pause.close();
  }

  add(interventions) {
    const list = this.notice.querySelector("[data-notices]");
    if (!this.notice.open) list.replaceChildren();
    for (const { number, kind, message, seconds } of interventions) {
      const lines = [];
      if (kind === "extended") {
        lines.push(this.words.extended.replace("%(count)s", Math.round(seconds / 60)));
      }
      if (message) lines.push(message);
      for (const text of lines) {
        const line = document.createElement("p");
        line.textContent = text;
        list.append(line);
      }
      this.onShown(number);
    }
    if (list.childElementCount && !this.notice.open) this.notice.showModal();
  }
}
