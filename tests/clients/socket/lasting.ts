// When the server closes a socket, and how the client reconnects and subscribes again, in lazy mode or not.
import assert from "node:assert/strict";

import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import {
  MeDocument,
  MySessionsDocument,
  ReauthenticateDocument,
  RefreshDocument,
  RenameSessionDocument,
  WatchSecurityEventsDocument,
} from "../../../graphql_examples/typescript/generated/graphql.js";
import { keep } from "../../../graphql_examples/typescript/tokens.js";
import { type Browser, outdate, PASSWORD } from "../story/browser.js";
import { within } from "../story/eventRecorder.js";
import { idOf, logIn, register, renameUntilReceived, revoke, newEmail } from "../story/signedIn.js";
import type { Steps } from "../story/steps.js";
import { addressOf, request, closed, closeCode, subscribe, socketClient } from "./client.js";

export function requests(url: string): Steps {
  return {
    "queries and mutations are executed over the socket, too": async () => {
      const client = socketClient(await register(url, newEmail()), { lazy: false });
      const [session] = (await request(client, MySessionsDocument, {})).mySessions;
      assert.equal(session?.isCurrent, true);
      const variables = { input: { sessionId: session.id, name: "Desk" } };
      assert.deepEqual((await request(client, RenameSessionDocument, variables)).renameSession.errors, []);
      assert.equal((await request(client, MySessionsDocument, {})).mySessions[0]?.name, "Desk");
      await client.dispose();
    },
    "an invalid operation does not affect others": async () => {
      const client = socketClient(await register(url, newEmail()), { lazy: false });
      const wrong = request(client, RenameSessionDocument, {} as never);
      const code = ([error]: { extensions?: { code?: string } }[]) => error?.extensions?.code;
      await assert.rejects(wrong, (errors) => code(errors as []) === "BAD_USER_INPUT");
      assert.ok((await request(client, MeDocument, {})).me);
      await client.dispose();
    },
    "security events of the account are received at once": async () => {
      const laptop = await register(url, newEmail());
      const client = socketClient(laptop);
      const events = subscribe(client, WatchSecurityEventsDocument, { kinds: ["SESSION_RENAMED"] });
      await renameUntilReceived(laptop, events);
      const [first] = events.events;
      assert.deepEqual([first?.securityEvent.kind, first?.securityEvent.session?.state], ["SESSION_RENAMED", "ACTIVE"]);
      await client.dispose();
    },
  };
}

export function endings(url: string): Steps {
  const signedOutBy = async (email: string, phone: Browser) => revoke(await logIn(url, email), await idOf(phone));
  return {
    "not lazy: it connects at once, and receives the close code of a sign-out": async () => {
      const email = newEmail();
      const phone = await register(url, email);
      const reported = new Promise((resolve) => socketClient(phone, { lazy: false, onNonLazyError: resolve }));
      await signedOutBy(email, phone);
      assert.deepEqual(closeCode(await reported), 4401);
    },
    "lazy with a close timeout: its last subscription completes, then the server closes the socket": async () => {
      const email = newEmail();
      const phone = await register(url, email);
      const client = socketClient(phone, { lazyCloseTimeout: 60_000 });
      const events = subscribe(client, WatchSecurityEventsDocument, { kinds: null });
      await renameUntilReceived(phone, events);
      const closing = closed(client);
      await signedOutBy(email, phone);
      assert.equal(await events.ended(), "complete");
      const { code, reason } = await closing;
      assert.deepEqual([code, reason], [4401, "This session was signed out."]);
    },
  };
}

export function reconnects(url: string): Steps {
  return {
    "reconnects by itself with the new token": async () => {
      const laptop = await register(url, newEmail());
      const client = socketClient(laptop);
      const events = subscribe(client, WatchSecurityEventsDocument, { kinds: ["SESSION_RENAMED"] });
      await renameUntilReceived(laptop, events);
      const closing = closed(client);
      const input = { password: PASSWORD };
      keep(laptop.tokens, (await graphqlClient(url, laptop.fetch)(ReauthenticateDocument, { input })).reauthenticate.tokens);
      assert.equal((await closing).code, 4403);
      await renameUntilReceived(laptop, events);
      assert.equal(events.end, undefined);
      await client.dispose();
    },
    "continues with a newer token that it sends in a ping": async () => {
      const laptop = await register(url, newEmail());
      let socket: WebSocket | undefined;
      const client = socketClient(laptop, { lazy: false, on: { opened: (opened) => (socket = opened as WebSocket) } });
      assert.ok((await request(client, MeDocument, {})).me);
      const pong = new Promise<unknown>((resolve) => client.on("pong", (_received, payload) => resolve(payload)));
      const { refresh } = await graphqlClient(url, laptop.fetch)(RefreshDocument, {
        input: { refreshToken: laptop.tokens.read()?.refreshToken },
      });
      keep(laptop.tokens, refresh.tokens);
      const authorization = `Bearer ${laptop.tokens.read()?.accessToken}`;
      socket?.send(JSON.stringify({ type: "ping", payload: { authorization } }));
      assert.equal(await within(pong, "a pong"), undefined, "without the token");
      assert.ok((await request(client, MeDocument, {})).me);
      await client.dispose();
    },
    "is rejected with a token that is no longer valid": async () => {
      const laptop = await register(url, newEmail());
      await outdate(laptop);
      const rejected = request(socketClient(laptop, { retryAttempts: 0 }), MeDocument, {});
      await assert.rejects(rejected, (end) => closeCode(end) === 4403);
    },
    "refreshes and connects when it sends a request before each connection": async () => {
      const laptop = await register(url, newEmail());
      await outdate(laptop);
      const refreshing = async () => {
        await graphqlClient(url, laptop.fetch)(MeDocument).catch(() => null);
        return addressOf(url);
      };
      const client = socketClient(laptop, { url: refreshing, retryAttempts: 0 });
      assert.ok((await request(client, MeDocument, {})).me);
    },
  };
}
