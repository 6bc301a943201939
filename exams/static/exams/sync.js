// Sends the outbox, in order, again and again until the server has acknowledged.

const BATCH = 50;
const TIMEOUT = 12_000;
const PAUSED_WAIT = 5_000;
const WAITS = [1_000, 2_000, 4_000, 8_000, 15_000];

export async function request(url, { method = "POST", body, headers = {} }) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  try {
    const answer = await fetch(url, {
      method,
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": document.documentElement.lang,
        ...headers,
      },
      body: JSON.stringify(body ?? {}),
      signal: abort.signal,
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : {} };
  } finally {
    clearTimeout(timer);
  }
}

export class Sync extends EventTarget {
  // Events: "state" {pending, isOffline, isBusy}, "receipt" {…}, "closed" {unsaved},
  // "refused" {position}, "renumbered" {writer, nextSeq}, "unauthorized", "paused".
  constructor({ url, outbox }) {
    super();
    this.url = url;
    this.outbox = outbox;
    this.isOffline = false;
    this.isClosed = false;
    this.failures = 0;
    this.running = null;
    this.timer = null;
    addEventListener("online", () => this.soon(0));
    addEventListener("offline", () => this.setOffline(true));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.soon(0);
    });
  }

  soon(wait = 250) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  setOffline(isOffline) {
    if (this.isOffline !== isOffline) {
      this.isOffline = isOffline;
      this.dispatchEvent(
        new CustomEvent("network", { detail: { isOffline } }),
      );
    }
    this.tell();
  }

  async tell() {
    const rows = await this.outbox.pending();
    const pending = new Set(rows.map((row) => row.position)).size;
    this.dispatchEvent(
      new CustomEvent("state", {
        detail: { pending, isOffline: this.isOffline, isBusy: rows.length > 0 },
      }),
    );
  }

  // True when nothing waits any more.
  async flush() {
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async run() {
    clearTimeout(this.timer);
    while (!this.isClosed) {
      const rows = await this.outbox.pending();
      if (!rows.length) break;
      const writer = rows[0].writer;
      const batch = rows.filter((row) => row.writer === writer).slice(0, BATCH);
      let answer;
      try {
        answer = await this.send(batch);
      } catch {
        this.retryLater();
        return false;
      }
      this.setOffline(false);
      if (!(await this.handle(answer, batch, rows))) return false;
    }
    this.failures = 0;
    await this.tell();
    return !this.isClosed;
  }

  send(batch) {
    return request(this.url, {
      method: "PUT",
      headers: { Authorization: `Attempt ${batch[0].token}` },
      body: {
        events: batch.map(({ seq, position, value }) => ({ seq, position, value })),
      },
    });
  }

  async handle(answer, batch, rows) {
    if (answer.status === 200) {
      this.failures = 0;
      await this.outbox.remove(batch);
      this.dispatchEvent(
        new CustomEvent("receipt", {
          detail: { ...answer.body, writer: batch[0].writer },
        }),
      );
      await this.tell();
      return true;
    }
    const code = answer.body.code;
    if (answer.status === 409 && code === "sequence_conflict") {
      await this.renumber(batch[0].writer, answer.body.next_seq, rows);
      return true;
    }
    if (answer.status === 409 && code === "attempt_closed") {
      await this.close(answer.body, rows, batch[0].writer);
      return false;
    }
    if (answer.status === 409 && code === "attempt_paused") {
      // The clock stands: the answers wait here and go out when it runs again.
      this.dispatchEvent(new CustomEvent("paused"));
      this.soon(PAUSED_WAIT);
      return false;
    }
    if (answer.status === 422) {
      await this.refuse(answer.body, batch);
      return true;
    }
    if (answer.status === 401 || answer.status === 403) {
      this.dispatchEvent(new CustomEvent("unauthorized"));
    }
    this.retryLater();
    return false;
  }

  // Another window used our numbers: give the waiting answers new ones, same order.
  async renumber(writer, nextSeq, rows) {
    const mine = rows.filter((row) => row.writer === writer);
    let seq = Math.max(nextSeq, mine.at(-1).seq + 1);
    const renamed = mine.map((row) => ({ ...row, seq: seq++ }));
    await this.outbox.replace(mine, renamed);
    this.dispatchEvent(
      new CustomEvent("renumbered", { detail: { writer, nextSeq: seq } }),
    );
  }

  // An answer the server can't take must not block those behind it.
  async refuse(body, batch) {
    const bad = batch.filter((row) => row.position === body.position);
    const dropped = bad.length ? bad : [batch[0]];
    await this.outbox.remove(dropped);
    this.dispatchEvent(
      new CustomEvent("refused", { detail: { position: dropped[0].position } }),
    );
  }

  async close(body, rows, writer) {
    this.isClosed = true;
    const gaps = new Set(body.missing);
    const unsaved = rows.filter(
      (row) => row.writer !== writer || row.seq > body.acked || gaps.has(row.seq),
    );
    this.dispatchEvent(
      new CustomEvent("closed", {
        detail: { unsaved: [...new Set(unsaved.map((row) => row.position))] },
      }),
    );
  }

  retryLater() {
    this.setOffline(true);
    const wait = WAITS[Math.min(this.failures, WAITS.length - 1)];
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }
}
