// Remaining time by the server's clock; the device's own clock is never trusted.

const ANNOUNCED = [30 * 60, 10 * 60, 5 * 60, 60];

export class Clock {
  constructor({ show, announce, onOver }) {
    this.show = show;
    this.announce = announce;
    this.onOver = onOver;
    this.deadline = null;
    this.told = null;
    this.isOver = false;
    this.held = null;
    setInterval(() => this.tick(), 500);
    document.addEventListener("visibilitychange", () => this.tick());
  }

  // An invigilator stopped it: the rest is shown and does not shrink.
  hold(secondsLeft) {
    this.held = Math.ceil(secondsLeft);
    this.tick();
  }

  // Called with every receipt: an extension arrives by itself.
  set({ server_time: serverTime, deadline }) {
    this.held = null;
    this.offset = Date.parse(serverTime) - performance.now();
    this.deadline = Date.parse(deadline);
    this.tick();
  }

  get secondsLeft() {
    if (this.held !== null) return this.held;
    const now = performance.now() + this.offset;
    return Math.max(0, Math.ceil((this.deadline - now) / 1000));
  }

  tick() {
    if (this.deadline === null) return;
    const left = this.secondsLeft;
    const hours = Math.floor(left / 3600);
    const minutes = String(Math.floor((left % 3600) / 60)).padStart(2, "0");
    const seconds = String(left % 60).padStart(2, "0");
    this.show(hours ? `${hours}:${minutes}:${seconds}` : `${minutes}:${seconds}`, left);
    this.speak(left);
    if (left === 0 && !this.isOver && this.held === null) {
      this.isOver = true;
      this.onOver();
    } else if (left > 0) {
      this.isOver = false;
    }
  }

  // Said politely when a mark is passed, not on every second.
  speak(left) {
    const mark = ANNOUNCED.filter((seconds) => left <= seconds).at(-1) ?? null;
    if (mark !== this.told) {
      if (mark !== null && left > 0 && left > mark - 5) this.announce(mark);
      this.told = mark;
    }
  }
}
