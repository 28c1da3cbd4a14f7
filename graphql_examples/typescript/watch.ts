// Tells a page of sign-outs as they happen, its own too: server-sent events, which need nothing but a `fetch`.
import { print } from "graphql";
import { createClient, NetworkError } from "graphql-sse";

import { WatchSignOutsDocument, type WatchSignOutsSubscription } from "./generated/graphql.js";

export type SignOut = WatchSignOutsSubscription["sessionRevoked"];

export interface Watching {
  /** The address of the GraphQL endpoint. */
  url: string;
  /** A `signedFetch`, with tokens or with cookies. */
  fetch: typeof fetch;
  /** Another session was signed out. Without one: some may have been while nobody watched, so ask for the list again. */
  changed(signOut?: SignOut): void;
  /** This session is over, for whatever reason: show the log-in. Nothing comes after it. */
  signedOut(): void;
}

/** Watch until this session is over, and connect again whenever a stream is cut. Gives what stops it before that. */
export function watchSignOuts({ url, fetch, changed, signedOut }: Watching): () => void {
  const client = createClient({ url, fetchFn: fetch, retryAttempts: Infinity, retry: pause });
  let stopped = false;
  client.subscribe<WatchSignOutsSubscription>(
    { query: print(WatchSignOutsDocument) },
    {
      next({ data, errors }) {
        if (data && !data.sessionRevoked.isCurrent) changed(data.sessionRevoked);
        const [error] = errors ?? [];
        // Whatever else fails is tried again, as a connection is.
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

/** Longer each time, up to half a minute; and not all pages at once. */
function pause(tries: number): Promise<void> {
  const seconds = Math.min(2 ** tries, 30) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
