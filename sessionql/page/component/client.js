// The GraphQL client. It authenticates with cookies, which it refreshes when they expire, or with an access token that
// the page supplies.
import { REFRESH } from "./operations.js";
import { forgetRetryKey, pendingRetryKey } from "./retry_key.js";

const REQUEST_TIMEOUT = 15_000; // milliseconds

/** There is no usable response: the network or the server failed. The same request may succeed later. */
export class NetworkError extends Error {}

/** The session has ended, or there is none. The user has to log in. */
export class SignedOutError extends Error {}

/** The server returned a GraphQL error. `code` and `message` are those of the error. */
export class RequestError extends Error {
  constructor({ message, extensions }) {
    super(message);
    Object.assign(this, extensions);
  }
}

export class GraphQLClient {
  #refreshing = null;

  /** `getAccessToken({ rejected })` returns the access token; null means cookies. */
  constructor(url, getAccessToken) {
    this.url = url;
    this.getAccessToken = getAccessToken;
  }

  /** Run an operation and return its data. Throws NetworkError, SignedOutError or RequestError. */
  async request(query, variables = {}) {
    const token = await this.accessToken();
    const response = await this.#post(query, variables, token);
    if (!isUnauthenticated(response)) return dataOf(response);
    const retried = await this.#post(query, variables, await this.refresh(token));
    if (!isUnauthenticated(retried)) return dataOf(retried);
    // The server has just refreshed these cookies, so the session exists: the computer slept for longer than they last.
    throw this.getAccessToken ? new SignedOutError() : new NetworkError("The refreshed cookies were rejected.");
  }

  /** Return the access token to send, or null with cookies. `rejected` is the token that the server did not accept. */
  async accessToken(rejected = null) {
    if (!this.getAccessToken) return null;
    try {
      return await this.getAccessToken({ rejected });
    } catch (error) {
      throw new NetworkError(error.message);
    }
  }

  /** Replace the rejected access token, or the cookies. Throws SignedOutError if there is no replacement. */
  async refresh(rejected) {
    if (!this.getAccessToken) {
      // One refresh for all requests of this page, and one page at a time.
      this.#refreshing ??= withLock(`sessionql refresh ${this.url}`, () => this.#refreshCookies()).finally(
        () => (this.#refreshing = null),
      );
      return await this.#refreshing;
    }
    const token = await this.accessToken(rejected);
    if (!token || token === rejected) throw new SignedOutError();
    return token;
  }

  async #refreshCookies() {
    const { refresh } = dataOf(await this.#post(REFRESH, { retryKey: pendingRetryKey(this.url) }, null));
    const [error] = refresh.errors;
    // A rejection for the rate limit says nothing about an earlier try.
    if (error?.code === "RATE_LIMITED") throw new NetworkError(error.message);
    forgetRetryKey(this.url);
    if (error) throw new SignedOutError();
    return null;
  }

  async #post(query, variables, token) {
    const headers = { "Content-Type": "application/json", "GraphQL-Require-Preflight": "1" };
    if (token) headers.Authorization = `Bearer ${token}`;
    try {
      const response = await fetch(this.url, {
        method: "POST",
        credentials: this.getAccessToken ? "omit" : "include",
        headers,
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      });
      return await response.json();
    } catch (error) {
      // No connection, a timeout, a response that CORS hides, or a body that is not JSON: the error page of a proxy.
      throw new NetworkError(error.message);
    }
  }
}

function isUnauthenticated({ errors }) {
  return errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}

function dataOf({ data, errors }) {
  const [error] = errors ?? [];
  if (error?.extensions?.code === "SERVICE_UNAVAILABLE") throw new NetworkError(error.message);
  if (error || !data) throw new RequestError(error ?? { message: "The response is not a GraphQL response." });
  return data;
}

function withLock(name, callback) {
  // Locks exist on pages loaded over https only. Without them two pages may refresh at once, which the server accepts.
  return navigator.locks ? navigator.locks.request(name, callback) : callback();
}
