// What every page shares. Each part works on marked elements and survives htmx swaps.
import "./csrf.js";
import "./menus.js";
import "./dialogs.js";
import "./appearance-menu.js";

// Parts that few pages have are fetched when something on the page needs them.
const PARTS = [
  ["[data-tabs]", () => import("./tabs.js")],
  [".file-drop", () => import("./file-drop.js")],
  ["select[data-combobox]", () => import("./combobox.js")],
  ["form[data-bulk]", () => import("./bulk.js")],
  ["[data-banner]", () => import("./banner.js")],
  ["[data-date-for]", () => import("./date-field.js")],
];

function prepare(root) {
  for (const [selector, load] of PARTS) {
    if (root.querySelector(selector)) load().then((part) => part.enhance?.(root));
  }
  for (const element of root.querySelectorAll("[data-script-only]")) {
    element.hidden = false;
  }
}

// Where one is must be in view, in a row that scrolls sideways too.
function showCurrent() {
  for (const row of document.querySelectorAll(".tabs, .chips--scroll")) {
    const current = row.querySelector("[aria-current]");
    if (!current || row.scrollWidth <= row.clientWidth) continue;
    const [outer, inner] = [row, current].map((node) => node.getBoundingClientRect());
    row.scrollBy(inner.x + inner.width / 2 - outer.x - outer.width / 2, 0);
  }
}

prepare(document);
showCurrent();
document.addEventListener("htmx:afterSettle", () => prepare(document));

// After a refused form, the summary takes the focus.
document.querySelector("[data-autofocus]")?.focus();

async function say(text, tone) {
  const { toast } = await import("./toast.js");
  toast(text, undefined, tone);
}

document.addEventListener("click", async (event) => {
  if (event.target.closest("[data-print]")) window.print();

  const teller = event.target.closest("[data-toast]");
  if (teller) say(teller.dataset.toast, teller.dataset.toastTone);

  // `data-copy="#id"` or `data-copy-text="…"` copies; `data-done` is said afterwards.
  const button = event.target.closest("[data-copy], [data-copy-text]");
  if (!button) return;
  const source = button.dataset.copy && document.querySelector(button.dataset.copy);
  const text = button.dataset.copyText || source?.innerText || source?.value || "";
  try {
    await navigator.clipboard.writeText(text);
    say(button.dataset.done || "✓");
  } catch {
    if (source) window.getSelection().selectAllChildren(source);
  }
});

// A form or select marked so sends itself when something is chosen.
document.addEventListener("change", (event) => {
  event.target.closest("form[data-autosubmit]")?.requestSubmit();
});
