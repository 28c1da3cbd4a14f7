// The session of this browser tab. It is stored in sessionStorage: each tab is a device, and a reload stays signed in.
import { permanentStorage, tabStorage } from "./storage.js";

const KEY = "sessionql.session";
// The page "Your devices" has the same cookies, so it uses the same name.
const RETRY_KEY = `sessionql retry key ${window.location.origin}${window.location.pathname}`;
const SIGNED_OUT = Object.freeze({});
const listeners = new Set();
let clockOffset = 0;
let session = load();

function load() {
  try {
    return JSON.parse(tabStorage.getItem(KEY)) ?? SIGNED_OUT;
  } catch {
    return SIGNED_OUT;
  }
}

function save(next) {
  session = next;
  if (next === SIGNED_OUT) tabStorage.removeItem(KEY);
  else tabStorage.setItem(KEY, JSON.stringify(next));
  listeners.forEach((listener) => listener(session));
}

export const current = () => session;
export const remove = () => save(SIGNED_OUT);
export const end = () => save({ ...session, ended: true });

export const canRefresh = () => Boolean(session.refreshToken || session.usesCookie);

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// Expiry times are those of the server. The clock of this computer may differ by more than the lifetime of a token.
export function setServerTime(date) {
  const time = Date.parse(date ?? "");
  if (!Number.isNaN(time)) clockOffset = time - Date.now();
}

export function secondsLeft() {
  const expiry = Date.parse(session.accessTokenExpiresAt ?? "");
  if (Number.isNaN(expiry)) return session.usesCookie ? 0 : Infinity;
  return (expiry - Date.now() - clockOffset) / 1000;
}

// The retry key of the refresh whose response has not arrived yet, or a new one. It is stored beside the refresh token, or
// for all tabs if that is in a cookie, so that a lost response is not taken for a theft.
export function retryKey() {
  const pending = session.refreshToken ? session.retryKey : permanentStorage.getItem(RETRY_KEY);
  const key = pending ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), hex).join("");
  if (session.refreshToken) save({ ...session, retryKey: key });
  else permanentStorage.setItem(RETRY_KEY, key);
  return key;
}

// Call it when the response of a refresh by cookie has arrived. With new tokens, `store` drops the key.
export const forgetRetryKey = () => permanentStorage.removeItem(RETRY_KEY);

const hex = (byte) => byte.toString(16).padStart(2, "0");

// Stores the tokens of a payload. A refresh has no user, so the user of the log-in stays; a log-in replaces everything.
// `credential` identifies the current tokens: the access token, or its expiry time if it is in a cookie, which scripts
// cannot read.
function store(field, { tokens, user, session: device }) {
  const before = startsSession(field) ? {} : session;
  save({
    email: user?.email ?? before.email,
    device: device?.device ?? before.device,
    id: device?.id ?? before.id,
    credential: tokens.accessToken ?? `cookie ${tokens.accessTokenExpiresAt}`,
    usesCookie: tokens.accessToken === null,
    accessToken: tokens.accessToken,
    accessTokenExpiresAt: tokens.accessTokenExpiresAt,
    refreshToken: tokens.refreshToken ?? before.refreshToken,
    retryKey: tokens.refreshToken ? undefined : before.retryKey,
  });
}

export const startsSession = (field) => field === "register" || field === "login";

// Handles the response to a request with cookies only: `me` is their user, or null. `id` is the session of a log-in just
// before, if there was one.
export function updateFromCookies(me, id) {
  const current = me?.currentSession;
  if (session.accessToken) return;
  if (current && (!id || id === current.id)) {
    const before = session.id === current.id ? session : {};
    const { email } = me;
    const credential = before.credential ?? "cookie";
    const { device, id } = current;
    save({ ...before, credential, usesCookie: true, email, device, id, ended: false });
  } else if (session.usesCookie && session.id === id) save({ cookieNotStored: true });
}

const endsSession = (field, payload) =>
  payload?.wasCurrent === true ||
  payload?.revokedSessionIds?.includes?.(session.id) ||
  (field === "sessionRevoked" && payload?.isCurrent === true) ||
  (field === "logout" && Boolean(payload));

export const isUnauthenticated = (result) =>
  Array.isArray(result?.errors) && result.errors.some((error) => error?.extensions?.code === "UNAUTHENTICATED");

// Updates the session from a result. `sentCredential` is the credential of this session that the request had, if any:
// the result of a request with another or an older credential does not apply to the current session.
export function update(rootFields, result, sentCredential) {
  const isCurrent = () => Boolean(sentCredential) && sentCredential === session.credential;
  if (isCurrent() && isUnauthenticated(result)) end();
  for (const { key, name } of rootFields) {
    const payload = result?.data?.[key];
    if (payload?.tokens?.accessToken !== undefined) store(name, payload);
    else if (isCurrent() && endsSession(name, payload)) end();
  }
}
