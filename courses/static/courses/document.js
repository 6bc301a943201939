/** A document page by page: which page is in front, and what of it was read.
 *
 * Each page owns an even share of the lesson's time axis. Reading a page fills its share from
 * where the server's last receipt left it; the marks say what the server has counted.
 */

export class PagedDocument {
  constructor(element, { length, clock }) {
    this.length = length;
    this.clock = clock;
    this.words = element.querySelector("[data-document-words]").dataset;
    this.pages = [...element.querySelectorAll("[data-document-page]")];
    this.seconds = this.pages.map((page) => Number(page.dataset.seconds));
    this.needed = this.pages.map((page) => Number(page.dataset.needed));
    this.cursors = [...this.seconds];
    this.dots = [...element.querySelectorAll("[data-document-go]")];
    this.steps = [...element.querySelectorAll("[data-document-step]")];
    this.state = element.querySelector("[data-document-state]");
    this.status = element.querySelector("[data-document-status]");
    for (const name of ["nav", "bar"]) {
      element.querySelector(`[data-document-${name}]`).hidden = false;
    }
    element.addEventListener("click", (event) => {
      const dot = event.target.closest("[data-document-go]");
      const step = event.target.closest("[data-document-step]");
      if (dot) this.turn(Number(dot.dataset.documentGo));
      else if (step) this.turn(this.page + Number(step.dataset.documentStep));
    });
    element.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target.closest("input, textarea, select, [contenteditable]")) return;
      event.preventDefault();
      this.turn(this.page + step);
    });
    const unread = this.pages.findIndex((_page, index) => !this.isRead(index));
    this.show(Math.max(0, unread));
  }

  isRead(index) {
    return this.seconds[index] + 0.1 >= this.needed[index];
  }

  turn(index) {
    if (index < 0 || index >= this.pages.length || index === this.page) return;
    this.show(index);
    const page = this.pages[index];
    page.focus({ preventScroll: true });
    page.scrollIntoView({ block: "start" });
    this.status.textContent = this.place();
  }

  show(index) {
    this.page = index;
    this.pages.forEach((page, at) => (page.hidden = at !== index));
    this.draw();
  }

  place() {
    return this.words.page
      .replace("{number}", this.page + 1)
      .replace("{total}", this.pages.length);
  }

  draw() {
    this.dots.forEach((dot, at) => {
      if (at === this.page) dot.setAttribute("aria-current", "page");
      else dot.removeAttribute("aria-current");
      if (!this.isRead(at)) return;
      dot.dataset.read = "yes";
      dot.querySelector("[data-document-read]").textContent = this.words.read;
    });
    this.steps[0].disabled = this.page === 0;
    this.steps[1].disabled = this.page === this.pages.length - 1;
    const left = Math.ceil(this.needed[this.page] - this.seconds[this.page]);
    const rest = this.isRead(this.page)
      ? this.words.done
      : this.words.left.replace("{left}", this.clock(Math.max(1, left)));
    this.state.textContent = `${this.place()} · ${rest}`;
  }

  /** Let time pass on the page in front; returns its interval, or null when it had enough. */
  read(passed) {
    const at = this.page;
    const before = this.cursors[at];
    if (before >= this.needed[at]) return null;
    const after = Math.min(before + passed, this.needed[at]);
    this.cursors[at] = after;
    const start = (this.length * at) / this.pages.length;
    return [start + before, start + after];
  }

  /** Take what the server has counted; `isHeld`: what came after it is read again. */
  settle(seconds, isHeld = false) {
    if (seconds.length !== this.pages.length) return;
    this.seconds = seconds;
    seconds.forEach((counted, at) => {
      // A page that was read through, yet lacks something, is read from where that is.
      const isStuck = this.cursors[at] >= this.needed[at] && !this.isRead(at);
      if (isHeld || (isStuck && at !== this.page)) this.cursors[at] = counted;
      else if (isStuck) this.cursors[at] = Math.min(counted, this.cursors[at]);
    });
    this.draw();
  }
}
