// Two tabs of one browser share their tokens and refresh them at the same time.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import { MySessionsDocument, RegisterDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { type Signing, signedFetch } from "../../../graphql_examples/typescript/signedFetch.js";
import { inMemory, keep, type TokenStore } from "../../../graphql_examples/typescript/tokens.js";
import { browser, FIREFOX, outdate, PASSWORD } from "./browser.js";
import type { Steps } from "./steps.js";

export function tabs(url: string): Steps {
  return {
    "two tabs with locks refresh once": async () => {
      const bothRequestedTheLock = new Barrier(2);
      const { refreshes, tokens } = await race(url, exclusiveLocks(bothRequestedTheLock), () => bothRequestedTheLock.whole);
      assert.equal(refreshes, 1);
      assert.ok(tokens.read());
    },
    "two tabs that refresh at the same time both continue": async () => {
      const bothRefresh = new Barrier(2);
      const { refreshes, tokens } = await race(url, undefined, () => bothRefresh.join());
      assert.equal(refreshes, 2);
      assert.ok(await graphqlClient(url, browser(url, FIREFOX, tokens).fetch)(MySessionsDocument));
    },
  };
}

type Locks = Signing["locks"];

/** Two tabs of a new user send six requests in total, with an invalid token. */
async function race(
  url: string,
  locks: Locks,
  beforeRefresh: () => Promise<void>,
): Promise<{ refreshes: number; tokens: TokenStore }> {
  const tokens = await signUp(url);
  let refreshes = 0;
  const counting: typeof fetch = async (input, init) => {
    if (String(init?.body).includes("mutation Refresh")) {
      refreshes++;
      await beforeRefresh();
    }
    return fetch(input, init);
  };
  const requests = [1, 2].map(() => graphqlClient(url, signedFetch({ url, tokens, fetch: counting, locks })));
  const answers = await Promise.all([...requests, ...requests, ...requests].map((request) => request(MySessionsDocument)));
  assert.deepEqual(answers.map(({ mySessions }) => mySessions.length), [1, 1, 1, 1, 1, 1]);
  return { refreshes, tokens };
}

/** The tokens of a new user; the access token is not valid. */
export async function signUp(url: string): Promise<TokenStore> {
  const tokens = inMemory();
  const input = { email: `${randomUUID()}@example.com`, password: PASSWORD };
  keep(tokens, (await graphqlClient(url)(RegisterDocument, { input })).register.tokens);
  await outdate(browser(url, FIREFOX, tokens));
  return tokens;
}

/** Locks like `navigator.locks`, inside of one process. */
function exclusiveLocks(barrier: Barrier): Pick<LockManager, "request"> {
  let last: Promise<unknown> = Promise.resolve();
  const request = (_: string, callback: () => Promise<unknown>) => {
    void barrier.join();
    return (last = last.then(callback, callback));
  };
  return { request: request as unknown as LockManager["request"] };
}

/** A barrier: each caller waits until this number of callers has arrived. */
class Barrier {
  readonly whole: Promise<void>;
  #complete = () => {};

  constructor(private missing: number) {
    this.whole = new Promise((resolve) => (this.#complete = resolve));
  }

  join(): Promise<void> {
    if (--this.missing === 0) this.#complete();
    return this.whole;
  }
}
