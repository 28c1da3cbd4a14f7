// One device subscribes to sign-outs while another signs it out: the scenario for all clients with subscriptions.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";

import type { WatchSignOutsSubscription } from "../../../graphql_examples/typescript/generated/graphql.js";
import { type Browser, browser, FIREFOX, IPHONE } from "./browser.js";
import { EventRecorder } from "./eventRecorder.js";
import { idOf, logIn, register, revoke, newEmail } from "./signedIn.js";
import type { Steps } from "./steps.js";

export type SignOuts = EventRecorder<WatchSignOutsSubscription>;

export interface SignOutSubscriber {
  /** Subscribe to sign-outs. Returns a function that stops it. */
  watch(into: SignOuts): () => void;
  /** The code of the error of a rejected subscription. */
  codeOf(end: unknown): unknown;
}

export function watching(url: string, create: (browser: Browser) => SignOutSubscriber, rejection: unknown): Steps {
  const [email, onLaptop, onPhone]: [string, SignOuts, SignOuts] = [newEmail(), new EventRecorder(), new EventRecorder()];
  let [laptop, phone] = [browser(url, FIREFOX), browser(url, IPHONE)];
  let stop: (() => void)[] = [];
  return {
    "two devices subscribe, and receive the sign-out of a third": async () => {
      laptop = await register(url, email);
      phone = await logIn(url, email);
      stop = [create(laptop).watch(onLaptop), create(phone).watch(onPhone)];
      await begun([onLaptop, onPhone], laptop, email);
    },
    "a device receives its own sign-out as the last event": async () => {
      const id = await idOf(phone);
      await revoke(laptop, id);
      assert.equal(await onPhone.ended(), "complete");
      const last = onPhone.events.at(-1)?.sessionRevoked;
      assert.deepEqual([last?.isCurrent, last?.session.id, last?.session.state], [true, id, "REVOKED"]);
      const seen = await onLaptop.first(({ sessionRevoked }) => sessionRevoked.session.id === id);
      assert.equal(seen.sessionRevoked.isCurrent, false);
    },
    "it may not subscribe again": async () => {
      const again: SignOuts = new EventRecorder();
      const subscriber = create(phone);
      subscriber.watch(again);
      assert.equal(subscriber.codeOf(await again.ended()), rejection);
      assert.deepEqual(again.events, []);
    },
    "the other subscription continues until the client stops it": async () => {
      assert.equal(onLaptop.end, undefined);
      for (const each of stop) each();
    },
  };
}

/** Resolves when all subscriptions receive events, which takes a moment after the start. */
export async function begun(recorder: SignOuts[], laptop: Browser, email: string): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const third = await logIn(laptop.url, email);
    await revoke(laptop, await idOf(third));
    await pause(50);
    if (recorder.every(({ events }) => events.length > 0)) return;
  }
  throw new Error("the subscriptions received no event");
}
