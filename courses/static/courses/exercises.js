/** Questions in lessons: lines to move, a plan to tap. The server judges every answer. */

const all = (root, selector) => [...root.querySelectorAll(selector)];

function setUp(root) {
  for (const element of all(root, "[data-needs-script]")) element.hidden = false;
  for (const list of all(root, "[data-ordering]")) setUpOrdering(list);
  for (const plan of all(root, ".hotspot__plan")) setUpPlan(plan);
}

function setUpOrdering(list) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const step = button.closest("li");
    const isUp = button.dataset.move === "-1";
    const other = isUp ? step.previousElementSibling : step.nextElementSibling;
    if (!other) return;
    if (isUp) other.before(step);
    else other.after(step);
    button.focus();
    const text = step.querySelector(".ordering__text").textContent;
    const place = [...list.children].indexOf(step) + 1;
    list.parentElement.querySelector("[data-moves]").textContent = list.dataset.moved
      .replace("{text}", text)
      .replace("{place}", place);
  });
}

function setUpPlan(plan) {
  const inputs = all(plan.closest("form"), "input[type=checkbox]");
  const show = () => {
    for (const input of inputs) {
      const spot = plan.querySelector(`[data-spot="${CSS.escape(input.value)}"]`);
      spot?.classList.toggle("hotspot__spot--chosen", input.checked);
    }
  };
  for (const input of inputs) input.addEventListener("change", show);
  plan.addEventListener("click", (event) => {
    const spot = event.target.closest("[data-spot]");
    const input = inputs.find((one) => one.value === spot?.dataset.spot);
    if (!input) return;
    input.checked = !input.checked;
    show();
  });
}

setUp(document);

// The question comes back judged: what is said is read out, and stands in sight.
document.addEventListener("htmx:load", ({ detail }) => {
  const element = detail.elt;
  if (element === document.body) return;
  setUp(element);
  element.querySelector("[data-focus]")?.focus();
  if (element.dataset.complete === "yes") {
    document.querySelector("[data-watch-done]")?.removeAttribute("hidden");
    document.querySelector("[data-watch-next]")?.removeAttribute("hidden");
  }
});
