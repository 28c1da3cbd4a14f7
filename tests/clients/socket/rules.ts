// Violations of the protocol. Each has a close code, from which the client decides whether to reconnect.
import assert from "node:assert/strict";
import type { ClientOptions } from "graphql-ws";

import { MeDocument, WatchSignOutsDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import type { Browser } from "../story/browser.js";
import { within } from "../story/eventRecorder.js";
import { register, newEmail } from "../story/signedIn.js";
import type { Steps } from "../story/steps.js";
import { request, closeCode, subscribe, socketClient } from "./client.js";

/** A page with an outdated client. */
class Legacy extends WebSocket {
  constructor(url: string | URL) {
    super(url, "graphql-ws");
  }
}

/** Sends a message when the socket is open, before `connection_init`. */
const sendingFirst = (message: unknown): Partial<ClientOptions> => ({
  on: { opened: (socket) => (socket as WebSocket).send(JSON.stringify(message)) },
});

export function rules(url: string): Steps {
  /** The error of a rejected query. */
  const end = async (options: Partial<ClientOptions>, device?: Browser) => {
    const client = socketClient(device ?? (await register(url, newEmail())), { retryAttempts: 0, ...options });
    return closeCode(await request(client, MeDocument, {}).catch((error: unknown) => error));
  };
  return {
    "connection_init without a token: 4403": async () => assert.equal(await end({ connectionParams: {} }), 4403),
    "no connection_init: 4408": async () => {
      assert.equal(await end({ connectionParams: () => new Promise(() => {}) }), 4408);
    },
    "two connection_init messages: 4429": async () => {
      const device = await register(url, newEmail());
      const payload = { authorization: `Bearer ${device.tokens.read()?.accessToken}` };
      assert.equal(await end(sendingFirst({ type: "connection_init", payload }), device), 4429);
    },
    "an operation before connection_init: 4401": async () => {
      const payload = { query: "{ me { id } }" };
      assert.equal(await end(sendingFirst({ type: "subscribe", id: "early", payload })), 4401);
    },
    "two operations with one id: 4409": async () => {
      const client = socketClient(await register(url, newEmail()), { generateID: () => "same" });
      const both = [1, 2].map(() => subscribe(client, WatchSignOutsDocument, {}).ended());
      assert.deepEqual((await Promise.all(both)).map(closeCode), [4409, 4409]);
    },
    "the older subprotocol graphql-ws: 4406": async () => assert.equal(await end({ webSocketImpl: Legacy }), 4406),
    "a ping is answered by a pong": async () => {
      const client = socketClient(await register(url, newEmail()), { lazy: false, keepAlive: 20 });
      const pong = new Promise<void>((resolve) => client.on("pong", (received) => received && resolve()));
      await within(pong, "a pong");
      await client.dispose();
    },
  };
}
