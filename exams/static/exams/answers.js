// Reading and showing answers of each item type; values as in the API.

function inputs(item) {
  return [...item.querySelectorAll("[data-answer]")];
}

function checked(item) {
  return inputs(item)
    .filter((input) => input.checked)
    .map((input) => input.value);
}

function check(item, value) {
  for (const input of inputs(item)) input.checked = value.includes(input.value);
}

function lines(item) {
  return [...item.querySelectorAll("[data-key]")];
}

const choice = { read: checked, show: check };

const texts = {
  isText: true,
  read(item) {
    const value = inputs(item).map((input) => input.value.trim());
    return value.some(Boolean) ? value : [];
  },
  show(item, value) {
    inputs(item).forEach((input, index) => {
      input.value = value[index] ?? "";
    });
  },
};

const order = {
  read(item) {
    if (!item.dataset.ordered) return [];
    return lines(item).map((line) => line.dataset.key);
  },
  show(item, value) {
    if (!value.length) return;
    const list = item.querySelector("[data-order]");
    for (const key of value) {
      const line = lines(item).find((one) => one.dataset.key === key);
      if (line) list.append(line);
    }
    markOrdered(item);
  },
};

export function markOrdered(item) {
  item.dataset.ordered = "yes";
  item.querySelector("[data-order-state]").hidden = false;
  item.querySelector("[data-keep-order]").hidden = true;
}

const match = {
  read(item) {
    return inputs(item)
      .filter((select) => select.value)
      .map((select) => `${select.dataset.left}:${select.value}`);
  },
  show(item, value) {
    const pairs = new Map(value.map((pair) => pair.split(":")));
    for (const select of inputs(item)) {
      select.value = pairs.get(select.dataset.left) ?? "";
    }
  },
};

const kinds = {
  choice,
  true_false: choice,
  hotspot: choice,
  text_entry: texts,
  numeric: texts,
  extended_text: texts,
  order,
  match,
};

function kindOf(item) {
  return kinds[item.dataset.type] ?? choice;
}

export const readAnswer = (item) => kindOf(item).read(item);
export const showAnswer = (item, value) => kindOf(item).show(item, value);
export const isText = (item) => Boolean(kindOf(item).isText);

// Buttons of an ordering item: move a line and keep the focus on the button.
export function wireOrder(item, { onChange, announce }) {
  item.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move], [data-keep-order]");
    if (!button) return;
    if (button.matches("[data-move]")) move(item, button, announce);
    markOrdered(item);
    onChange(item);
  });
}

function move(item, button, announce) {
  const line = button.closest("[data-key]");
  const isUp = button.dataset.move === "up";
  const other = isUp ? line.previousElementSibling : line.nextElementSibling;
  if (!other) return;
  if (isUp) other.before(line);
  else other.after(line);
  button.focus();
  const text = line.querySelector(".exam-order__text").textContent;
  announce(text, lines(item).indexOf(line) + 1);
}
