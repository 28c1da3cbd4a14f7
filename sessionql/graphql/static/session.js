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

export const canRefresh = () => Boolean(session.refreshToken || session.byCookie);

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
  if (Number.isNaN(expiry)) return session.byCookie ? 0 : Infinity;
  return (expiry - Date.now() - clockOffset) / 1000;
}

// A refresh says nothing about who the user is, so what a log-in said stays; a log-in replaces all of it.
// `proof` tells this session's tokens from those they replaced: the access token, or, where the browser keeps it
// in a cookie that no script sees, when it expires.
function keep(field, { tokens, user, session: device }) {
  const known = signsIn(field) ? {} : session;
  save({
    email: user?.email ?? known.email,
    device: device?.device ?? known.device,
    id: device?.id ?? known.id,
    proof: tokens.accessToken ?? `cookie ${tokens.accessTokenExpiresAt}`,
    byCookie: tokens.accessToken === null,
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.accessTokenExpiresAt,
    refreshToken: tokens.refreshToken ?? known.refreshToken,
  });
}

export const signsIn = (field) => field === "register" || field === "login";

// What the server says of a request that had nothing but cookies: whose they are, or that none came. `id` is the
// session that was just put into them, if any.
export function confirm(me, id) {
  const now = me?.currentSession;
  if (session.accessToken) return;
  if (now && (!id || id === now.id)) {
    const known = session.id === now.id ? session : {};
    const { email } = me;
    save({ ...known, proof: known.proof ?? "cookie", byCookie: true, email, device: now.device, id: now.id, ended: false });
  } else if (session.byCookie && session.id === id) save({ cookieNotKept: true });
}

const endsSession = (field, payload) =>
  payload?.wasCurrent === true ||
  payload?.revokedSessionIds?.includes?.(session.id) ||
  (field === "sessionRevoked" && payload?.isCurrent === true) ||
  (field === "logout" && Boolean(payload));

export const isUnauthenticated = (result) =>
  Array.isArray(result?.errors) && result.errors.some((error) => error?.extensions?.code === "UNAUTHENTICATED");

// Reads a result for news of the session. `sentProof` is the proof of this page that the request carried, if any:
// an answer to another one, or to one since replaced, says nothing about the session at hand.
export function learn(rootFields, result, sentProof) {
  const isOurs = () => Boolean(sentProof) && sentProof === session.proof;
  if (isOurs() && isUnauthenticated(result)) end();
  for (const { key, name } of rootFields) {
    const payload = result?.data?.[key];
    if (payload?.tokens?.accessToken !== undefined) keep(name, payload);
    else if (isOurs() && endsSession(name, payload)) end();
  }
}
