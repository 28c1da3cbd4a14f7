// The retry key of the refresh whose response has not arrived yet. All pages of this origin share it, as they share the
// cookies, and a page that is loaded again finds it: so a lost response is not taken for a theft.
const inMemory = new Map(); // when the browser blocks the storage of this site

/** The key of the pending refresh at this URL of the endpoint, or a new one. */
export function pendingRetryKey(url) {
  const key = readRetryKey(url) ?? newRetryKey();
  useStorage(
    () => localStorage.setItem(retryKeyName(url), key),
    () => inMemory.set(url, key),
  );
  return key;
}

/** Call it when the response of the refresh has arrived. */
export function forgetRetryKey(url) {
  inMemory.delete(url);
  useStorage(
    () => localStorage.removeItem(retryKeyName(url)),
    () => null,
  );
}

function readRetryKey(url) {
  return useStorage(
    () => localStorage.getItem(retryKeyName(url)),
    () => inMemory.get(url),
  );
}

function newRetryKey() {
  // Not `randomUUID`, which pages have over https only.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function retryKeyName(url) {
  return `sessionql retry key ${url}`;
}

function useStorage(use, instead) {
  try {
    return use();
  } catch {
    return instead();
  }
}
