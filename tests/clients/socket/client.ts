// graphql-ws like in a page, with helpers for the scenarios.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { type Client, type ClientOptions, createClient } from "graphql-ws";

import {
  WatchSignOutsDocument,
  type WatchSignOutsSubscription,
} from "../../../graphql_examples/typescript/generated/graphql.js";
import type { Browser } from "../story/browser.js";
import { EventRecorder, within } from "../story/eventRecorder.js";
import type { SignOutSubscriber } from "../story/watching.js";

export const addressOf = (url: string) => url.replace(/^http/, "ws");

/** Reconnects without the delay of the default options. */
export function socketClient({ url, tokens }: Browser, options: Partial<ClientOptions> = {}): Client {
  return createClient({
    url: addressOf(url),
    connectionParams: () => ({ authorization: `Bearer ${tokens.read()?.accessToken ?? ""}` }),
    retryWait: () => Promise.resolve(),
    ...options,
  });
}

/** Subscribe, and record the events from now on. */
export function subscribe<Data, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): EventRecorder<Data> {
  const recorder = new EventRecorder<Data>();
  client.subscribe<Data>({ query: print(document), variables }, recorder);
  return recorder;
}

/** Run a query or mutation over the socket. Throws its error if there is no result. */
export async function request<Data, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const recorder = subscribe(client, document, variables);
  const end = await recorder.ended();
  const [answer] = recorder.events;
  if (!answer) throw end;
  return answer;
}

export function overSocket(browser: Browser): SignOutSubscriber {
  const client = socketClient(browser);
  return {
    watch(into) {
      const query = print(WatchSignOutsDocument);
      return client.subscribe<WatchSignOutsSubscription>({ query }, into);
    },
    codeOf: closeCode,
  };
}

/** The code and reason with which a socket was closed. */
export function closeCode(end: unknown): number | undefined {
  return (end as Partial<CloseEvent>).code;
}

/** Resolves with the next close of the socket of a client. */
export function closed(client: Client): Promise<CloseEvent> {
  const closing = new Promise<CloseEvent>((resolve) => client.on("closed", (event) => resolve(event as CloseEvent)));
  return within(closing, "a close");
}
