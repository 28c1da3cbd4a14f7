// graphql-sse 2 with one connection per operation ("distinct connections mode") and the `fetch` of the example.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { type Client, createClient, NetworkError } from "graphql-sse";
import assert from "node:assert/strict";

import { graphqlClient } from "../../graphql_examples/typescript/client.js";
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
import { EventRecorder, within } from "./story/eventRecorder.js";
import { register, renameUntilReceived, newEmail } from "./story/signedIn.js";
import { argument, type Steps, runSteps } from "./story/steps.js";
import { type SignOutSubscriber, watching } from "./story/watching.js";

/** Reconnects without the delay of the default options. */
const clientOf = ({ url, fetch }: Browser, onRetry = () => {}) =>
  createClient({ url, fetchFn: fetch, retry: () => Promise.resolve(onRetry()) });

/** The code of the error that was the only result. */
const codeOf = (end: unknown) => (end as [{ extensions?: { code?: string } }])[0].extensions?.code;

function subscribe<Data, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): EventRecorder<Data> {
  const recorder = new EventRecorder<Data>();
  client.subscribe<Data>({ query: print(document), variables }, recorder);
  return recorder;
}

function overStream(browser: Browser): SignOutSubscriber {
  const client = clientOf(browser);
  return {
    watch: (into) => client.subscribe<WatchSignOutsSubscription>({ query: print(WatchSignOutsDocument) }, into),
    codeOf,
  };
}

function requests(url: string): Steps {
  return {
    "a query is a stream of one result": async () => {
      const me = subscribe(clientOf(await register(url, newEmail())), MeDocument, {});
      assert.equal(await me.ended(), "complete");
      assert.deepEqual(me.events.map((each) => each.me?.currentSession?.device), ["Firefox on Ubuntu"]);
    },
    "an error is a result in the stream, too": async () => {
      const client = clientOf(await register(url, newEmail()));
      assert.equal(codeOf(await subscribe(client, RenameSessionDocument, {} as never).ended()), "BAD_USER_INPUT");
    },
    "reconnects by itself with the new token when its stream is cut": async () => {
      const laptop = await register(url, newEmail());
      let cut = () => {};
      const wasCut = new Promise<void>((resolve) => (cut = resolve));
      const client = clientOf(laptop, () => cut());
      const events = subscribe(client, WatchSecurityEventsDocument, { kinds: ["SESSION_RENAMED"] });
      await renameUntilReceived(laptop, events);
      const input = { password: PASSWORD };
      keep(laptop.tokens, (await graphqlClient(url, laptop.fetch)(ReauthenticateDocument, { input })).reauthenticate.tokens);
      await within(wasCut, "the cut");
      await renameUntilReceived(laptop, events);
      assert.equal(events.end, undefined);
    },
    "one stream more than the limit is rejected with a status code": async () => {
      const laptop = await register(url, newEmail());
      const client = createClient({ url, fetchFn: laptop.fetch, retryAttempts: 0 });
      const all = Array.from({ length: 11 }, () => subscribe(client, WatchSignOutsDocument, {}));
      const end = await Promise.race(all.map((each) => each.ended()));
      assert.ok(end instanceof NetworkError);
      assert.equal((end as NetworkError<Response>).response?.status, 429);
      client.dispose();
    },
  };
}

const url = argument();
await runSteps({ ...watching(url, overStream, "UNAUTHENTICATED"), ...requests(url) });
