// Subscriptions of Apollo Client 4: its link for graphql-ws, in addition to the HTTP link.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";

import { WatchSignOutsDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { socketClient } from "../socket/client.js";
import type { Browser } from "../story/browser.js";
import type { SignOutSubscriber } from "../story/watching.js";

export function overSocket(browser: Browser): SignOutSubscriber {
  const client = new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socketClient(browser)),
      new HttpLink({ uri: browser.url, fetch: browser.fetch }),
    ),
    cache: new InMemoryCache(),
  });
  return {
    watch(into) {
      const watching = client.subscribe({ query: WatchSignOutsDocument }).subscribe({
        next: ({ data, error }) => (error ? into.error(error) : into.next({ data })),
        error: (error) => into.error(error),
        complete: () => into.complete(),
      });
      return () => watching.unsubscribe();
    },
    // The error of Apollo has a message only, no code.
    codeOf: (end) => Number(/^Socket closed with event (\d+)/.exec((end as Error).message)?.[1]),
  };
}
