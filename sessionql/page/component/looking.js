// Looking at the server: all that is shown at once, page by page, and again when it did not work.
import { Refused, SignedOut, Unreachable } from "./asking.js";
import { LOOK, LOOK_FURTHER } from "./documents.js";

const PAGE = 50; // sessions asked for at once
const SMALL_PAGE = 20; // where the server's limit is lower
const EVENTS = 8;
const MORE_EVENTS = 20;
const FIRST_WAIT = 250; // milliseconds until it is tried again, and twice as many each time
const LONGEST_WAIT = 10_000;
const STEADY = 5_000; // a connection that lasted for so long is no failure

export class Lookout {
  #pageSize = PAGE;
  #wanted = PAGE;
  #eventCount = EVENTS;
  #looking = null;
  #again = false;
  #round = 0;
  #failures = 0;
  #retry = null;
  #steady = null;

  /** `told`: `seen(me)`, `ended()` when the session is over, `lost(error)` when nothing could be seen. */
  constructor(asker, told) {
    this.asker = asker;
    this.told = told;
  }

  /** Ask what there is. Whoever asks meanwhile waits for one more look, after this one. */
  look() {
    if (this.#looking) this.#again = true;
    this.#looking ??= this.#once().finally(() => {
      this.#looking = null;
      if (!this.#again) return;
      this.#again = false;
      return this.look();
    });
    return this.#looking;
  }

  /** Look now, and soon again if that fails. */
  lookAnew() {
    this.#failures = 0;
    return this.look();
  }

  /** Look again, later and later. */
  lookLater() {
    clearTimeout(this.#steady);
    clearTimeout(this.#retry);
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures) * (0.75 + Math.random() / 2);
    this.#failures += 1;
    this.#retry = setTimeout(() => this.look(), wait);
  }

  /** We are told what happens from here on: look at what happened before. */
  live() {
    clearTimeout(this.#steady);
    this.#steady = setTimeout(() => (this.#failures = 0), STEADY);
    return this.look();
  }

  /** Forget what was asked: an answer on its way would be one from before. */
  forget() {
    this.#round += 1;
    clearTimeout(this.#retry);
    clearTimeout(this.#steady);
  }

  /** Look at more sessions, or events. */
  more({ sessions = false, events = false }) {
    if (sessions) this.#wanted += PAGE;
    if (events) this.#eventCount = MORE_EVENTS;
    this.look();
  }

  /** Whether there are events that may still be asked for. */
  mayShowMore({ pageInfo }) {
    return pageInfo.hasNextPage && this.#eventCount < MORE_EVENTS;
  }

  async #once() {
    clearTimeout(this.#retry);
    const round = this.#round;
    try {
      const me = await this.#read();
      if (round === this.#round) await this.told.seen(me);
    } catch (error) {
      if (round !== this.#round) return;
      if (error instanceof SignedOut) return await this.told.ended();
      if (!(error instanceof Unreachable || error instanceof Refused)) throw error;
      this.told.lost(error);
      this.lookLater();
    }
  }

  async #read() {
    const { me } = await this.#ask(LOOK, { events: this.#eventCount });
    if (!me) return null;
    const { nodes } = me.sessions;
    for (let info = me.sessions.pageInfo; info.hasNextPage && nodes.length < this.#wanted;) {
      const further = await this.#ask(LOOK_FURTHER, { after: info.endCursor });
      if (!further.me) return null;
      nodes.push(...further.me.sessions.nodes);
      info = further.me.sessions.pageInfo;
    }
    return me;
  }

  async #ask(query, variables) {
    try {
      return await this.asker.ask(query, { ...variables, first: this.#pageSize });
    } catch (error) {
      if (error.code !== "LIST_TOO_LONG" || this.#pageSize === SMALL_PAGE) throw error;
      this.#pageSize = SMALL_PAGE;
      return await this.#ask(query, variables);
    }
  }
}
