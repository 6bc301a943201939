/** The code on the wall: fetched anew before it grows old. */

const EVERY_MILLISECONDS = 8_000;

const wall = document.querySelector("[data-wall-code]");
const state = document.querySelector("[data-wall-state]");

async function renew() {
  try {
    const answer = await fetch(wall.dataset.wallCode, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(answer.statusText);
    const body = await answer.json();
    const parsed = new DOMParser().parseFromString(body.svg, "image/svg+xml");
    wall.replaceChildren(document.importNode(parsed.documentElement, true));
    state.textContent = "";
  } catch {
    state.textContent = state.dataset.offline;
  }
}

if (wall) setInterval(renew, EVERY_MILLISECONDS);
