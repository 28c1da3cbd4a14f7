// Stores the tokens of this device. With cookies you do not need this file.

import type { RetryKeyStore } from "./retryKeys.js";

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** That of a refresh with this refresh token, whose response has not arrived. */
  retryKey?: string | undefined;
}

/** The tokens of a payload. Some mutations, like `reauthenticate`, do not replace the refresh token. */
export interface NewTokens {
  accessToken?: string | null | undefined;
  refreshToken?: string | null | undefined;
}

/** All tabs of a browser must share one store: the copy of a tab would become outdated. */
export interface TokenStore {
  read(): Tokens | null;
  write(tokens: Tokens | null): void;
}

/** A store for command-line programs and tests. */
export function inMemory(): TokenStore {
  let stored: Tokens | null = null;
  return { read: () => stored, write: (tokens) => void (stored = tokens) };
}

/**
 * A store for pages that cannot use cookies. Every script of the page can read it. Other tabs see a change a moment later,
 * so they may refresh with the previous token: the server returns the same successor (docs/decisions/0008).
 */
export function inLocalStorage(key = "sessionql"): TokenStore {
  return {
    read: () => JSON.parse(localStorage.getItem(key) ?? "null") as Tokens | null,
    write: (tokens) => (tokens ? localStorage.setItem(key, JSON.stringify(tokens)) : localStorage.removeItem(key)),
  };
}

/** Store the tokens of `register`, `login`, `refresh`, `reauthenticate` or `changePassword`. */
export function keep(store: TokenStore, received: NewTokens | null | undefined): void {
  const before = store.read();
  const accessToken = received?.accessToken ?? before?.accessToken;
  const refreshToken = received?.refreshToken ?? before?.refreshToken;
  const retryKey = refreshToken === before?.refreshToken ? before?.retryKey : undefined;
  if (accessToken && refreshToken) store.write({ accessToken, refreshToken, retryKey });
}

/** The retry key beside the tokens. */
export function besideTokens(store: TokenStore): RetryKeyStore {
  return {
    read: () => store.read()?.retryKey ?? null,
    write: (key) => {
      const tokens = store.read();
      if (tokens) store.write({ ...tokens, retryKey: key ?? undefined });
    },
  };
}

/** Whether two access tokens have the same session in their claims. Compares only; does not verify the tokens. */
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
