// `[data-tabs]` with role=tab buttons; arrow keys move, panels show and hide.
function select(tab, focus) {
  const list = tab.closest("[role=tablist]");
  for (const other of list.querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !chosen;
  }
  if (focus) tab.focus();
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] [role=tab]");
  if (tab) select(tab, false);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tabs] [role=tab]");
  if (!tab) return;
  const tabs = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const forward = getComputedStyle(tab).direction === "rtl" ? -1 : 1;
  const step = { ArrowRight: forward, ArrowLeft: -forward }[event.key];
  let target = null;
  if (step) target = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
  if (event.key === "Home") target = tabs[0];
  if (event.key === "End") target = tabs.at(-1);
  if (target) {
    event.preventDefault();
    select(target, true);
  }
});
