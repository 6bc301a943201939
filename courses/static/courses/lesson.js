/** A lesson: opens a playback session, reports what was watched or read, shows the receipt.
 *
 * The server decides what counts. The bar shows its last answer and nothing else.
 */

import { csrfToken } from "../ui/js/csrf.js";
import { PagedDocument } from "./document.js";
import { WatchQueue } from "./watch_queue.js";

const SEND_MILLISECONDS = 10_000;
const RETRY_MILLISECONDS = 15_000;
const TICK_MILLISECONDS = 1_000;
// Reading goes on while the page is in front and was touched in the last minutes.
const IDLE_MILLISECONDS = 5 * 60_000;

// From here on seconds are no help to anyone.
const SPOKEN_MINUTES = 10;

function start(element) {
  const lesson = new Lesson(element);
  if (element.dataset.kind === "video") lesson.followPlayer();
  else lesson.followReader();
}

function clock(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(total / 60);
  const rest = String(total % 60).padStart(2, "0");
  return `${minutes}:${rest}`;
}

class Lesson {
  constructor(element) {
    this.element = element;
    this.lesson = element.dataset.lesson;
    this.words = element.querySelector("[data-watch-words]").dataset;
    this.find = (name) => element.querySelector(`[data-watch-${name}]`);
    this.watched = Number(element.dataset.watched);
    this.required = Number(element.dataset.required);
    this.length = Number(element.dataset.length);
    this.isDone = element.dataset.done === "yes";
    this.queue = new WatchQueue(element.dataset.person);
    this.session = null;
    this.pending = [];
    this.rate = 1;
    this.isElsewhere = false;
    this.resume = this.find("resume");
    this.resume.addEventListener("click", () => this.countHere());
    this.dialog = document.getElementById("presence-check");
    this.dialog?.addEventListener("click", (event) => {
      const button = event.target.closest("[data-check-option]");
      if (button) this.answer(Number(button.textContent));
    });
    // The question stays until it is answered; closing it would only hide it.
    this.dialog?.addEventListener("cancel", (event) => event.preventDefault());
    setInterval(() => this.send(), SEND_MILLISECONDS);
    window.addEventListener("online", () => this.send());
    window.addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.leave();
    });
    this.send();
  }

  // --- where the time comes from ---

  followPlayer() {
    this.player = document.getElementById("lesson-player");
    if (!this.player) return;
    // "play" does not bubble; it is caught on its way down.
    this.player.addEventListener("play", () => this.open(), true);
    this.player.addEventListener("anxue:interval", (event) => {
      const { start, end, rate } = event.detail;
      if (this.pending.length && rate !== this.rate) this.pack();
      this.rate = rate;
      this.pending.push([start, end]);
    });
    this.player.addEventListener("anxue:ended", () => this.send());
  }

  followReader() {
    let touched = Date.now();
    let before = performance.now();
    for (const name of ["scroll", "pointerdown", "pointermove", "keydown"]) {
      document.addEventListener(name, () => (touched = Date.now()), { passive: true });
    }
    this.read = this.watched;
    this.scroll = 0;
    const paged = document.querySelector("[data-document]");
    if (paged) this.paged = new PagedDocument(paged, { length: this.length, clock });
    const text = document.querySelector(".lesson__text");
    const look = () => {
      const box = text?.getBoundingClientRect();
      const seen = box?.height ? (window.innerHeight - box.top) / box.height : 1;
      this.scroll = Math.max(this.scroll, Math.min(1, Math.max(0, seen)));
    };
    document.addEventListener("scroll", look, { passive: true });
    look();
    setInterval(() => {
      const now = performance.now();
      // A sleeping device wakes up late: that time was not spent reading.
      const passed = Math.min((now - before) / 1000, 2);
      before = now;
      const isHere =
        document.visibilityState === "visible" && Date.now() - touched < IDLE_MILLISECONDS;
      this.isPaused = !isHere;
      if (!isHere || this.isElsewhere || this.isHeld) return;
      if (!this.paged && this.read >= this.length) return;
      if (!this.session) {
        this.open();
        return;
      }
      if (this.paged) {
        const interval = this.paged.read(passed);
        if (interval) this.pending.push(interval);
        return;
      }
      const from = this.read;
      this.read = Math.min(this.read + passed, this.length);
      if (this.read > from) this.pending.push([from, this.read]);
    }, TICK_MILLISECONDS);
  }

  // --- the session ---

  async open() {
    if (this.session || this.opening || this.isElsewhere) return;
    if (Date.now() < (this.retryAt ?? 0)) return;
    this.opening = true;
    try {
      const answer = await this.post(`/api/v1/lessons/${this.lesson}/playback/sessions`, {
        device: navigator.userAgentData?.platform ?? navigator.platform ?? "",
        language: this.element.dataset.language,
      });
      if (answer.ok) {
        const body = await answer.json();
        this.session = { id: body.session, token: body.token, seq: 0 };
        this.say("");
      } else {
        this.retryAt = Date.now() + RETRY_MILLISECONDS * 4;
        this.refuse(answer.status);
      }
    } catch {
      this.retryAt = Date.now() + RETRY_MILLISECONDS;
      this.say(this.words.offline, "signal");
    } finally {
      this.opening = false;
    }
  }

  countHere() {
    this.isElsewhere = false;
    this.session = null;
    this.retryAt = 0;
    this.resume.hidden = true;
    this.say("");
    this.open();
  }

  // --- sending ---

  /** Turn what is pending into one numbered report. */
  pack() {
    if (!this.pending.length || !this.session) return;
    this.session.seq += 1;
    this.queue.add({
      session: this.session.id,
      token: this.session.token,
      lesson: this.lesson,
      seq: this.session.seq,
      intervals: this.pending,
      rate: this.rate,
      scroll: Math.round((this.scroll ?? 0) * 100) / 100,
    });
    this.pending = [];
  }

  async send() {
    this.pack();
    if (this.sending) return;
    this.sending = true;
    try {
      while (!this.queue.isEmpty) {
        const entry = this.queue.first();
        const isSent = await this.report(entry);
        if (!isSent) break;
      }
    } finally {
      this.sending = false;
    }
  }

  /** Send one report; false when it has to wait. */
  async report(entry, options = {}) {
    let answer;
    try {
      answer = await this.post(
        `/api/v1/lessons/${entry.lesson}/playback`,
        {
          session: entry.session,
          seq: entry.seq,
          intervals: entry.intervals,
          rate: entry.rate,
          scroll: entry.scroll ?? 0,
        },
        // Sent later, perhaps signed out: the token speaks for the session alone.
        entry.token ? { ...options, token: entry.token } : options,
      );
    } catch {
      this.say(this.words.offline, "signal");
      return false;
    }
    if (answer.status >= 500 || answer.status === 429) {
      this.say(this.words.offline, "signal");
      return false;
    }
    if (answer.status === 401 || answer.status === 403) {
      this.say(this.words.signedOut, "signal");
      return false;
    }
    // A refused report is wrong for good: sending it again would change nothing.
    this.queue.drop(entry);
    if (!answer.ok) {
      if (entry.session === this.session?.id) this.refuse(answer.status);
      return true;
    }
    const receipt = await answer.json();
    if (entry.lesson === this.lesson) this.show(receipt, entry.session);
    return true;
  }

  leave() {
    this.player?.flush?.();
    this.pack();
    const entry = this.queue.first();
    // Survives the page; unacknowledged it stays in the queue and is sent again.
    if (entry && !this.sending) this.report(entry, { keepalive: true });
  }

  async post(url, body, { token, ...options } = {}) {
    const proof = token
      ? { Authorization: `Playback ${token}` }
      : { "X-CSRFToken": await csrfToken() };
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": document.documentElement.lang,
        ...proof,
      },
      body: JSON.stringify(body),
      ...options,
    });
  }

  // --- is somebody there? ---

  ask(check) {
    if (!this.dialog) return;
    if (!check) {
      if (this.dialog.open) this.dialog.close();
      this.check = null;
      return;
    }
    this.check = check;
    const sentence = this.words.checkNumber.replace("{number}", check.number);
    this.dialog.querySelector("[data-check-question]").textContent = sentence;
    const buttons = this.dialog.querySelectorAll("[data-check-option]");
    check.options.forEach((option, index) => (buttons[index].textContent = option));
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** Pause where counting stopped: what came after is played or read again. */
  goBackTo(position) {
    this.pending = [];
    this.read = Math.min(this.read ?? 0, this.watched);
    const video = this.player?.querySelector("video");
    if (!video) return;
    video.pause();
    if (video.currentTime > position) video.currentTime = position;
  }

  async answer(number) {
    const state = this.dialog.querySelector("[data-check-state]");
    try {
      const answer = await this.post(`/api/v1/lessons/${this.lesson}/playback/checks`, {
        check: this.check.id,
        number,
      });
      if (!answer.ok) throw new Error(answer.statusText);
      const body = await answer.json();
      this.ask(body.check);
      state.textContent = body.answered ? "" : this.words.checkAgain;
      if (!body.answered) return;
      this.isHeld = false;
      this.say(this.words.checkDone, "success");
      this.player?.querySelector("video")?.play().catch(() => {});
    } catch {
      state.textContent = this.words.offline;
    }
  }

  // --- what is shown ---

  show(receipt, session) {
    this.watched = receipt.watched_seconds;
    this.required = receipt.required_seconds || this.required;
    const bar = this.find("bar");
    if (bar) {
      bar.max = this.required || 1;
      bar.value = Math.min(this.watched, this.required);
    }
    if (this.element.dataset.kind !== "exercise" && !this.isDone) {
      const text = this.words.progress
        .replace("{watched}", clock(this.watched))
        .replace("{required}", clock(this.required));
      this.find("text").textContent = text;
    }
    this.paged?.settle(receipt.pages ?? [], Boolean(receipt.hold));
    this.ask(receipt.check);
    this.isHeld = Boolean(receipt.hold);
    if (receipt.hold) {
      this.goBackTo(receipt.position);
      const why = receipt.hold === "presence" ? this.words.presence : this.words.dailyLimit;
      this.say(why, "signal");
    } else if (!receipt.active && session === this.session?.id) this.end(receipt.ended);
    else if (receipt.completed) this.complete();
    else if (this.element.dataset.kind !== "exercise") {
      // In whole seconds like the clock; never 0 before the server says done.
      const isEnough = this.watched >= this.required;
      const left = Math.max(1, Math.floor(this.required) - Math.floor(this.watched));
      this.showLeft(isEnough ? 0 : left);
      const isRead = receipt.has_to_scroll && isEnough;
      // The time is there; the lesson waits for something else, which the page names.
      if (isEnough && !isRead && this.words.more) this.say(this.words.more, "signal");
      else this.say(isRead ? this.words.scroll : "", isRead ? "signal" : "");
    } else this.say(this.words.sent);
  }

  /** Say in words how much is left; the server writes the first sentence alike. */
  showLeft(seconds) {
    const line = this.find("left");
    if (!line) return;
    line.hidden = seconds <= 0;
    line.textContent = this.words.left.replace("{left}", this.inWords(seconds));
  }

  inWords(seconds) {
    const total = Math.max(0, Math.ceil(seconds));
    const minutes = Math.floor(total / 60);
    if (minutes >= SPOKEN_MINUTES) {
      return this.words.leftLong.replace("{minutes}", Math.ceil(total / 60));
    }
    const form = minutes ? this.words.leftMinutes : this.words.leftSeconds;
    return form.replace("{minutes}", minutes).replace("{seconds}", total % 60);
  }

  complete() {
    const isNews = !this.isDone;
    this.isDone = true;
    this.find("done").hidden = false;
    this.showLeft(0);
    const next = this.find("next");
    if (next) next.hidden = false;
    if (!isNews) return;
    this.say(this.words.complete, "success");
    document.querySelector(".lesson__pager .pager__link--next")?.classList.add("is-next");
  }

  end(why) {
    if (why === "superseded") this.elsewhere();
    else if (why === "expired") {
      this.session = null;
      this.open();
    } else this.say(this.words.refused, "danger");
  }

  elsewhere() {
    this.isElsewhere = true;
    this.player?.querySelector("video")?.pause();
    this.resume.hidden = false;
    this.say(this.words.elsewhere, "signal");
  }

  refuse(status) {
    if (status === 401 || status === 403) this.say(this.words.signedOut, "signal");
    else if (status >= 500 || status === 429) this.say(this.words.offline, "signal");
    else this.say(this.words.refused, "danger");
  }

  say(words, tone = "") {
    const state = this.find("state");
    if (state.textContent !== words) state.textContent = words;
    state.dataset.tone = tone;
  }
}

const root = document.querySelector("[data-lesson]");
if (root) start(root);
