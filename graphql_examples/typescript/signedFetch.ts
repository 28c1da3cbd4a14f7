// A `fetch` with authentication: it sends the access token or the cookies, and refreshes them when they expire.
// For Apollo, urql, Relay and any other client with a `fetch` option.
import { print } from "graphql";

import { RefreshDocument, type RefreshMutation } from "./generated/graphql.js";
import { inBrowser, pendingKey, type RetryKeyStore } from "./retryKeys.js";
import { areOfOneSession, besideTokens, keep, type TokenStore } from "./tokens.js";

export interface Signing {
  /** The URL of the GraphQL endpoint. */
  url: string;
  /** The store of the tokens. Omit it to use cookies. */
  tokens?: TokenStore;
  /** The `fetch` that sends the requests. */
  fetch?: typeof fetch;
  /** Locks between tabs. Browsers have them. Without locks two tabs may refresh at once, which the server accepts. */
  locks?: Pick<LockManager, "request"> | undefined;
}

interface RefreshResponse {
  data?: RefreshMutation | null;
  errors?: { __typename?: never; message: string }[];
}

export function signedFetch({ url, tokens, fetch: send = fetch, locks = browserLocks() }: Signing): typeof fetch {
  let refreshing: Promise<boolean> | null = null;
  const retryKeys: RetryKeyStore = tokens ? besideTokens(tokens) : inBrowser(`sessionql retry key ${url}`);

  /** Refresh once for all requests of this page, and in one tab at a time. True if the request is to be sent again. */
  function refreshWithLock(rejected: string | undefined): Promise<boolean> {
    const run = () => refresh(rejected);
    refreshing ??= (locks ? locks.request(`refresh ${url}`, run) : run()).finally(() => (refreshing = null));
    return refreshing;
  }

  async function refresh(rejected: string | undefined): Promise<boolean> {
    const stored = tokens?.read();
    if (tokens && !stored) return false;
    // Another tab has refreshed: tabs share their tokens.
    if (stored && stored.accessToken !== rejected) return true;
    const variables = { input: { refreshToken: stored?.refreshToken ?? null, retryKey: pendingKey(retryKeys) } };
    const response = await send(url, {
      method: "POST",
      credentials: tokens ? "omit" : "include",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: print(RefreshDocument), variables }),
    });
    const { data, errors } = (await response.json()) as RefreshResponse;
    const error = data?.refresh.errors[0] ?? errors?.[0];
    const ended = error?.__typename === "RefreshTokenInvalidError";
    // Service unavailable or rate limited: handle it like a network error. The session has not ended.
    if (error && !ended) throw new Error(`Could not refresh: ${error.message}`);
    // The response has arrived. With tokens, `keep` drops the key together with the token that it belongs to.
    if (!tokens) retryKeys.write(null);
    // Do not overwrite the tokens of a log-in or log-out in another tab.
    if (tokens && tokens.read()?.refreshToken === stored?.refreshToken) {
      if (ended) tokens.write(null);
      else keep(tokens, data?.refresh.tokens);
    }
    return !ended;
  }

  return async (input, init) => {
    const accessToken = tokens?.read()?.accessToken;
    const sendWith = (token: string | undefined) =>
      send(input instanceof Request ? input.clone() : input, authenticated(input, init, token, !tokens));
    const [first, isRejected] = await inspect(await sendWith(accessToken));
    if (!isRejected || !(await refreshWithLock(accessToken))) return first;
    const refreshed = tokens?.read()?.accessToken;
    // Another account may have logged in meanwhile: do not send the request as that user.
    return !tokens || areOfOneSession(accessToken, refreshed) ? sendWith(refreshed) : first;
  };
}

function authenticated(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  accessToken: string | undefined,
  withCookies: boolean,
): RequestInit {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
  if (accessToken) headers.set("Authorization", `Bearer ${accessToken}`);
  // The server authenticates a GET request by cookies only with this header, which no link can send.
  if (withCookies) headers.set("GraphQL-Require-Preflight", "1");
  return { ...init, headers, credentials: withCookies ? "include" : "omit" };
}

/** The response, and whether its error is `UNAUTHENTICATED`. */
async function inspect(response: Response): Promise<[Response, boolean]> {
  const type = response.headers.get("Content-Type") ?? "";
  if (type.includes("json")) return [response, isUnauthenticated(await response.clone().text())];
  if (!type.includes("text/event-stream") || !response.body) return [response, false];
  // Not `clone`: in Node 20 aborting a cloned response ends the process.
  const [copy, body] = response.body.tee();
  return [new Response(body, response), isUnauthenticated(await firstEvent(copy))];
}

function isUnauthenticated(json: string): boolean {
  const { errors } = JSON.parse(json) as { errors?: { extensions?: { code?: string } }[] };
  return errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}

/** The data of the first event of a stream. The server starts every stream at once, with an error or a comment. */
async function firstEvent(stream: ReadableStream<Uint8Array>): Promise<string> {
  const [reader, decoder] = [stream.getReader(), new TextDecoder()];
  let text = "";
  while (!text.includes("\n\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  // Resolves when the other branch of the `tee` was read; rejects if that was aborted.
  reader.cancel().catch(() => null);
  const [event = ""] = text.split("\n\n");
  return /^data: ?(.+)$/m.exec(event)?.[1] ?? "{}";
}

function browserLocks(): Pick<LockManager, "request"> | undefined {
  return (globalThis.navigator as Navigator | undefined)?.locks;
}
