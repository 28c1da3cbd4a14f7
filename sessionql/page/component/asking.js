// Asking the server: with cookies, refreshed when they have run out, or with the access token of whoever keeps one.
import { REFRESH } from "./documents.js";

const ANSWER_WITHIN = 15_000; // milliseconds for one answer

/** Nobody answered, or nobody who could help now: the same may work later. */
export class Unreachable extends Error {}

/** The session is over, or there is none: log in. */
export class SignedOut extends Error {}

/** The server will not do it. `code` and `message` are its own. */
export class Refused extends Error {
  constructor({ message, extensions }) {
    super(message);
    Object.assign(this, extensions);
  }
}

export class Asker {
  #renewing = null;

  /** `getToken` gives the access token, and is told of one that was refused; null for cookies. */
  constructor(url, getToken) {
    this.url = url;
    this.getToken = getToken;
  }

  /** The data of an operation. Raises Unreachable, SignedOut or Refused. */
  async ask(query, variables = {}) {
    const token = await this.token();
    const answer = await this.#send(query, variables, token);
    if (!isUnauthenticated(answer)) return dataOf(answer);
    const again = await this.#send(query, variables, await this.renew(token));
    if (!isUnauthenticated(again)) return dataOf(again);
    // Cookies that were refreshed just now belong to a session that is there: something slept for longer than they last.
    throw this.getToken ? new SignedOut() : new Unreachable("What was refreshed is not accepted.");
  }

  /** The access token to send; null where cookies do its work. */
  async token(refused = null) {
    if (!this.getToken) return null;
    try {
      return await this.getToken({ refused });
    } catch (error) {
      throw new Unreachable(error.message);
    }
  }

  /** A better access token than the refused one, or better cookies. Raises SignedOut where there are none. */
  async renew(refused) {
    if (!this.getToken) {
      // One refresh for all requests of this page, and one page after the other.
      this.#renewing ??= inTurn(`sessionql refresh ${this.url}`, () => this.#refresh()).finally(
        () => (this.#renewing = null),
      );
      return await this.#renewing;
    }
    const token = await this.token(refused);
    if (!token || token === refused) throw new SignedOut();
    return token;
  }

  async #refresh() {
    const { refresh } = dataOf(await this.#send(REFRESH, {}, null));
    const [error] = refresh.errors;
    if (error?.code === "RATE_LIMITED") throw new Unreachable(error.message);
    if (error) throw new SignedOut();
    return null;
  }

  async #send(query, variables, token) {
    const headers = { "Content-Type": "application/json", "GraphQL-Require-Preflight": "1" };
    if (token) headers.Authorization = `Bearer ${token}`;
    try {
      const response = await fetch(this.url, {
        method: "POST",
        credentials: this.getToken ? "omit" : "include",
        headers,
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
      return await response.json();
    } catch (error) {
      // No connection, no answer in time, a browser that was told not to share it (CORS), or no JSON: a proxy's page.
      throw new Unreachable(error.message);
    }
  }
}

function isUnauthenticated({ errors }) {
  return errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}

function dataOf({ data, errors }) {
  const [error] = errors ?? [];
  if (error?.extensions?.code === "SERVICE_UNAVAILABLE") throw new Unreachable(error.message);
  if (error || !data) throw new Refused(error ?? { message: "The answer is not GraphQL's." });
  return data;
}

function inTurn(name, act) {
  // Only pages that were loaded securely can take turns. The server forgives the others.
  return navigator.locks ? navigator.locks.request(name, act) : act();
}
