// Buttons `data-look="theme:dark"` set the look; the browser remembers it.
const root = document.documentElement;

function read() {
  try {
    return JSON.parse(localStorage.getItem("anxue.look") || "{}");
  } catch {
    return {};
  }
}

function show() {
  for (const button of document.querySelectorAll("[data-look]")) {
    const [name, value] = button.dataset.look.split(":");
    button.setAttribute("aria-pressed", String((root.dataset[name] || "") === value));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-look]");
  if (!button) return;
  const [name, wanted] = button.dataset.look.split(":");
  // Themes exclude each other; the others are switched on and off.
  const value = name !== "theme" && root.dataset[name] === wanted ? "" : wanted;
  if (value) root.dataset[name] = value;
  else delete root.dataset[name];
  try {
    localStorage.setItem("anxue.look", JSON.stringify({ ...read(), [name]: value }));
  } catch {
    // The look then lasts as long as the page.
  }
  show();
  readAloud();
});

// The reading bar is fetched only by those who switched it on.
async function readAloud() {
  if (root.dataset.read === "on") (await import("./read-aloud.js")).start();
  else document.dispatchEvent(new Event("anxue:read-off"));
}

show();
readAloud();
