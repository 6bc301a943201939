// The reading bar: reads the main content paragraph by paragraph (Web Speech API).
// It is loaded only where `data-read="on"` was chosen, and stays across pages.
import { sentences, paragraphs } from "./read-aloud-text.js";

const root = document.documentElement;
const speech = window.speechSynthesis;
const SPEED = "anxue.read.speed";
const VOICE_WAIT = 1500;

let bar = null;
let blocks = [];
let place = 0; // the paragraph
let sentence = 0; // within it
let state = "stopped"; // stopped, reading, paused
let turn = 0; // what was canceled answers late: its number is then an old one
let skipped = false;

function part(name) {
  return bar.querySelector(`[data-read="${name}"]`);
}

function say(key, values = {}) {
  const box = bar.querySelector(".read-aloud__status");
  const text = box.dataset[key].replace(/{(\w+)}/g, (_, name) => values[name]);
  if (box.textContent !== text) box.textContent = text;
}

function language(block) {
  const code = block.closest("[lang]")?.lang || root.lang;
  return code.toLowerCase().startsWith("zh") ? "zh" : code.slice(0, 2).toLowerCase();
}

// zh-CN before zh-TW or zh-HK (another language for the ear), the device's own voice
// before one that needs the network.
function voiceFor(code) {
  const first = { zh: ["zh-cn", "cmn-hans", "zh-hans", "zh"], en: ["en-us", "en-gb"] };
  const wanted = first[code] || [code];
  const all = speech
    .getVoices()
    .map((voice) => ({ voice, lang: voice.lang.toLowerCase().replace("_", "-") }))
    .filter(({ lang }) => wanted.some((w) => lang.startsWith(w.split("-")[0])))
    .filter(({ lang }) => !/^(zh-hk|yue)/.test(lang));
  const rank = ({ voice, lang }) => {
    const index = wanted.findIndex((w) => lang.startsWith(w));
    return (index < 0 ? wanted.length : index) * 2 + (voice.localService ? 0 : 1);
  };
  return all.sort((a, b) => rank(a) - rank(b))[0]?.voice;
}

function hasVoices() {
  return new Promise((resolve) => {
    if (!speech) resolve(false);
    else if (speech.getVoices().length) resolve(true);
    else {
      speech.addEventListener?.("voiceschanged", () => resolve(true), { once: true });
      setTimeout(() => resolve(speech.getVoices().length > 0), VOICE_WAIT);
    }
  });
}

function highlight(block) {
  for (const old of document.querySelectorAll("[data-spoken]")) {
    if (old !== block) old.removeAttribute("data-spoken");
  }
  if (!block || "spoken" in block.dataset) return;
  block.dataset.spoken = "";
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  block.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

function show() {
  const playing = state === "reading";
  const had = bar.contains(document.activeElement) ? document.activeElement : null;
  part("play").hidden = playing;
  part("pause").hidden = !playing;
  // The button with the focus was replaced: its partner takes the focus.
  if (had === part("play") && playing) part("pause").focus();
  if (had === part("pause") && !playing) part("play").focus();
}

function hush() {
  turn += 1;
  speech?.cancel();
}

function stop(message) {
  hush();
  state = "stopped";
  place = 0;
  sentence = 0;
  highlight(null);
  show();
  if (message) say(message);
}

// Pausing cancels and remembers the sentence: `speechSynthesis.pause()` can't be
// resumed on many phones.
function pause() {
  hush();
  state = "paused";
  show();
  say("paused");
}

function speak() {
  if (state !== "reading") return;
  const block = blocks[place];
  if (!block) {
    stop(skipped ? "part" : "done");
    return;
  }
  const voice = voiceFor(language(block));
  const text = sentences(block)[sentence];
  // No voice, the last sentence was read, or the paragraph has left the page.
  if (!voice || text === undefined || !block.isConnected) {
    skipped ||= !voice;
    place += 1;
    sentence = 0;
    speak();
    return;
  }
  highlight(block);
  say("reading", { number: place + 1, total: blocks.length });
  const words = new SpeechSynthesisUtterance(text);
  const mine = ++turn;
  words.voice = voice;
  words.lang = voice.lang;
  words.rate = Number(part("speed").value);
  const go = () => {
    if (mine !== turn) return;
    sentence += 1;
    speak();
  };
  words.addEventListener("end", go);
  words.addEventListener("error", (event) => {
    if (mine !== turn) return;
    // A network voice without network would fail again and again.
    if (["network", "not-allowed", "synthesis-failed"].includes(event.error)) pause();
    else go();
  });
  speech.speak(words);
}

function play() {
  if (state === "stopped") {
    blocks = paragraphs();
    skipped = false;
  }
  if (!blocks.some((block) => voiceFor(language(block)))) {
    stop("none");
    return;
  }
  hush();
  state = "reading";
  show();
  speak();
}

function step(by) {
  if (state === "stopped") blocks = paragraphs();
  place = Math.min(Math.max(place + by, 0), blocks.length - 1);
  sentence = 0;
  hush();
  if (state === "reading") speak();
  else {
    state = "paused";
    highlight(blocks[place]);
    say("reading", { number: place + 1, total: blocks.length });
  }
}

function off() {
  if (!bar) return;
  stop();
  bar.remove();
  bar = null;
  root.style.removeProperty("--top");
}

// What sticks to the top of the page stays below the header, however high it is now.
function measure() {
  const header = bar?.closest(".site-header");
  if (header) root.style.setProperty("--top", `${header.offsetHeight}px`);
}

const ACTIONS = {
  play,
  pause,
  stop: () => stop("ready"),
  next: () => step(1),
  back: () => step(-1),
  // As if the switch had been pressed: it forgets the choice and calls `off`.
  close: () => {
    document.querySelector('[data-look="read:on"]')?.click();
    document.getElementById("main")?.focus();
  },
};

function listen() {
  bar.addEventListener("click", (event) => {
    const name = event.target.closest("button[data-read]")?.dataset.read;
    if (name) ACTIONS[name]();
  });
  part("speed").addEventListener("change", () => {
    try {
      localStorage.setItem(SPEED, part("speed").value);
    } catch {
      // It then lasts as long as the page.
    }
    if (state === "reading") play();
  });
}

// A paragraph that is pressed is read from there; links and controls keep their work.
document.addEventListener("click", (event) => {
  if (!bar || event.target.closest("a, button, input, select, label, summary")) return;
  if (!event.target.closest("main") || String(window.getSelection())) return;
  const found = paragraphs();
  const index = found.findIndex((block) => block.contains(event.target));
  if (index < 0) return;
  blocks = found;
  place = index;
  sentence = 0;
  state = "paused";
  play();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && state === "reading" && !event.defaultPrevented) pause();
});
document.addEventListener("anxue:read-off", off);
window.addEventListener("pagehide", hush);

export async function start() {
  if (bar) return;
  const template = document.getElementById("read-aloud");
  if (!template) return;
  bar = template.content.firstElementChild.cloneNode(true);
  (document.querySelector(".site-header") || document.body).append(bar);
  try {
    const speed = localStorage.getItem(SPEED);
    if (speed) part("speed").value = speed;
  } catch {
    // The usual speed.
  }
  if (!part("speed").value) part("speed").value = "1";
  listen();
  say("ready");
  new ResizeObserver(measure).observe(bar);
  const there = await hasVoices();
  if (!bar) return;
  const codes = new Set(paragraphs().map(language));
  if (there && [...codes].some(voiceFor)) return;
  say("none");
  for (const name of ["play", "back", "next", "stop", "speed"]) part(name).disabled = true;
}
