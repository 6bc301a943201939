// One question of a practice: the answer becomes one field of an ordinary form.

import { readAnswer, wireOrder } from "./answers.js";

const form = document.querySelector("[data-practice]");

if (form) {
  const item = form.querySelector(".exam-item");
  const problem = form.querySelector("[data-problem]");
  if (item.dataset.type === "order") {
    wireOrder(item, { onChange: () => {}, announce: () => {} });
  }
  form.addEventListener("input", () => {
    problem.hidden = true;
  });
  form.addEventListener("submit", (event) => {
    const value = readAnswer(item);
    if (!value.length) {
      event.preventDefault();
      problem.hidden = false;
      return;
    }
    form.querySelector("[data-value]").value = JSON.stringify(value);
    // A second tap must not send the answer again.
    document.querySelector("[form=practice-form]").disabled = true;
  });
  // Back from the next page: the browser shows this page as it was left.
  window.addEventListener("pageshow", () => {
    document.querySelector("[form=practice-form]").disabled = false;
  });
}

function isTyping(target) {
  return target.closest("textarea, select, input:not([type=radio], [type=checkbox])");
}

// Keys: 1-9 or A-H choose an option, Enter checks the answer and goes on.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "Enter" && !event.target.closest("a, button, summary")) {
    const go = document.querySelector("[data-go], [form=practice-form]");
    if (!go) return;
    event.preventDefault();
    go.click();
    return;
  }
  const options = [...document.querySelectorAll("[data-practice] .options input")];
  const index = "123456789".includes(event.key)
    ? Number(event.key) - 1
    : "abcdefgh".indexOf(event.key.toLowerCase());
  if (event.key.length === 1 && options[index]) {
    event.preventDefault();
    options[index].click();
    options[index].focus();
  }
});

document.querySelector("[data-focus]")?.focus();
