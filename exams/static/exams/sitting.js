// The sitting page: ties answers, outbox, clock and answer card together.

import { isText, readAnswer, showAnswer, wireOrder } from "./answers.js";
import { Card } from "./card.js";
import { Clock } from "./clock.js";
import { Evidence } from "./evidence.js";
import { wishFullScreen } from "./full-screen.js";
import { HandingIn } from "./handing-in.js";
import { wireKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Notices, Presence } from "./presence.js";
import { Sync } from "./sync.js";
import { Writer } from "./writer.js";

const TYPING_PAUSE = 700;
const RECONNECT = 4_000;

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const config = read("exam-config");
const words = read("exam-strings");
const find = (selector) => document.querySelector(selector);
const fill = (text, values) =>
  text.replace(/%\((\w+)\)s/g, (_match, name) => values[name]);
const counted = (name, count) =>
  fill(words[`${name}_${count === 1 ? "one" : "other"}`], { count });

const items = new Map(
  [...document.querySelectorAll(".exam-item")].map((item) => [
    Number(item.dataset.position),
    item,
  ]),
);
const draftKey = `anxue-exam-draft-${config.attempt}`;
const flagKey = `anxue-exam-flags-${config.attempt}`;
const placeKey = `anxue-exam-place-${config.attempt}`;
const typing = new Map();
const flagged = new Set(load(flagKey, []));
let current = Math.min(config.count, Number(sessionStorage.getItem(placeKey)) || 1);
let isOpen = true;
// Until the waiting answers were read back, no new number may be taken.
let isReady = false;

function load(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or refused storage: the outbox still holds the answers.
  }
}

const outbox = await Outbox.open(config.attempt);
const sync = new Sync({ url: config.responses_url, outbox });
const writer = new Writer({ attempt: config.attempt, startUrl: config.start_url });
const dialogs = Object.fromEntries(
  ["card", "submit", "superseded", "closed", "paused", "notice"].map((name) => [
    name,
    document.getElementById(`exam-${name}`),
  ]),
);
const announce = (text) => {
  find("[data-announce]").textContent = text;
};

// ---- answers ----------------------------------------------------------------

// What was typed or chosen and has no number yet; survives a closed tab.
const drafts = new Map(
  Object.entries(load(draftKey, {})).map(([key, value]) => [Number(key), value]),
);

function keepDraft(position, value) {
  drafts.set(position, value);
  store(draftKey, Object.fromEntries(drafts));
}

async function commit(position) {
  clearTimeout(typing.get(position));
  typing.delete(position);
  if (!drafts.has(position) || !isReady || !isOpen) return;
  const value = drafts.get(position);
  await outbox.add(writer.row(position, value));
  if (drafts.get(position) === value) drafts.delete(position);
  store(draftKey, Object.fromEntries(drafts));
  sync.tell();
  sync.soon();
}

function changed(item, { isTyping = false } = {}) {
  const position = Number(item.dataset.position);
  keepDraft(position, readAnswer(item));
  showState({ pending: 1, isOffline: sync.isOffline, isBusy: true });
  refresh();
  clearTimeout(typing.get(position));
  if (isTyping) typing.set(position, setTimeout(() => commit(position), TYPING_PAUSE));
  else commit(position);
}

function commitAll() {
  return Promise.all([...drafts.keys()].map(commit));
}

for (const item of items.values()) {
  item.addEventListener("input", (event) => {
    if (event.target.matches("[data-answer]")) {
      changed(item, { isTyping: isText(item) });
    }
  });
  item.addEventListener("focusout", () => commit(Number(item.dataset.position)));
  if (item.dataset.type === "order") {
    wireOrder(item, {
      onChange: changed,
      announce: (text, number) => announce(fill(words.moved_up, { text, number })),
    });
  }
}
addEventListener("pagehide", commitAll);

// ---- where one is -----------------------------------------------------------

function answered() {
  const found = new Set();
  for (const [position, item] of items) {
    if (readAnswer(item).length) found.add(position);
  }
  return found;
}

function refresh() {
  const done = answered();
  card.update({ current, answered: done, flagged });
  find("[data-answered]").textContent = done.size;
  find("[data-progress]").value = done.size;
  find("[data-place]").textContent = `${current} / ${config.count}`;
  find("[data-prev]").disabled = current === 1;
  find("[data-next]").hidden = current === config.count;
  find("[data-finish]").hidden = current !== config.count;
  const isFlagged = flagged.has(current);
  find("[data-flag]").setAttribute("aria-pressed", String(isFlagged));
  find("[data-flag-text]").textContent = isFlagged ? words.unflag : words.flag;
}

function go(position, { focus = true } = {}) {
  current = Math.max(1, Math.min(config.count, position));
  sessionStorage.setItem(placeKey, current);
  for (const [number, item] of items) item.hidden = number !== current;
  refresh();
  if (focus) {
    scrollTo({ top: 0 });
    items.get(current).focus({ preventScroll: true });
  }
}

function toggleFlag() {
  if (!flagged.delete(current)) flagged.add(current);
  store(flagKey, [...flagged]);
  refresh();
  announce(flagged.has(current) ? words.flagged : words.unflagged);
}

const card = new Card({
  places: [find("[data-card-dialog]"), find("[data-card-side]")],
  count: config.count,
  words,
  onPick(position) {
    dialogs.card.close();
    go(position);
  },
});

find("[data-prev]").addEventListener("click", () => go(current - 1));
find("[data-next]").addEventListener("click", () => go(current + 1));
find("[data-finish]").addEventListener("click", openSubmit);
find("[data-card-open]").addEventListener("click", () => dialogs.card.showModal());
find("[data-flag]").addEventListener("click", toggleFlag);
wireKeys({
  item: () => items.get(current),
  go: (step) => go(current + step),
  flag: toggleFlag,
  isOpen: () => isOpen,
});
wishFullScreen(find("[data-full-screen]"));
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}
for (const button of document.querySelectorAll("[data-submit-open]")) {
  button.addEventListener("click", openSubmit);
}
for (const name of ["superseded", "closed"]) {
  dialogs[name].addEventListener("cancel", (event) => event.preventDefault());
}

// ---- what is saved ----------------------------------------------------------

function showState({ pending, isOffline, isBusy }) {
  const place = find("[data-saved]");
  let state = "saved";
  let text = words.saved;
  if (writer.number === null) [state, text] = ["connecting", words.connecting];
  if (isOffline || (writer.number === null && sync.isOffline)) {
    state = "offline";
    text = pending ? counted("offline", pending) : words.offline_idle;
    // A full disk or a private window: only the open page has these answers.
    if (pending && outbox.isVolatile) text = words.offline_volatile;
  } else if (isBusy) {
    [state, text] = ["saving", words.saving];
  }
  place.dataset.state = state;
  const line = find("[data-saved-text]");
  if (line.textContent !== text) line.textContent = text;
}

sync.addEventListener("state", ({ detail }) => {
  const waiting = new Set(drafts.keys()).size;
  showState({
    ...detail,
    pending: Math.max(detail.pending, waiting),
    isBusy: detail.isBusy || waiting > 0,
  });
});
sync.addEventListener("receipt", ({ detail }) => {
  if (!dialogs.paused.open) clock.set(detail);
  presence.hear(detail.interventions);
  if (detail.superseded && detail.writer === writer.number) showSuperseded();
});
sync.addEventListener("renumbered", ({ detail }) => {
  if (detail.writer === writer.number) writer.nextSeq = detail.nextSeq;
});
sync.addEventListener("refused", ({ detail }) => {
  announce(fill(words.refused, { number: detail.position }));
});
sync.addEventListener("unauthorized", connect);
sync.addEventListener("paused", () => presence.ask());
sync.addEventListener("closed", ({ detail }) => showClosed(detail));

function showClosed(detail) {
  isOpen = false;
  notices.setPaused(false);
  const numbers = detail.unsaved.join(", ");
  find("[data-closed-text]").textContent = detail.unsaved.length
    ? fill(words.unsaved, { numbers })
    : words.none_unsaved;
  dialogs.submit.close();
  if (!dialogs.closed.open) dialogs.closed.showModal();
}

// ---- other windows ----------------------------------------------------------

const channel = "BroadcastChannel" in window
  ? new BroadcastChannel(`anxue-exam-${config.attempt}`)
  : null;
channel?.addEventListener("message", ({ data }) => {
  if (writer.number !== null && data.writer > writer.number) showSuperseded();
});

async function showSuperseded() {
  if (!isOpen) return;
  await commitAll();
  isOpen = false;
  sync.soon(0);
  for (const dialog of [dialogs.card, dialogs.submit]) dialog.close();
  if (!dialogs.superseded.open) dialogs.superseded.showModal();
}

find("[data-take-over]").addEventListener("click", () => {
  writer.forget();
  location.reload();
});

// ---- invigilators -----------------------------------------------------------

const presence = new Presence({
  url: config.presence_url,
  attempt: config.attempt,
  token: () => writer.token,
});
const notices = new Notices({
  pause: dialogs.paused,
  notice: dialogs.notice,
  words,
  onShown: (number) => presence.show(number),
});
presence.addEventListener("lost", () => sync.setOffline(true));
presence.addEventListener("state", async ({ detail }) => {
  sync.setOffline(false);
  if (detail.state !== "in_progress") {
    const rows = await outbox.pending();
    showClosed({ unsaved: [...new Set(rows.map((row) => row.position))] });
    return;
  }
  clock.set(detail);
  if (detail.is_paused) clock.hold(detail.seconds_left);
  notices.setPaused(detail.is_paused);
  notices.add(detail.interventions);
  if (detail.superseded) showSuperseded();
  else if (!detail.is_paused) sync.soon();
});

// ---- time and handing in ----------------------------------------------------

const clock = new Clock({
  show(text, left) {
    find("[data-time]").textContent = text;
    find("#exam-time").classList.toggle("is-short", left <= 300);
  },
  announce(seconds) {
    announce(
      seconds === 60 ? words.minute_left : fill(words.minutes_left, { count: seconds / 60 }),
    );
  },
  async onOver() {
    announce(words.time_over);
    await commitAll();
    openSubmit();
    handingIn.start();
  },
});

const handingIn = new HandingIn({
  url: config.submit_url,
  resultUrl: config.result_url,
  sync,
  writer,
  words,
  dialog: dialogs.submit,
  onDone() {
    for (const key of [draftKey, flagKey]) localStorage.removeItem(key);
    sessionStorage.removeItem(placeKey);
  },
});

async function openSubmit() {
  await commitAll();
  dialogs.card.close();
  const left = config.count - answered().size;
  find("[data-summary]").textContent = left ? counted("left", left) : words.all_answered;
  const marked = find("[data-summary-marked]");
  marked.hidden = !flagged.size;
  marked.textContent = flagged.size ? counted("marked", flagged.size) : "";
  const waiting = find("[data-summary-waiting]");
  waiting.hidden = !(sync.isOffline && (await outbox.pending()).length);
  waiting.textContent = words.waiting;
  if (!dialogs.submit.open) dialogs.submit.showModal();
}

const evidence = new Evidence({ url: config.events_url, token: () => writer.token });
sync.addEventListener("network", ({ detail }) => {
  if (navigator.onLine) evidence.report(detail.isOffline ? "network_lost" : "network_back");
});

// ---- beginning --------------------------------------------------------------

async function connect() {
  let started;
  try {
    started = await writer.open();
  } catch {
    sync.setOffline(true);
    setTimeout(connect, RECONNECT);
    return;
  }
  if (started.status !== 201 || started.body.id !== config.attempt) {
    if (started.status >= 500) setTimeout(connect, RECONNECT);
    else location.replace(config.result_url);
    return;
  }
  sync.setOffline(false);
  clock.set(started.body);
  channel?.postMessage({ writer: writer.number });
  await restore(started.body);
  isReady = true;
  await commitAll();
  sync.tell();
  sync.soon(0);
  // The first page of an attempt has missed nothing; the start told the time.
  if (started.body.writer > 1 || started.body.next_seq > 1) presence.ask();
}

// The server's state, then what waits here, then what was being typed.
async function restore({ responses, response_writers: writers }) {
  const values = new Map(
    Object.entries(responses).map(([key, value]) => [Number(key), value]),
  );
  const rows = await outbox.pending();
  for (const row of rows) {
    // What a newer window answered is not overruled by what an older one still holds.
    if (row.writer >= (writers[row.position] ?? 0)) values.set(row.position, row.value);
    if (row.writer === writer.number) writer.nextSeq = Math.max(writer.nextSeq, row.seq + 1);
  }
  for (const [position, value] of drafts) values.set(position, value);
  for (const [position, value] of values) {
    if (items.has(position)) showAnswer(items.get(position), value);
  }
  refresh();
}

go(current, { focus: false });
connect();
