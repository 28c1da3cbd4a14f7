// graphql-sse 2 with one connection per operation ("distinct connections mode") and the `fetch` of the example.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { type Client, createClient, NetworkError } from "graphql-sse";
import assert from "node:assert/strict";

import { asker } from "../../graphql_examples/typescript/ask.js";
import {
  MeDocument,
  ReauthenticateDocument,
  RenameSessionDocument,
  WatchSecurityEventsDocument,
  WatchSignOutsDocument,
  type WatchSignOutsSubscription,
} from "../../graphql_examples/typescript/generated/graphql.js";
import { keep } from "../../graphql_examples/typescript/tokens.js";
import { type Browser, PASSWORD } from "./story/browser.js";
import { Hearing, within } from "./story/hearing.js";
import { register, renameUntilReceived, newEmail } from "./story/signedIn.js";
import { argument, type Chapters, tell } from "./story/tell.js";
import { type Watcher, watching } from "./story/watching.js";

/** Reconnects without the delay of the default options. */
const clientOf = ({ url, fetch }: Browser, onRetry = () => {}) =>
  createClient({ url, fetchFn: fetch, retry: () => Promise.resolve(onRetry()) });

/** The code of the error that was the only result. */
const codeOf = (end: unknown) => (end as [{ extensions?: { code?: string } }])[0].extensions?.code;

function hear<Data, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Hearing<Data> {
  const hearing = new Hearing<Data>();
  client.subscribe<Data>({ query: print(document), variables }, hearing);
  return hearing;
}

function overStream(browser: Browser): Watcher {
  const client = clientOf(browser);
  return {
    watch: (into) => client.subscribe<WatchSignOutsSubscription>({ query: print(WatchSignOutsDocument) }, into),
    codeOf,
  };
}

function asking(url: string): Chapters {
  return {
    "an ordinary query is a stream of one answer": async () => {
      const me = hear(clientOf(await register(url, newEmail())), MeDocument, {});
      assert.equal(await me.over(), "complete");
      assert.deepEqual(me.events.map((each) => each.me?.currentSession?.device), ["Firefox on Ubuntu"]);
    },
    "what is wrong is told as an answer, too": async () => {
      const client = clientOf(await register(url, newEmail()));
      assert.equal(codeOf(await hear(client, RenameSessionDocument, {} as never).over()), "BAD_USER_INPUT");
    },
    "comes back by itself when its stream is cut, with the token that replaced its own": async () => {
      const laptop = await register(url, newEmail());
      let cut = () => {};
      const wasCut = new Promise<void>((resolve) => (cut = resolve));
      const client = clientOf(laptop, () => cut());
      const events = hear(client, WatchSecurityEventsDocument, { kinds: ["SESSION_RENAMED"] });
      await renameUntilReceived(laptop, events);
      const input = { password: PASSWORD };
      keep(laptop.tokens, (await asker(url, laptop.fetch)(ReauthenticateDocument, { input })).reauthenticate.tokens);
      await within(wasCut, "the cut");
      await renameUntilReceived(laptop, events);
      assert.equal(events.end, undefined);
    },
    "one stream too many is refused with a status": async () => {
      const laptop = await register(url, newEmail());
      const client = createClient({ url, fetchFn: laptop.fetch, retryAttempts: 0 });
      const all = Array.from({ length: 11 }, () => hear(client, WatchSignOutsDocument, {}));
      const end = await Promise.race(all.map((each) => each.over()));
      assert.ok(end instanceof NetworkError);
      assert.equal((end as NetworkError<Response>).response?.status, 429);
      client.dispose();
    },
  };
}

const url = argument();
await tell({ ...watching(url, overStream, "UNAUTHENTICATED"), ...asking(url) });
