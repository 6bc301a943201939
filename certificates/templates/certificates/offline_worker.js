// Looks after the offline verifier alone: what the page put into the cache is served when
// the network does not answer. The keys and the page come from the network when they can.

const CACHE = "anxue-offline-verifier-1";
const PAUSE = 3000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("anxue-offline-verifier-") && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

async function freshOrKept(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
  const fresh = fetch(request).then(async (response) => {
    if (response.ok && kept) await cache.put(request, response.clone());
    return response;
  });
  if (!kept) return fresh;
  const late = new Promise((resolve) => { setTimeout(() => resolve(kept), PAUSE); });
  return Promise.race([fresh.catch(() => kept), late]);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(freshOrKept(request));
});
