// Stores the retry key of a refresh until its response arrives, so that a lost response is not taken for a theft.

/** The key of the pending refresh, or null. All tabs of a browser must share it, as they share cookies and tokens. */
export interface RetryKeyStore {
  read(): string | null;
  write(key: string | null): void;
}

/** A store for pages with cookies. Outside of browsers, and where site data is blocked, it is that of one page. */
export function inBrowser(name: string): RetryKeyStore {
  let ofThisPage: string | null = null;
  return {
    read: () => localStore()?.getItem(name) ?? ofThisPage,
    write: (key) => {
      ofThisPage = key;
      if (key) localStore()?.setItem(name, key);
      else localStore()?.removeItem(name);
    },
  };
}

/** The pending key, or a new random one. Not `randomUUID`, which pages have over https only. */
export function pendingKey(store: RetryKeyStore): string {
  const random = () => crypto.getRandomValues(new Uint8Array(16));
  const key = store.read() ?? Array.from(random(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  store.write(key);
  return key;
}

function localStore(): Storage | null {
  try {
    return (globalThis as { localStorage?: Storage }).localStorage ?? null;
  } catch {
    return null;
  }
}
