// Reads everything that the element shows: page by page, and again with increasing delays after a failure.
import { NetworkError, RequestError, SignedOutError } from "./client.js";
import { MORE_SESSIONS, SESSIONS_OVERVIEW } from "./operations.js";

const PAGE_SIZE = 50; // sessions
const SMALL_PAGE_SIZE = 20; // for servers with a lower limit
const EVENT_COUNT = 8;
const MAX_EVENT_COUNT = 20;
const MIN_RETRY_DELAY = 250; // milliseconds; doubled after each failure
const MAX_RETRY_DELAY = 10_000;
const STABLE_CONNECTION = 5_000; // milliseconds after which a connection resets the number of failures

export class SessionPoller {
  #pageSize = PAGE_SIZE;
  #sessionCount = PAGE_SIZE;
  #eventCount = EVENT_COUNT;
  #polling = null;
  #isStale = false; // `poll` was called while a request was in progress
  #cancelCount = 0;
  #failureCount = 0;
  #retryTimer = null;
  #stableTimer = null;

  /** `listener` has `loaded(me)`, `sessionEnded()`, and `failed(error)`, after which the poller retries. */
  constructor(client, listener) {
    this.client = client;
    this.listener = listener;
  }

  /** Read the sessions. A call during a request resolves after one more request, which starts when that one ends. */
  poll() {
    if (this.#polling) this.#isStale = true;
    this.#polling ??= this.#pollOnce().finally(() => {
      this.#polling = null;
      if (!this.#isStale) return;
      this.#isStale = false;
      return this.poll();
    });
    return this.#polling;
  }

  /** Read the sessions, and start again with the shortest delay if that fails. */
  pollAndResetDelay() {
    this.#failureCount = 0;
    return this.poll();
  }

  /** Read the sessions after a delay, which grows with each failure. */
  pollLater() {
    this.#clearTimers();
    const delay = Math.min(MAX_RETRY_DELAY, MIN_RETRY_DELAY * 2 ** this.#failureCount) * (0.75 + Math.random() / 2);
    this.#failureCount += 1;
    this.#retryTimer = setTimeout(() => this.poll(), delay);
  }

  /** Read what changed before the subscription to events started. */
  pollAfterSubscribing() {
    clearTimeout(this.#stableTimer);
    this.#stableTimer = setTimeout(() => (this.#failureCount = 0), STABLE_CONNECTION);
    return this.poll();
  }

  /** Ignore the response of a request in progress, and do not retry. */
  cancel() {
    this.#cancelCount += 1;
    this.#clearTimers();
  }

  /** Read one more page of sessions, or more events. */
  loadMore({ sessions = false, events = false }) {
    if (sessions) this.#sessionCount += PAGE_SIZE;
    if (events) this.#eventCount = MAX_EVENT_COUNT;
    this.poll();
  }

  /** True if `loadMore` can load more events than those of this connection. */
  canLoadMoreEvents({ pageInfo }) {
    return pageInfo.hasNextPage && this.#eventCount < MAX_EVENT_COUNT;
  }

  #clearTimers() {
    clearTimeout(this.#stableTimer);
    clearTimeout(this.#retryTimer);
  }

  async #pollOnce() {
    clearTimeout(this.#retryTimer);
    const cancelCount = this.#cancelCount;
    try {
      const me = await this.#readAll();
      if (cancelCount === this.#cancelCount) await this.listener.loaded(me);
    } catch (error) {
      if (cancelCount !== this.#cancelCount) return;
      if (error instanceof SignedOutError) return await this.listener.sessionEnded();
      if (!(error instanceof NetworkError || error instanceof RequestError)) throw error;
      this.listener.failed(error);
      this.pollLater();
    }
  }

  async #readAll() {
    const { me } = await this.#requestPage(SESSIONS_OVERVIEW, { events: this.#eventCount });
    if (!me) return null;
    const { nodes } = me.sessions;
    for (let info = me.sessions.pageInfo; info.hasNextPage && nodes.length < this.#sessionCount; ) {
      const next = await this.#requestPage(MORE_SESSIONS, { after: info.endCursor });
      if (!next.me) return null;
      nodes.push(...next.me.sessions.nodes);
      info = next.me.sessions.pageInfo;
    }
    return me;
  }

  async #requestPage(query, variables) {
    try {
      return await this.client.request(query, { ...variables, first: this.#pageSize });
    } catch (error) {
      if (error.code !== "LIST_TOO_LONG" || this.#pageSize === SMALL_PAGE_SIZE) throw error;
      this.#pageSize = SMALL_PAGE_SIZE;
      return await this.#requestPage(query, variables);
    }
  }
}
