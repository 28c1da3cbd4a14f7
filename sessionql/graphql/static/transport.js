// How operations travel: queries and mutations by POST, subscriptions by WebSocket (graphql-transport-ws).
// Whatever goes wrong on the way becomes a result that can be read in the response pane.
import { rootFields, selectOperation } from "./examples.js";
import * as session from "./session.js";

const URL_PATH = window.location.pathname;
const REFRESH = `mutation Refresh($refreshToken: String) {
  refresh(input: { refreshToken: $refreshToken }) {
    tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt }
    errors { ... on UserError { code message } }
  }
}`;

const WHO = "{ me { email currentSession { id device } } }";

// These fields need no token, and a dead one must not keep anybody from signing in again.
const OPEN_FIELDS = new Set(["register", "login", "refresh", "__schema", "__type", "__typename"]);
const EXPIRY_MARGIN_SECONDS = 5;

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
    // Falls through: a proxy's error page, most likely.
  }
  return failure("The server's answer is not a GraphQL response.", {
    status: response.status,
    contentType: response.headers.get("Content-Type"),
    body: text.slice(0, 2000),
  });
}

let refreshing = null;

// Requests that find the token expired at the same time share one exchange: a refresh token works once.
export function refresh() {
  refreshing ??= exchange().finally(() => (refreshing = null));
  return refreshing;
}

// Resolves to a sentence about what went wrong, or to null.
async function exchange() {
  const { proof, refreshToken } = session.current();
  const result = await post({ query: REFRESH, variables: { refreshToken } }, {});
  if (session.current().proof !== proof) return null; // signed in or out meanwhile
  const error = result.data?.refresh?.errors?.[0] ?? result.errors?.[0];
  if (!error) session.learn([{ key: "refresh", name: "refresh" }], result, null);
  else if (proof && error.code === "REFRESH_TOKEN_INVALID") session.end();
  return error ? String(error.message) : null;
}

// Ends the session on the server, then forgets it here. Resolves to what went wrong, or to null.
export async function signOut() {
  const result = await send({ query: "mutation SignOut { logout { session { id } } }" });
  if (result.errors && !session.isUnauthenticated(result)) return String(result.errors[0]?.message);
  session.forget();
  return null;
}

// A tab that knows of no session may be in a browser that keeps one. Scripts see no cookies, so the server is asked.
export async function recognize() {
  if (session.current().proof) return;
  const result = await post({ query: WHO }, {});
  const renewed = session.isUnauthenticated(result) && !(await refresh());
  session.confirm((renewed ? await post({ query: WHO }, {}) : result).data?.me);
}

// After a log-in whose token is not in the payload: whether the browser has kept it in a cookie.
async function lookForCookie(fields, result) {
  const payloads = fields.filter(({ name }) => session.signsIn(name)).map(({ key }) => result.data?.[key]);
  const login = payloads.find((payload) => payload?.tokens || payload?.session || payload?.user);
  if (!login || login.tokens?.accessToken) return;
  session.confirm((await post({ query: WHO }, {})).data?.me, login.session?.id);
}

// The headers of a request, and the proof of this page that it carries. A tab that sets Authorization in its own
// headers editor speaks for itself. Cookies go by themselves.
async function authorize(fields, headers = {}) {
  const own = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  if (own || !session.current().proof) return { headers, proof: null };
  const isOpen = fields.length > 0 && fields.every(({ name }) => OPEN_FIELDS.has(name));
  if (!isOpen && hasExpired() && session.canRefresh() && !session.current().ended) await refresh();
  const { accessToken, proof, ended } = session.current();
  if (!proof || (isOpen && (ended || hasExpired()))) return { headers, proof: null };
  return { headers: accessToken ? { ...headers, Authorization: `Bearer ${accessToken}` } : headers, proof };
}

// GraphiQL's `fetcher`. Right after a change of tabs GraphiQL may still give the name of the other tab's operation.
export async function send(asked, options = {}) {
  const operation = selectOperation(asked.query, asked.operationName) ?? selectOperation(asked.query);
  const params = operation ? { ...asked, operationName: operation.name?.value } : asked;
  const fields = rootFields(operation);
  const { headers, proof } = await authorize(fields, options.headers);
  if (operation?.operation === "subscription") return subscribe(params, fields, headers, proof);
  const result = await post(params, headers);
  session.learn(fields, result, proof);
  await lookForCookie(fields, result);
  return result;
}

// A connection for each subscription, because the headers are the connection's. Browsers cannot set headers on
// a WebSocket, so they go in the payload of `connection_init`.
function subscribe(params, fields, headers, proof) {
  const url = new URL(URL_PATH, window.location.href.replace(/^http/, "ws")).href;
  const client = window.graphqlWs.createClient({ url, connectionParams: headers, retryAttempts: 0 });
  return {
    subscribe(observer) {
      const next = (result) => {
        session.learn(fields, result, proof);
        observer.next(result);
      };
      const error = (problem) => {
        next(describe(problem));
        observer.complete();
      };
      return { unsubscribe: client.subscribe(params, { next, error, complete: () => observer.complete() }) };
    },
  };
}

// graphql-ws reports GraphQL errors, a CloseEvent, or an Event of a connection that never opened.
function describe(problem) {
  if (Array.isArray(problem)) return { errors: problem };
  if (typeof problem?.code === "number") {
    return failure(`The subscription's connection was closed: ${problem.reason || "no reason given"}`, {
      closeCode: problem.code,
    });
  }
  return failure(`The subscription could not be opened: ${problem?.message || "no connection to the server"}`);
}
