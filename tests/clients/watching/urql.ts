// Subscriptions of @urql/core: over graphql-ws with an exchange, or over `fetch` as server-sent events.
import { Client, type CombinedError, cacheExchange, fetchExchange, subscriptionExchange } from "@urql/core";
import type { Sink } from "graphql-ws";

import { WatchSignOutsDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { closeCode, socketClient } from "../socket/client.js";
import type { Browser } from "../story/browser.js";
import type { SignOuts, SignOutSubscriber } from "../story/watching.js";

export function overSocket(browser: Browser): SignOutSubscriber {
  const socket = socketClient(browser);
  const forwarding = subscriptionExchange({
    forwardSubscription: ({ query = "", variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink as Sink) }),
    }),
  });
  const { url, fetch } = browser;
  return subscriber(new Client({ url, fetch, exchanges: [cacheExchange, fetchExchange, forwarding] }));
}

export function overStream({ url, fetch }: Browser): SignOutSubscriber {
  return subscriber(new Client({ url, fetch, exchanges: [cacheExchange, fetchExchange], fetchSubscriptions: true }));
}

function subscriber(client: Client): SignOutSubscriber {
  return {
    watch(into: SignOuts) {
      const source = client.subscription(WatchSignOutsDocument, {});
      const { unsubscribe } = source.subscribe(({ data, error, hasNext }) => {
        if (error) into.error(error);
        // The last result is repeated when the subscription ends.
        else if (hasNext) into.next({ data });
        else into.complete();
      });
      return unsubscribe;
    },
    codeOf(end) {
      const { graphQLErrors, networkError } = end as CombinedError;
      return graphQLErrors[0]?.extensions["code"] ?? closeCode(networkError);
    },
  };
}
