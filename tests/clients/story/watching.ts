// One device subscribes to sign-outs while another signs it out: the scenario for all clients with subscriptions.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

import type { WatchSignOutsSubscription } from "../../../graphql_examples/typescript/generated/graphql.js";
import { type Browser, browser, FIREFOX, IPHONE } from "./browser.js";
import { Hearing } from "./hearing.js";
import { idOf, logIn, register, revoke, newEmail } from "./signedIn.js";
import type { Chapters } from "./tell.js";

export type SignOuts = Hearing<WatchSignOutsSubscription>;

export interface Watcher {
  /** Subscribe to sign-outs. Returns a function that stops it. */
  watch(into: SignOuts): () => void;
  /** The code of the error of a rejected subscription. */
  codeOf(end: unknown): unknown;
}

export function watching(url: string, make: (browser: Browser) => Watcher, refusal: unknown): Chapters {
  const [email, onLaptop, onPhone]: [string, SignOuts, SignOuts] = [newEmail(), new Hearing(), new Hearing()];
  let [laptop, phone] = [browser(url, FIREFOX), browser(url, IPHONE)];
  let stop: (() => void)[] = [];
  return {
    "two devices watch, and hear that a third is signed out": async () => {
      laptop = await register(url, email);
      phone = await logIn(url, email);
      stop = [make(laptop).watch(onLaptop), make(phone).watch(onPhone)];
      await begun([onLaptop, onPhone], laptop, email);
    },
    "a device hears of its own end, which is the last that it hears": async () => {
      const id = await idOf(phone);
      await revoke(laptop, id);
      assert.equal(await onPhone.over(), "complete");
      const last = onPhone.events.at(-1)?.sessionRevoked;
      assert.deepEqual([last?.isCurrent, last?.session.id, last?.session.state], [true, id, "REVOKED"]);
      const seen = await onLaptop.first(({ sessionRevoked }) => sessionRevoked.session.id === id);
      assert.equal(seen.sessionRevoked.isCurrent, false);
    },
    "and may not watch again": async () => {
      const again: SignOuts = new Hearing();
      const watcher = make(phone);
      watcher.watch(again);
      assert.equal(watcher.codeOf(await again.over()), refusal);
      assert.deepEqual(again.events, []);
    },
    "while the other goes on, until it has enough": async () => {
      assert.equal(onLaptop.end, undefined);
      for (const each of stop) each();
    },
  };
}

/** Resolves when all subscriptions receive events, which takes a moment after the start. */
export async function begun(hearing: SignOuts[], laptop: Browser, email: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const third = await logIn(laptop.url, email);
    await revoke(laptop, await idOf(third));
    await pause(50);
    if (hearing.every(({ events }) => events.length > 0)) return;
  }
  throw new Error("they hear nothing");
}
