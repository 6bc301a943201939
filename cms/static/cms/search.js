// A search field with results below it: arrow keys, a spoken count, recent searches.
// What was searched stays on this device: it is never sent anywhere but to the search.
const KEY = "anxue.searches";
const KEPT = 6;

function readRecent() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

function writeRecent(words) {
  try {
    if (words.length) localStorage.setItem(KEY, JSON.stringify(words));
    else localStorage.removeItem(KEY);
  } catch {
    // Private mode: nothing is remembered, nothing breaks.
  }
}

class Search {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.results = document.getElementById(form.dataset.search);
    this.status = document.getElementById(form.dataset.searchStatus);
    this.recent = document.querySelector("[data-recent]");
    form.addEventListener("submit", () => this.remember());
    form.addEventListener("keydown", (event) => this.fromField(event));
    this.results.addEventListener("keydown", (event) => this.amongResults(event));
    this.results.addEventListener("click", (event) => {
      if (event.target.closest("a")) this.remember();
    });
    this.input.addEventListener("input", () => this.showRecent());
    document.body.addEventListener("htmx:afterSwap", (event) => {
      if (event.target === this.results) this.tell();
    });
    this.recent?.addEventListener("click", (event) => this.onRecent(event));
    this.showRecent();
  }

  links() {
    return [...this.results.querySelectorAll(".hit__title a, [data-all-results]")];
  }

  fromField(event) {
    if (event.target !== this.input || event.isComposing) return;
    if (event.key === "ArrowDown" && this.links().length) {
      event.preventDefault();
      this.links()[0].focus();
    } else if (event.key === "Escape" && this.input.value) {
      event.preventDefault();
      this.input.value = "";
      this.input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  amongResults(event) {
    const links = this.links();
    const here = links.indexOf(document.activeElement);
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (here < 0 || !(event.key in steps || event.key === "Escape")) return;
    event.preventDefault();
    const next = event.key === "Escape" ? null : links[here + steps[event.key]];
    if (next) next.focus();
    else if (event.key !== "ArrowDown") this.input.focus();
  }

  /** Say how many were found; the list itself is not read out. */
  tell() {
    const count = this.results.querySelector("[data-count]");
    if (this.status) this.status.textContent = count?.dataset.count ?? "";
  }

  remember() {
    const words = this.input.value.trim();
    if (words.length < 2) return;
    writeRecent([words, ...readRecent().filter((one) => one !== words)].slice(0, KEPT));
  }

  showRecent() {
    if (!this.recent) return;
    const words = this.input.value.trim() ? [] : readRecent();
    this.recent.hidden = words.length === 0;
    const list = this.recent.querySelector("ul");
    list.replaceChildren(
      ...words.map((word) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.className = "chip";
        link.textContent = word;
        link.href = `${this.form.action}?${new URLSearchParams({ q: word })}`;
        item.append(link);
        return item;
      }),
    );
  }

  onRecent(event) {
    if (!event.target.closest("[data-recent-clear]")) return;
    writeRecent([]);
    this.showRecent();
    this.input.focus();
  }
}

for (const form of document.querySelectorAll("form[data-search]")) new Search(form);
