// What this browser tab knows of its session. Kept in sessionStorage, so each tab is a device of its own
// and a reload stays signed in.
import { fleeting } from "./storage.js";

const KEY = "sessionql.session";
const SIGNED_OUT = Object.freeze({});
const listeners = new Set();
let clockOffset = 0;
let session = load();

function load() {
  try {
    return JSON.parse(fleeting.getItem(KEY)) ?? SIGNED_OUT;
  } catch {
    return SIGNED_OUT;
  }
}

function save(next) {
  session = next;
  if (next === SIGNED_OUT) fleeting.removeItem(KEY);
  else fleeting.setItem(KEY, JSON.stringify(next));
  listeners.forEach((listener) => listener(session));
}

export const current = () => session;
export const forget = () => save(SIGNED_OUT);
export const end = () => save({ ...session, ended: true });

export function watch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// Expiry times are the server's, and this computer's clock may be wrong by more than a token lives.
export function setServerTime(date) {
  const time = Date.parse(date ?? "");
  if (!Number.isNaN(time)) clockOffset = time - Date.now();
}

export function secondsLeft() {
  const expiry = Date.parse(session.accessTokenExpiresAt ?? "");
  return Number.isNaN(expiry) ? Infinity : (expiry - Date.now() - clockOffset) / 1000;
}

// A refresh says nothing about who the user is, so what a log-in said stays; a log-in replaces all of it.
function keep(field, { tokens, user, session: device }) {
  const known = field === "register" || field === "login" ? {} : session;
  save({
    email: user?.email ?? known.email,
    device: device?.device ?? known.device,
    id: device?.id ?? known.id,
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.accessTokenExpiresAt,
    refreshToken: tokens.refreshToken ?? known.refreshToken,
  });
}

const endsSession = (field, payload) =>
  payload?.wasCurrent === true ||
  payload?.revokedSessionIds?.includes?.(session.id) ||
  (field === "sessionRevoked" && payload?.isCurrent === true) ||
  (field === "logout" && Boolean(payload));

export const isUnauthenticated = (result) =>
  Array.isArray(result?.errors) && result.errors.some((error) => error?.extensions?.code === "UNAUTHENTICATED");

// Reads a result for news of the session. `sentToken` is the token of this page that the request carried, if any:
// an answer to another token, or to one since replaced, says nothing about the session at hand.
export function learn(rootFields, result, sentToken) {
  const isOurs = () => Boolean(sentToken) && sentToken === session.accessToken;
  if (isOurs() && isUnauthenticated(result)) end();
  for (const { key, name } of rootFields) {
    const payload = result?.data?.[key];
    if (payload?.tokens?.accessToken) keep(name, payload);
    else if (isOurs() && endsSession(name, payload)) end();
  }
}
