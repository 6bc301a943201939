// `[data-banner="name"]`: closed once, it stays closed in this browser.
const KEY = "anxue.banners";

function closed() {
  try {
    return JSON.parse(localStorage.getItem(KEY) || "[]");
  } catch {
    return [];
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-banner-close]");
  if (!button) return;
  const banner = button.closest("[data-banner]");
  banner.hidden = true;
  // What had the focus is gone: the text of the page is next.
  document.getElementById("main")?.focus();
  try {
    const names = [...closed(), banner.dataset.banner].slice(-20);
    localStorage.setItem(KEY, JSON.stringify(names));
  } catch {
    // It then comes back on the next page.
  }
});

export function enhance(root) {
  const names = closed();
  for (const banner of root.querySelectorAll("[data-banner]")) {
    if (names.includes(banner.dataset.banner)) banner.hidden = true;
    for (const button of banner.querySelectorAll("[data-banner-close]")) {
      button.hidden = false;
    }
  }
}
