// The verifier without a network: camera or pasted text, the published keys of the last
// visit, and nothing else. What it can't know (revocation) it says.

import { verifyToken } from "./verify.js";

const CACHE = "anxue-offline-verifier-1";
const box = document.getElementById("offline");
const { keys, worker, scanner, manifest } = box.dataset;

function show(state) {
  for (const part of box.querySelectorAll("[data-state]")) part.hidden = part.dataset.state !== state;
}

/** Keep the page, what it loaded, and the keys; without the visitor's cookies. */
async function keep() {
  const cache = await caches.open(CACHE);
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  const wanted = new Set([location.pathname, keys, scanner, manifest, ...loaded]);
  const mine = [...wanted].filter((url) => new URL(url, location).origin === location.origin && !url.includes("sw.js"));
  await Promise.all(
    mine.map(async (url) => {
      const response = await fetch(url, { credentials: "omit" });
      if (response.ok) await cache.put(url, response);
    }),
  );
}

async function start() {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(worker, { scope: location.pathname });
    await navigator.serviceWorker.ready;
    if (navigator.onLine) await keep();
    box.querySelector("[data-ready]").hidden = false;
  } catch {
    box.querySelector("[data-not-ready]").hidden = false;
  }
}

function isOver(day) {
  // Days are those of China, wherever the phone is.
  const today = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date());
  return Boolean(day) && day < today;
}

async function judge(text) {
  const token = text.trim().split("#t=").pop();
  const response = await fetch(keys);
  const claims = await verifyToken(token, await response.json());
  for (const cell of box.querySelectorAll("[data-claim]")) {
    const value = claims?.[cell.dataset.claim];
    cell.textContent = typeof value === "string" ? value : "";
    cell.parentElement.hidden = !cell.textContent;
  }
  box.querySelector("[data-claims]").hidden = !claims;
  show(!claims ? "forged" : isOver(claims.x) ? "expired" : "signed");
  box.querySelector("[data-result]").focus();
}

async function makeReader() {
  if ("BarcodeDetector" in globalThis) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue;
  }
  await import(scanner);
  return async (canvas) => {
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return globalThis.jsQR(data, width, height)?.data;
  };
}

async function scan() {
  const video = box.querySelector("video");
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    show("no-camera");
    return;
  }
  show("scanning");
  video.srcObject = stream;
  await video.play();
  const stop = () => { for (const track of stream.getTracks()) track.stop(); };
  box.querySelector("[data-stop]").onclick = () => { stop(); show(""); };
  const read = await makeReader();
  const canvas = document.createElement("canvas");
  while (stream.active) {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0);
    const found = await read(canvas);
    if (found) {
      stop();
      await judge(found);
      return;
    }
    await new Promise((resolve) => { setTimeout(resolve, 150); });
  }
}

box.querySelector("[data-scan]").addEventListener("click", scan);
box.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  judge(new FormData(event.target).get("code"));
});
start();
