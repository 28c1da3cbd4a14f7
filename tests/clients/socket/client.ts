// graphql-ws as a page uses it, and a little for stories to speak through it.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { type Client, type ClientOptions, createClient } from "graphql-ws";

import {
  WatchSignOutsDocument,
  type WatchSignOutsSubscription,
} from "../../../graphql_examples/typescript/generated/graphql.js";
import type { Browser } from "../story/browser.js";
import { Hearing, within } from "../story/hearing.js";
import type { Watcher } from "../story/watching.js";

export const addressOf = (url: string) => url.replace(/^http/, "ws");

/** It comes back at once, where others wait for seconds. */
export function socketClient({ url, tokens }: Browser, options: Partial<ClientOptions> = {}): Client {
  return createClient({
    url: addressOf(url),
    connectionParams: () => ({ authorization: `Bearer ${tokens.read()?.accessToken ?? ""}` }),
    retryWait: () => Promise.resolve(),
    ...options,
  });
}

/** What it subscribes to, from here on. */
export function hear<Data, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Hearing<Data> {
  const hearing = new Hearing<Data>();
  client.subscribe<Data>({ query: print(document), variables }, hearing);
  return hearing;
}

/** A query or mutation over the socket. Throws what it ends with, unless that is an answer. */
export async function ask<Data, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const hearing = hear(client, document, variables);
  const end = await hearing.over();
  const [answer] = hearing.events;
  if (!answer) throw end;
  return answer;
}

export function overSocket(browser: Browser): Watcher {
  const client = socketClient(browser);
  return {
    watch(into) {
      const query = print(WatchSignOutsDocument);
      return client.subscribe<WatchSignOutsSubscription>({ query }, into);
    },
    codeOf: closeCode,
  };
}

/** What a socket was closed with. */
export function closeCode(end: unknown): number | undefined {
  return (end as Partial<CloseEvent>).code;
}

/** The next close of a client's socket. */
export function closed(client: Client): Promise<CloseEvent> {
  const closing = new Promise<CloseEvent>((resolve) => client.on("closed", (event) => resolve(event as CloseEvent)));
  return within(closing, "a close");
}
