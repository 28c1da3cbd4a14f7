// @graphql-tools/executor-http 3, which GraphQL Mesh and gateways use: it subscribes by GET, with `Authorization` alone.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { buildHTTPExecutor } from "@graphql-tools/executor-http";
import assert from "node:assert/strict";

import {
  MeDocument,
  type MeQuery,
  MySessionsDocument,
  RenameSessionDocument,
  WatchSignOutsDocument,
  type WatchSignOutsSubscription,
} from "../../graphql_examples/typescript/generated/graphql.js";
import type { Browser } from "./story/browser.js";
import type { EventRecorder } from "./story/eventRecorder.js";
import { register, newEmail } from "./story/signedIn.js";
import { argument, type Steps, runSteps } from "./story/steps.js";
import { type SignOutSubscriber, watching } from "./story/watching.js";

interface Result<Data> {
  data?: Data | null;
  errors?: readonly unknown[];
}

/** Runs any operation. It sends the token, and no header that only this server knows. */
function executorOf({ url, tokens }: Browser, useGETForQueries = false) {
  const headers = () => ({ Authorization: `Bearer ${tokens.read()?.accessToken ?? ""}` });
  const execute = buildHTTPExecutor({ endpoint: url, headers, useGETForQueries });
  return <Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentNode<Data, Variables>,
    variables = {} as Variables,
  ): Promise<Result<Data> | AsyncIterable<Result<Data>>> =>
    Promise.resolve(execute({ document, variables }) as Result<Data> | AsyncIterable<Result<Data>>);
}

async function pass<Data>(from: AsyncIterator<Result<Data>>, into: EventRecorder<Data>): Promise<void> {
  for (let step = await from.next(); !step.done; step = await from.next()) {
    const { data, errors } = step.value;
    into.next({ data: data ?? null, errors });
  }
  into.complete();
}

function overStream(browser: Browser): SignOutSubscriber {
  const execute = executorOf(browser);
  return {
    watch: (into) => {
      let stop = () => {};
      void execute<WatchSignOutsSubscription, Record<string, never>>(WatchSignOutsDocument)
        .then((found) => {
          if (!(Symbol.asyncIterator in found)) return into.next({ data: null, errors: found.errors });
          const events = found[Symbol.asyncIterator]();
          stop = () => void events.return?.();
          return pass(events, into);
        })
        .catch((error: unknown) => into.error(error));
      return () => stop();
    },
    codeOf: (end) => (end as [{ extensions?: { code?: string } }])[0].extensions?.code,
  };
}

function requests(url: string): Steps {
  return {
    "a query by GET needs only the header with the token": async () => {
      const me = (await executorOf(await register(url, newEmail()), true)(MeDocument)) as Result<MeQuery>;
      assert.equal(me.data?.me?.currentSession?.device, "Firefox on Ubuntu");
    },
    "a mutation is sent by POST, also where queries are sent by GET": async () => {
      const execute = executorOf(await register(url, newEmail()), true);
      const { data } = (await execute(MySessionsDocument)) as Result<{ mySessions: { id: string }[] }>;
      const sessionId = data?.mySessions[0]?.id ?? "";
      const renamed = (await execute(RenameSessionDocument, { input: { sessionId, name: "Desk" } })) as Result<{
        renameSession: { session?: { name?: string | null } | null };
      }>;
      assert.equal(renamed.data?.renameSession.session?.name, "Desk");
    },
  };
}

const url = argument();
await runSteps({ ...watching(url, overStream, "UNAUTHENTICATED"), ...requests(url) });
