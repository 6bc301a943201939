// `select[data-combobox]`: a text field that searches the options of the select.
// The select stays in the form, hidden, and is what is sent. Depth of a tree is
// the number of ideographic spaces before the text of an option.
let serial = 0;

function entries(select) {
  const path = [];
  return [...select.options].map((option) => {
    const raw = option.textContent;
    const depth = raw.length - raw.replace(/^\u3000+/, "").length;
    const label = raw.trim();
    path.length = depth;
    path[depth] = label;
    const parents = path.slice(0, depth).filter(Boolean);
    return { option, label, depth, parents: parents.join(" / ") };
  });
}

class Combobox {
  constructor(select) {
    this.select = select;
    this.id = select.id || `combobox-${++serial}`;
    this.entries = entries(select);
    this.active = -1;
    this.build();
    this.settle();
  }

  build() {
    const { select, id } = this;
    this.input = Object.assign(document.createElement("input"), {
      type: "text",
      className: "input combobox__input",
      autocomplete: "off",
      spellcheck: false,
      required: select.required,
      disabled: select.disabled,
    });
    const attributes = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
    };
    for (const name of ["aria-describedby", "aria-invalid"]) {
      const value = select.getAttribute(name);
      if (value) attributes[name] = value;
    }
    for (const [name, value] of Object.entries(attributes)) {
      this.input.setAttribute(name, value);
    }
    this.toggle = Object.assign(document.createElement("button"), {
      type: "button",
      className: "combobox__toggle",
      tabIndex: -1,
      disabled: select.disabled,
      textContent: "▾",
    });
    this.toggle.setAttribute("aria-label", select.dataset.open || "");
    this.list = Object.assign(document.createElement("ul"), {
      id: `${id}-list`,
      className: "combobox__list",
      hidden: true,
    });
    this.list.setAttribute("role", "listbox");
    this.said = document.createElement("span");
    this.said.className = "visually-hidden";
    this.said.setAttribute("role", "status");
    const box = document.createElement("div");
    box.className = "combobox";
    select.before(box);
    box.append(this.input, this.toggle, this.list, this.said, select);
    this.box = box;
    // The label now names the text field; the select keeps its name and value.
    const label = select.labels[0];
    select.hidden = true;
    select.required = false;
    select.removeAttribute("id");
    this.input.id = id;
    if (label) {
      label.id ||= `${id}-label`;
      label.htmlFor = id;
      this.list.setAttribute("aria-labelledby", label.id);
    }
    this.listen();
  }

  listen() {
    const { input, list, toggle } = this;
    input.addEventListener("input", () => this.open(input.value));
    input.addEventListener("click", () => this.open(""));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.settle());
    toggle.addEventListener("click", () => {
      if (list.hidden) this.open("");
      else this.settle();
      input.focus();
    });
    // Before the field loses the focus, which would close the list.
    for (const part of [list, toggle]) {
      part.addEventListener("pointerdown", (event) => event.preventDefault());
    }
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[role=option]");
      if (item) this.choose(this.shown[[...list.children].indexOf(item)]);
    });
    this.select.form?.addEventListener("reset", () => setTimeout(() => this.settle()));
  }

  open(query) {
    const wanted = query.trim().toLocaleLowerCase();
    this.shown = this.entries.filter(
      ({ label, parents }) =>
        !wanted || `${parents} ${label}`.toLocaleLowerCase().includes(wanted),
    );
    this.list.replaceChildren(
      ...this.shown.map((entry, index) => this.item(entry, index, Boolean(wanted))),
    );
    if (!this.shown.length) {
      const none = document.createElement("li");
      none.className = "combobox__none";
      none.textContent = this.select.dataset.none;
      this.list.append(none);
    }
    this.said.textContent = this.shown.length
      ? `${this.select.dataset.found} ${this.shown.length}`
      : this.select.dataset.none;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const chosen = this.shown.findIndex(({ option }) => option.selected);
    this.move(wanted ? (this.shown.length ? 0 : -1) : chosen);
  }

  item({ option, label, depth, parents }, index, isSearch) {
    const item = document.createElement("li");
    item.className = "combobox__option";
    item.id = `${this.id}-option-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(option.selected));
    item.textContent = label;
    // While searching, the way to an entry says more than its indentation.
    if (isSearch && parents) {
      const path = document.createElement("span");
      path.className = "combobox__path";
      path.textContent = parents;
      item.append(path);
    } else if (!isSearch) item.dataset.depth = String(Math.min(depth, 5));
    return item;
  }

  move(index) {
    const items = this.list.querySelectorAll("[role=option]");
    items[this.active]?.removeAttribute("data-active");
    this.active = index;
    const item = items[index];
    if (item) {
      item.dataset.active = "";
      item.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", item.id);
    } else this.input.removeAttribute("aria-activedescendant");
  }

  choose(entry) {
    if (!entry) return;
    entry.option.selected = true;
    this.settle();
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Close, and show what the select holds: a half-typed word chooses nothing.
  settle() {
    const chosen = this.entries.find(({ option }) => option.selected);
    this.input.value = !chosen?.option.value && this.input.required ? "" : chosen?.label;
    if (!chosen?.option.value) {
      this.input.placeholder = chosen?.label || "";
      this.input.value = "";
    }
    this.list.hidden = true;
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.said.textContent = "";
  }

  key(event) {
    // Enter that ends a word of a Chinese input method chooses nothing.
    if (event.isComposing) return;
    const isOpen = !this.list.hidden;
    const count = isOpen ? this.shown.length : 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen) this.open("");
      else if (count) {
        const from = this.active < 0 && step < 0 ? 0 : this.active;
        this.move((from + step + count) % count);
      }
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      this.choose(this.shown[this.active]);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.settle();
      this.input.select();
    } else if (event.key === "Tab" && isOpen && this.active >= 0) {
      this.choose(this.shown[this.active]);
    }
  }
}

export function enhance(root) {
  for (const select of root.querySelectorAll("select[data-combobox]")) {
    if (!select.closest(".combobox")) new Combobox(select);
  }
}
