// Where this device keeps its tokens. With cookies there is nothing to keep, and no need of this file.

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** What an answer brings: `reauthenticate`, for one, leaves the refresh token as it is. */
export interface NewTokens {
  accessToken?: string | null | undefined;
  refreshToken?: string | null | undefined;
}

/** All tabs of a browser have to share one: a copy that a tab keeps to itself grows old. */
export interface TokenStore {
  read(): Tokens | null;
  write(tokens: Tokens | null): void;
}

/** For programs, and for tests. */
export function inMemory(): TokenStore {
  let kept: Tokens | null = null;
  return { read: () => kept, write: (tokens) => void (kept = tokens) };
}

/**
 * For pages that cannot use cookies. Any script of the page can read it. Browsers tell other tabs a moment late, so these
 * may refresh with the token of before: the server gives them the same successor (docs/decisions/0008).
 */
export function inLocalStorage(key = "sessionql"): TokenStore {
  return {
    read: () => JSON.parse(localStorage.getItem(key) ?? "null") as Tokens | null,
    write: (tokens) => (tokens ? localStorage.setItem(key, JSON.stringify(tokens)) : localStorage.removeItem(key)),
  };
}

/** Keep what `register`, `login`, `refresh`, `reauthenticate` or `changePassword` has brought. */
export function keep(store: TokenStore, brought: NewTokens | null | undefined): void {
  const before = store.read();
  const accessToken = brought?.accessToken ?? before?.accessToken;
  const refreshToken = brought?.refreshToken ?? before?.refreshToken;
  if (accessToken && refreshToken) store.write({ accessToken, refreshToken });
}

/** Whether both tokens belong to one session, as they say themselves: good for comparing, and no proof of anything. */
export function areOfOneSession(one: string | undefined, other: string | undefined): boolean {
  const session = sessionOf(one);
  return session !== undefined && session === sessionOf(other);
}

function sessionOf(accessToken: string | undefined): string | undefined {
  const [, claims = ""] = accessToken?.split(".") ?? [];
  try {
    return (JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))) as { sid?: string }).sid;
  } catch {
    return undefined;
  }
}
