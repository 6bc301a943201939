// The QR code's address carries a signed token in its fragment, which no server sees.
// It is verified here first (ES256, published keys); then the register is asked.

const TOKEN_TYPE = "cert+jws";

/** Bytes of strict base64url without padding. */
export function decodeSegment(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new Error("malformed");
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
}

function decodeJson(text) {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(decodeSegment(text)));
}

/** Claims of a token signed by one of `keys` (a JWK set); null when it is not. */
export async function verifyToken(token, keys) {
  try {
    const [head, body, tail, ...rest] = token.split(".");
    const header = decodeJson(head);
    if (rest.length || header.alg !== "ES256" || header.typ !== TOKEN_TYPE) return null;
    const jwk = keys.keys.find((key) => key.kid === header.kid && key.crv === "P-256");
    if (!jwk) return null;
    const { kty, crv, x, y } = jwk;
    const key = await crypto.subtle.importKey(
      "jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"],
    );
    const isGenuine = await crypto.subtle.verify(
      { name: "ECDSA", hash: "SHA-256" },
      key,
      decodeSegment(tail),
      new TextEncoder().encode(`${head}.${body}`),
    );
    return isGenuine ? decodeJson(body) : null;
  } catch {
    return null;
  }
}

async function loadKeys(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`keys: ${response.status}`);
  return response.json();
}

function show(box, state) {
  for (const part of box.querySelectorAll("[data-state]")) {
    part.hidden = part.dataset.state !== state;
  }
}

function showClaims(box, claims) {
  for (const cell of box.querySelectorAll("[data-claim]")) {
    const value = claims[cell.dataset.claim];
    cell.textContent = typeof value === "string" ? value : "";
    cell.parentElement.hidden = !cell.textContent;
  }
  box.querySelector("[data-claims]").hidden = false;
}

/** The signature alone: "signed", "forged", or "" when this device can't tell. */
async function checkSignature(box, token) {
  // Without a secure context browsers offer no WebCrypto; the server decides then.
  if (!globalThis.crypto?.subtle) return "";
  try {
    const claims = await verifyToken(token, await loadKeys(box.dataset.keys));
    if (!claims) return "forged";
    showClaims(box, claims);
    return "signed";
  } catch {
    return "";
  }
}

async function askServer(box, token) {
  const response = await fetch(box.dataset.address, {
    method: "POST",
    body: new URLSearchParams({ token }),
    credentials: "same-origin",
  });
  const html = await response.text();
  if (response.status !== 200 && response.status !== 404) throw new Error("refused");
  box.querySelector("[data-report]").innerHTML = html;
  box.querySelector("[data-claims]").hidden = true;
}

async function checkToken(box, token) {
  box.hidden = false;
  box.scrollIntoView({ block: "start" });
  show(box, "working");
  const state = await checkSignature(box, token);
  if (state) show(box, state);
  try {
    await askServer(box, token);
    show(box, state === "signed" ? "signed" : "");
  } catch {
    show(box, state === "forged" ? "forged" : "offline");
  }
}

function start() {
  const box = document.getElementById("token-check");
  const token = new URLSearchParams(location.hash.slice(1)).get("t");
  if (!box || !token) return;
  // Not left in the address bar, where it would be shared by accident.
  history.replaceState(null, "", location.pathname);
  checkToken(box, token);
}

if (typeof document !== "undefined") {
  start();
  window.addEventListener("hashchange", start);
}
