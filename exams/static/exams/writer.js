// Who writes: this tab, under a name of its own, with numbers that only go up.

import { csrfToken } from "../ui/js/csrf.js";
import { request } from "./sync.js";

function randomName() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A duplicated tab copies the session storage, and with it the name. The lock is
// held as long as a page lives: who does not get it takes a name of its own.
async function claim(name) {
  if (!navigator.locks) return false;
  return new Promise((resolve) => {
    navigator.locks.request(`anxue-exam-${name}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}

export class Writer {
  constructor({ attempt, startUrl }) {
    this.attempt = attempt;
    this.startUrl = startUrl;
    this.storageKey = `anxue-exam-tab-${attempt}`;
    this.number = null;
    this.token = null;
    this.nextSeq = 1;
  }

  async name() {
    const known = sessionStorage.getItem(this.storageKey);
    if (known && (await claim(known))) return known;
    return this.newName();
  }

  async newName() {
    const name = randomName();
    await claim(name);
    sessionStorage.setItem(this.storageKey, name);
    return name;
  }

  forget() {
    sessionStorage.removeItem(this.storageKey);
  }

  // Returns what the server knows, or throws when there is no way to it.
  async open() {
    let started = await this.start(this.tabName ?? (await this.name()));
    if (started.status === 201 && !started.body.is_newest_writer) {
      // This page was opened again after another tab took over: it takes over now.
      started = await this.start(await this.newName());
    }
    if (started.status !== 201) return started;
    if (started.body.id === this.attempt) {
      this.number = started.body.writer;
      this.token = started.body.token;
      this.nextSeq = Math.max(this.nextSeq, started.body.next_seq);
    }
    return started;
  }

  async start(name) {
    this.tabName = name;
    return request(this.startUrl, {
      headers: { "X-CSRFToken": await csrfToken(), "Idempotency-Key": name },
    });
  }

  row(position, value) {
    return {
      attempt: this.attempt,
      writer: this.number,
      seq: this.nextSeq++,
      token: this.token,
      position,
      value,
    };
  }

  get lastSeq() {
    return this.nextSeq - 1;
  }
}
