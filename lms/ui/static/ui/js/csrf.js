// The CSRF token, fetched when it is first needed, so that public pages stay
// the same for everyone and can be cached.
let pending = null;

function fromCookie() {
  const found = document.cookie.match(/(?:^|;\s*)csrftoken=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : "";
}

export function csrfTokenNow() {
  return fromCookie();
}

export async function csrfToken() {
  const known = fromCookie();
  if (known) return known;
  pending ??= fetch(document.documentElement.dataset.csrfUrl, {
    credentials: "same-origin",
  })
    .then((answer) => answer.json())
    .then((body) => body.token)
    .finally(() => {
      pending = null;
    });
  return pending;
}

// htmx: wait for a token before a request that changes something.
document.addEventListener("htmx:confirm", (event) => {
  const { verb, issueRequest, question } = event.detail;
  if (verb === "get" || question || fromCookie()) return;
  event.preventDefault();
  csrfToken().then(() => issueRequest(true));
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb === "get") return;
  const token = fromCookie();
  if (token) event.detail.headers["X-CSRFToken"] = token;
});
