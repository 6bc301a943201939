// Handing in: nothing is left behind unless the candidate says so.

import { request } from "./sync.js";

const RETRY = 5_000;

export class HandingIn {
  constructor({ url, resultUrl, sync, writer, words, dialog, onDone }) {
    Object.assign(this, { url, resultUrl, sync, writer, words, dialog, onDone });
    this.button = dialog.querySelector("[data-submit]");
    this.problem = dialog.querySelector("[data-problem]");
    this.accepted = [];
    this.isWanted = false;
    this.button.addEventListener("click", () => {
      if (this.offered) this.accepted = this.offered;
      this.start();
    });
    addEventListener("online", () => this.isWanted && this.start());
  }

  say(text) {
    this.problem.textContent = text ?? "";
    this.problem.hidden = !text;
  }

  async start() {
    this.isWanted = true;
    this.button.disabled = true;
    this.say("");
    try {
      const isSent = await this.sync.flush();
      if (this.sync.isClosed) return;
      if (!isSent) throw new TypeError("offline");
      await this.submit();
    } catch {
      this.say(this.words.no_network);
      setTimeout(() => this.isWanted && this.start(), RETRY);
    } finally {
      this.button.disabled = false;
    }
  }

  async submit() {
    const answer = await request(this.url, {
      headers: { Authorization: `Attempt ${this.writer.token}` },
      body: { last_seq: this.writer.lastSeq, accept_missing: this.accepted },
    });
    if (answer.status === 200) {
      this.isWanted = false;
      this.writer.forget();
      this.onDone();
      location.replace(this.resultUrl);
    } else if (answer.body.code === "responses_missing") {
      this.isWanted = false;
      this.offered = answer.body.missing;
      this.say(this.words.missing.replace("%(count)s", this.offered.length));
      this.button.textContent = this.words.accept_missing;
    } else if (answer.status >= 500) {
      throw new TypeError("server");
    } else {
      this.isWanted = false;
      this.say(answer.body.detail ?? this.words.no_network);
    }
  }
}
