// Notifies a page of sign-outs, including its own, over server-sent events, which need only a `fetch`.
import { print } from "graphql";
import { createClient, NetworkError } from "graphql-sse";

import { WatchSignOutsDocument, type WatchSignOutsSubscription } from "./generated/graphql.js";

export type SignOut = WatchSignOutsSubscription["sessionRevoked"];

export interface Watching {
  /** The URL of the GraphQL endpoint. */
  url: string;
  /** A `signedFetch`, with tokens or with cookies. */
  fetch: typeof fetch;
  /** Another session was signed out. Called without one after each connect: read the list of sessions again. */
  changed(signOut?: SignOut): void;
  /** This session has ended: show the log-in. No other call follows. */
  signedOut(): void;
}

/** Watch until this session ends, and reconnect after connection errors. Returns a function that stops it. */
export function watchSignOuts({ url, fetch, changed, signedOut }: Watching): () => void {
  const client = createClient({ url, fetchFn: fetch, retryAttempts: Infinity, retry: retryDelay });
  let stopped = false;
  client.subscribe<WatchSignOutsSubscription>(
    { query: print(WatchSignOutsDocument) },
    {
      next({ data, errors }) {
        if (data && !data.sessionRevoked.isCurrent) changed(data.sessionRevoked);
        const [error] = errors ?? [];
        // Retry after other errors, as after a connection error.
        if (error && error.extensions?.["code"] !== "UNAUTHENTICATED") throw new NetworkError(error.message);
      },
      error: (error) => console.error(error),
      complete: () => stopped || signedOut(),
    },
    { connected: () => changed() },
  );
  return () => {
    stopped = true;
    client.dispose();
  };
}

/** Exponential backoff with jitter, at most 30 seconds. */
function retryDelay(tries: number): Promise<void> {
  const seconds = Math.min(2 ** tries, 30) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
