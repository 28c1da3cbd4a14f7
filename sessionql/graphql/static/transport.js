// Sends operations: queries and mutations by POST, subscriptions by WebSocket (graphql-transport-ws). Errors of the
// transport become GraphQL results, so that the response pane shows them.
import { rootFields, selectOperation } from "./examples.js";
import * as session from "./session.js";

const URL_PATH = window.location.pathname;
const REFRESH = `mutation Refresh($refreshToken: String, $retryKey: String!) {
  refresh(input: { refreshToken: $refreshToken, retryKey: $retryKey }) {
    tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
    errors { ... on UserError { code message } }
  }
}`;

const CURRENT_USER = "{ me { email currentSession { id device } } }";

// These fields need no token. They are sent without an expired token, which would prevent a new log-in.
const PUBLIC_FIELDS = new Set(["register", "login", "resetPassword", "refresh", "__schema", "__type", "__typename"]);
const EXPIRY_MARGIN_SECONDS = 5;
const TOKEN_REJECTED = 4403; // close code

const failure = (message, extensions) => ({ errors: [{ message, ...(extensions && { extensions }) }] });
const hasExpired = () => session.secondsLeft() < EXPIRY_MARGIN_SECONDS;

async function post(params, headers) {
  try {
    const response = await fetch(URL_PATH, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json, application/json;q=0.9",
        ...headers,
      },
      body: JSON.stringify(params),
    });
    session.setServerTime(response.headers.get("Date"));
    return read(response, await response.text());
  } catch (error) {
    return failure(`The server could not be reached: ${error.message}`);
  }
}

function read(response, text) {
  try {
    const result = JSON.parse(text);
    if (typeof result === "object" && result !== null) return result;
  } catch {
    // Not JSON: probably the error page of a proxy.
  }
  return failure("The response of the server is not a GraphQL response.", {
    status: response.status,
    contentType: response.headers.get("Content-Type"),
    body: text.slice(0, 2000),
  });
}

let refreshing = null;

// Concurrent requests with an expired token share one refresh, because a refresh token can be used once.
export function refresh() {
  refreshing ??= refreshOnce().finally(() => (refreshing = null));
  return refreshing;
}

// Resolves to an error message, or to null.
async function refreshOnce() {
  const retryKey = session.retryKey();
  const { credential, refreshToken } = session.current();
  const result = await post({ query: REFRESH, variables: { refreshToken, retryKey } }, {});
  const [rejection] = result.data?.refresh?.errors ?? [];
  const hasResponse = result.data?.refresh?.tokens || rejection?.code === "REFRESH_TOKEN_INVALID";
  if (!refreshToken && hasResponse) session.forgetRetryKey();
  if (session.current().credential !== credential) return null; // signed in or out meanwhile
  const error = rejection ?? result.errors?.[0];
  if (!error) session.update([{ key: "refresh", name: "refresh" }], result, null);
  else if (credential && error.code === "REFRESH_TOKEN_INVALID") session.end();
  return error ? String(error.message) : null;
}

// Ends the session on the server, then removes it here. Resolves to an error message, or to null.
export async function signOut() {
  const result = await send({ query: "mutation SignOut { logout { session { id } } }" });
  if (result.errors && !session.isUnauthenticated(result)) return String(result.errors[0]?.message);
  session.remove();
  return null;
}

// Detects a session in cookies, by a request to the server, because scripts cannot read the cookies.
export async function detectCookieSession() {
  if (session.current().credential) return;
  const result = await post({ query: CURRENT_USER }, {});
  const refreshed = session.isUnauthenticated(result) && !(await refresh());
  session.updateFromCookies((refreshed ? await post({ query: CURRENT_USER }, {}) : result).data?.me);
}

// After a log-in without a token in the payload: detects whether the browser has stored the cookie.
async function detectCookie(fields, result) {
  const payloads = fields.filter(({ name }) => session.startsSession(name)).map(({ key }) => result.data?.[key]);
  const login = payloads.find((payload) => payload?.tokens || payload?.session || payload?.user);
  if (!login || login.tokens?.accessToken) return;
  session.updateFromCookies((await post({ query: CURRENT_USER }, {})).data?.me, login.session?.id);
}

// The headers of a request, and the credential of the session that it has. An Authorization header from the headers
// editor replaces that of the session. The browser adds cookies.
async function authorize(fields, headers = {}) {
  const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  if (hasOwn || !session.current().credential) return { headers, credential: null };
  const isPublic = fields.length > 0 && fields.every(({ name }) => PUBLIC_FIELDS.has(name));
  if (!isPublic && hasExpired() && session.canRefresh() && !session.current().ended) await refresh();
  const { accessToken, credential, ended } = session.current();
  if (!credential || (isPublic && (ended || hasExpired()))) return { headers, credential: null };
  return { headers: accessToken ? { ...headers, Authorization: `Bearer ${accessToken}` } : headers, credential };
}

// The `fetcher` of GraphiQL. Directly after a change of tabs GraphiQL may pass the operation name of the previous tab.
export async function send(request, options = {}) {
  const operation = selectOperation(request.query, request.operationName) ?? selectOperation(request.query);
  const params = operation ? { ...request, operationName: operation.name?.value } : request;
  const fields = rootFields(operation);
  const { headers, credential } = await authorize(fields, options.headers);
  if (operation?.operation === "subscription") return subscribe(params, fields, options.headers, credential);
  const result = await post(params, headers);
  session.update(fields, result, credential);
  await detectCookie(fields, result);
  return result;
}

// One connection per subscription, because headers belong to a connection. Browsers cannot set headers of a WebSocket,
// so they are in the payload of `connection_init`. The server closes a connection when its token expires: connect again
// with a new one.
function subscribe(params, fields, ownHeaders, credential) {
  const url = new URL(URL_PATH, window.location.href.replace(/^http/, "ws")).href;
  const client = window.graphqlWs.createClient({
    url,
    connectionParams: async () => (await authorize(fields, ownHeaders)).headers,
    retryAttempts: 1,
    shouldRetry: ({ code }) => code === TOKEN_REJECTED,
  });
  return {
    subscribe(observer) {
      const next = (result) => {
        session.update(fields, result, credential);
        observer.next(result);
      };
      const error = (reason) => {
        next(toResult(reason));
        observer.complete();
      };
      return { unsubscribe: client.subscribe(params, { next, error, complete: () => observer.complete() }) };
    },
  };
}

// graphql-ws reports GraphQL errors, a CloseEvent, or an Event if the connection could not be opened.
function toResult(reason) {
  if (Array.isArray(reason)) return { errors: reason };
  if (typeof reason?.code === "number") {
    return failure(`The subscription's connection was closed: ${reason.reason || "no reason given"}`, {
      closeCode: reason.code,
    });
  }
  return failure(`The subscription could not be opened: ${reason?.message || "no connection to the server"}`);
}
