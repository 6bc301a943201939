// The answer card: which questions are answered, marked, shown.

export class Card {
  constructor({ places, count, words, onPick }) {
    this.words = words;
    this.lists = places.map((place) => this.build(place, count, onPick));
  }

  build(place, count, onPick) {
    const list = document.createElement("ol");
    list.className = "exam-card";
    for (let position = 1; position <= count; position += 1) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "exam-card__number";
      button.textContent = String(position);
      button.addEventListener("click", () => onPick(position));
      const line = document.createElement("li");
      line.append(button);
      list.append(line);
    }
    place.append(list);
    return list;
  }

  update({ current, answered, flagged }) {
    for (const list of this.lists) {
      [...list.querySelectorAll("button")].forEach((button, index) => {
        const position = index + 1;
        const isAnswered = answered.has(position);
        const isFlagged = flagged.has(position);
        button.classList.toggle("is-answered", isAnswered);
        button.classList.toggle("is-flagged", isFlagged);
        if (position === current) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
        const states = [isAnswered ? this.words.answered : this.words.unanswered];
        if (isFlagged) states.push(this.words.flagged);
        const name = this.words.question.replace("%(number)s", position);
        button.setAttribute("aria-label", `${name}: ${states.join(", ")}`);
      });
    }
  }
}
