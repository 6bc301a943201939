/** Self-checks and exercises: they help to learn; nothing is sent or scored. */

const all = (root, selector) => [...root.querySelectorAll(selector)];

for (const element of all(document, "[data-needs-script]")) element.hidden = false;

/** Mark the options of a group; true when exactly the right ones are chosen. */
function markOptions(root) {
  let isRight = true;
  for (const option of all(root, ".option")) {
    const chosen = option.querySelector("input").checked;
    const right = "right" in option.dataset;
    option.classList.toggle("option--right", right && chosen);
    option.classList.toggle("option--wrong", !right && chosen);
    if (chosen !== right) isRight = false;
    const why = option.parentElement.querySelector(":scope > [data-why]");
    if (why && chosen) why.hidden = false;
  }
  return isRight;
}

for (const form of all(document, "form[data-choice]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.querySelector("input:checked")) return;
    const words = markOptions(form) ? form.dataset.rightText : form.dataset.wrongText;
    form.querySelector("[data-result]").textContent = words;
    form.querySelector("[data-why]").open = true;
  });
}

const checkers = {
  scenario: markOptions,
  hotspot(root) {
    const isRight = markOptions(root);
    for (const why of all(root, "[data-why]")) why.hidden = false;
    return isRight;
  },
  matching(root) {
    const wrong = all(root, "select").filter((select) => {
      const isWrong = select.value !== select.dataset.answer;
      select.toggleAttribute("aria-invalid", isWrong);
      select.closest("li").classList.toggle("matching__pair--right", !isWrong);
      return isWrong;
    });
    return wrong.length === 0;
  },
  ordering(root) {
    const wrong = all(root, "[data-place]").filter((step, index) => {
      const isRight = Number(step.dataset.place) === index + 1;
      step.classList.toggle("ordering__step--right", isRight);
      return !isRight;
    });
    return wrong.length === 0;
  },
};

// A mark speaks of the answer that was checked, not of the one that is chosen now.
document.addEventListener("change", ({ target }) => {
  const options = target.closest("[data-exercise], form[data-choice]");
  if (!options || !target.closest(".option")) return;
  for (const option of all(options, ".option")) {
    option.classList.remove("option--right", "option--wrong");
  }
});

for (const root of all(document, "[data-exercise]")) {
  const finish = root.querySelector("[data-finish] button");
  const hint = root.querySelector("[data-finish-hint]");
  if (finish) finish.disabled = true;
  else if (hint) hint.hidden = true;
  root.querySelector("[data-check]").addEventListener("click", () => {
    const isRight = checkers[root.dataset.exercise](root);
    const result = root.querySelector("[data-result]");
    result.textContent = isRight ? root.dataset.right : root.dataset.wrong;
    result.classList.toggle("exercise__result--right", isRight);
    if (finish) finish.disabled = false;
    if (hint) hint.hidden = true;
  });
  setUpOrdering(root);
  setUpPlan(root);
}

function setUpOrdering(root) {
  const list = root.querySelector("[data-ordering]");
  if (!list) return;
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
    root.querySelector("[data-moves]").textContent = list.dataset.moved
      .replace("{text}", text)
      .replace("{place}", place);
  });
}

function setUpPlan(root) {
  const inputs = all(root, "input[name=hotspot]");
  const show = () => {
    for (const input of inputs) {
      const spot = root.querySelector(`[data-spot="${CSS.escape(input.value)}"]`);
      spot?.classList.toggle("hotspot__spot--chosen", input.checked);
    }
  };
  for (const input of inputs) input.addEventListener("change", show);
  root.querySelector(".hotspot__plan")?.addEventListener("click", (event) => {
    const spot = event.target.closest("[data-spot]");
    const input = inputs.find((one) => one.value === spot?.dataset.spot);
    if (!input) return;
    input.checked = !input.checked;
    show();
  });
}
