/** <anxue-player>: a lesson's video.
 *
 * It knows no enrollment. It tells what was played by DOM events (all bubble):
 *   anxue:ready {duration}   anxue:interval {start, end, rate}
 *   anxue:position {position}   anxue:ended {}   anxue:error {code}
 * and obeys attributes: state status hls mp4 poster position allow-seek max-rate.
 * allow-seek="false" is a courtesy to the learner; what counts the server decides.
 */

import { PlayedIntervals } from "./played.js";
import { Stream } from "./stream.js";

const REPORT_SECONDS = 10;
const POSITION_SECONDS = 5;
const SEEK_SLACK_SECONDS = 0.75;
const POLL_FIRST_MILLISECONDS = 3000;
const POLL_LONGEST_MILLISECONDS = 30000;
const RATES = [0.75, 1, 1.25, 1.5, 2];
const STORE = "anxue-player";

class AnxuePlayer extends HTMLElement {
  connectedCallback() {
    if (this.video) return;
    this.video = this.querySelector("video");
    this.find = (name) => this.querySelector(`[data-player-${name}]`);
    this.furthest = this.number("position");
    this.before = this.furthest;
    this.played = new PlayedIntervals((interval) => this.tell("interval", interval));
    this.listen();
    this.setUpRates();
    this.setUpCaptions();
    this.setUpMediaSession();
    if (this.getAttribute("state") === "ready") this.load(this.number("position"));
    else if (this.getAttribute("state") === "failed") this.show("failed");
    else this.wait();
  }

  disconnectedCallback() {
    this.flush();
    clearTimeout(this.timer);
    this.stream?.close();
  }

  /** Report at once what has been played and not yet reported. */
  flush() {
    this.played.flush();
    if (this.video?.readyState) this.tell("position", { position: this.video.currentTime });
  }

  get allowsSeek() {
    return this.getAttribute("allow-seek") !== "false";
  }

  number(name) {
    return Number.parseFloat(this.getAttribute(name)) || 0;
  }

  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(`anxue:${name}`, { bubbles: true, detail }));
  }

  // --- what plays ---

  load(position) {
    this.hideNotice();
    this.setAttribute("state", "ready");
    this.stream?.close();
    this.resumeAt = position;
    // The <source> serves pages without script; left there it would load as well.
    for (const source of this.querySelectorAll("source")) source.remove();
    this.video.load();
    this.video.preload = "metadata";
    const urls = { hls: this.getAttribute("hls"), mp4: this.getAttribute("mp4") };
    this.stream = new Stream(this.video, urls, position, (code) => this.fail(code));
    this.stream.start();
  }

  fail(code) {
    this.flush();
    this.failedAt = this.video.currentTime || this.resumeAt;
    this.show(code === "expired" ? "expired" : "error", { canRetry: code !== "expired" });
    this.tell("error", { code });
  }

  retry() {
    this.load(this.failedAt || 0);
    this.video.play().catch(() => {});
  }

  show(state, { canRetry = false } = {}) {
    this.setAttribute("state", state);
    this.find("message").textContent = this.dataset[`text${capital(state)}`];
    this.find("notice").hidden = false;
    this.find("retry").hidden = !canRetry;
    this.find("bar").hidden = true;
    this.find("start").hidden = true;
    this.video.pause();
    this.video.inert = true;
  }

  hideNotice() {
    this.find("notice").hidden = true;
    this.find("bar").hidden = false;
    // On phones a tap on the picture only shows the browser's controls.
    this.find("start").hidden = !this.video.paused;
    this.video.inert = false;
  }

  hint(name) {
    this.find("hint").textContent = name ? this.dataset[name] : "";
  }

  // --- waiting for the video to be made ---

  wait(delay = POLL_FIRST_MILLISECONDS) {
    this.show("preparing");
    this.timer = setTimeout(() => this.ask(delay), delay);
  }

  async ask(delay) {
    const next = Math.min(delay * 1.5, POLL_LONGEST_MILLISECONDS);
    // Nobody looks: nobody needs to know yet.
    if (document.hidden) return this.wait(delay);
    try {
      const response = await fetch(this.getAttribute("status"), { cache: "no-store" });
      if (response.status === 403) return this.show("expired");
      const found = await response.json();
      if (found.state === "ready") return this.take(found);
      if (found.state === "failed") return this.show("failed");
    } catch {
      // No network now; the next question may get through.
    }
    return this.wait(next);
  }

  take(found) {
    this.setAttribute("hls", found.hls);
    this.setAttribute("mp4", found.mp4);
    this.video.poster = found.poster;
    for (const caption of found.captions) {
      const track = document.createElement("track");
      Object.assign(track, { kind: "captions", src: caption.url, label: caption.label });
      Object.assign(track, { srclang: caption.language, default: caption.default });
      this.video.append(track);
    }
    this.setUpCaptions();
    this.load(this.number("position"));
  }

  // --- what happens ---

  listen() {
    const on = (names, action) => {
      for (const name of names.split(" ")) this.video.addEventListener(name, action);
    };
    on("loadedmetadata", () => this.begin());
    on("playing timeupdate", () => this.progress());
    on("seeking", () => this.seeking());
    on("seeked", () => this.flush());
    on("pause waiting", () => this.stopped());
    on("ended", () => this.ended());
    on("ratechange", () => this.rateChanged());
    on("play", () => {
      this.hint("");
      this.find("start").hidden = true;
    });
    this.find("start").addEventListener("click", () => {
      this.video.play().catch(() => {});
      this.video.focus();
    });
    this.find("retry").addEventListener("click", () => this.retry());
    this.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("pagehide", () => this.flush());
    window.addEventListener("offline", () => this.hint("textOffline"));
    window.addEventListener("online", () => {
      this.hint("");
      if (this.getAttribute("state") === "error") this.retry();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.flush();
    });
  }

  begin() {
    const { video } = this;
    if (this.resumeAt > 0 && this.resumeAt < video.duration - 2) {
      if (Math.abs(video.currentTime - this.resumeAt) > 1) video.currentTime = this.resumeAt;
    }
    video.playbackRate = this.chosenRate;
    this.tell("ready", { duration: video.duration });
  }

  progress() {
    const { video } = this;
    if (video.seeking || video.paused) return;
    this.played.advance(video.currentTime, video.playbackRate);
    this.before = video.currentTime;
    this.furthest = Math.max(this.furthest, video.currentTime);
    if (this.played.length >= REPORT_SECONDS) this.played.flush();
    if (Math.abs(video.currentTime - (this.toldPosition ?? -99)) >= POSITION_SECONDS) {
      this.toldPosition = video.currentTime;
      this.tell("position", { position: video.currentTime });
    }
  }

  seeking() {
    // The position is the target already: what was played ended before it.
    this.played.close();
    if (this.allowsSeek || this.video.currentTime <= this.furthest + SEEK_SLACK_SECONDS) {
      return;
    }
    this.video.currentTime = Math.min(this.before, this.furthest);
    this.hint("textNoSeek");
  }

  stopped() {
    const { video } = this;
    const step = video.currentTime - this.before;
    // The last reported position is up to a quarter of a second old.
    if (!video.seeking && step > 0 && step < 1 && this.played.length) {
      this.played.advance(video.currentTime, this.played.rate);
      this.furthest = Math.max(this.furthest, video.currentTime);
    }
    this.played.close();
    this.tell("position", { position: video.currentTime });
  }

  ended() {
    this.played.close();
    this.tell("ended");
  }

  // --- speed, captions, keys ---

  setUpRates() {
    const highest = this.number("max-rate") || RATES.at(-1);
    const offered = RATES.filter((rate) => rate <= highest);
    const select = this.find("rate");
    for (const rate of offered) {
      const text = rate === 1 ? `1× ${this.dataset.textNormal}` : `${rate}×`;
      select.add(new Option(text, String(rate)));
    }
    const stored = Number(recall().rate);
    this.chosenRate = offered.includes(stored) ? stored : 1;
    select.value = String(this.chosenRate);
    select.addEventListener("change", () => {
      this.video.playbackRate = Number(select.value);
    });
  }

  rateChanged() {
    const highest = this.number("max-rate") || RATES.at(-1);
    const { video } = this;
    this.played.close();
    if (video.playbackRate > highest) {
      video.playbackRate = highest;
      return;
    }
    this.find("rate").value = String(video.playbackRate);
    if (video.readyState) {
      this.chosenRate = video.playbackRate;
      remember({ rate: this.chosenRate });
    }
  }

  setUpCaptions() {
    const button = this.find("captions");
    const tracks = this.querySelectorAll("track");
    button.hidden = tracks.length === 0;
    this.setCaptions(recall().captions !== false);
    if (this.hasCaptionButton) return;
    this.hasCaptionButton = true;
    button.addEventListener("click", () => this.toggleCaptions());
  }

  setCaptions(areOn) {
    const tracks = [...this.querySelectorAll("track")];
    const wanted = tracks.find((track) => track.default) ?? tracks[0];
    for (const track of tracks) {
      track.track.mode = areOn && track === wanted ? "showing" : "disabled";
    }
    this.find("captions").setAttribute("aria-pressed", String(areOn));
  }

  toggleCaptions() {
    const areOn = this.find("captions").getAttribute("aria-pressed") !== "true";
    this.setCaptions(areOn);
    remember({ captions: areOn });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("select, button, input, a")) return;
    const { video } = this;
    const actions = {
      k: () => (video.paused ? video.play().catch(() => {}) : video.pause()),
      j: () => this.step(-10),
      l: () => this.step(10),
      c: () => this.toggleCaptions(),
    };
    const action = actions[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  }

  step(seconds) {
    const { video } = this;
    video.currentTime = Math.min(Math.max(0, video.currentTime + seconds), video.duration);
  }

  setUpMediaSession() {
    if (!("mediaSession" in navigator)) return;
    const poster = this.getAttribute("poster");
    this.video.addEventListener("play", () => {
      navigator.mediaSession.metadata = new MediaMetadata({
        title: this.dataset.title,
        artist: this.dataset.artist,
        artwork: poster ? [{ src: poster, type: "image/jpeg" }] : [],
      });
    });
    const step = (seconds) => (this.allowsSeek || seconds < 0 ? () => this.step(seconds) : null);
    navigator.mediaSession.setActionHandler("seekbackward", step(-10));
    navigator.mediaSession.setActionHandler("seekforward", step(10));
  }
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

function recall() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

function remember(choice) {
  try {
    localStorage.setItem(STORE, JSON.stringify({ ...recall(), ...choice }));
  } catch {
    // Private windows may refuse; the choice then lasts for this page.
  }
}

customElements.define("anxue-player", AnxuePlayer);
