// A `fetch` that is signed in: it sends the token or the cookies, and refreshes when the server asks for it.
// Apollo, urql, Relay and whatever else takes a `fetch` can use it.
import { print } from "graphql";

import { RefreshDocument, type RefreshMutation } from "./generated/graphql.js";
import { keep, type TokenStore } from "./tokens.js";

export interface Signing {
  /** The address of the GraphQL endpoint. */
  url: string;
  /** Where the tokens are; leave it out to use cookies. */
  tokens?: TokenStore;
  /** What really sends. */
  fetch?: typeof fetch;
  /** Where tabs take turns. Browsers have it; without it tabs may refresh at once, which the server forgives. */
  locks?: Pick<LockManager, "request"> | undefined;
}

export function signedFetch({ url, tokens, fetch: send = fetch, locks = browserLocks() }: Signing): typeof fetch {
  let underway: Promise<boolean> | null = null;

  /** One refresh for all requests of this page, and one page after the other. True: send it again. */
  function renew(refused: string | undefined): Promise<boolean> {
    const turn = () => refresh(refused);
    underway ??= (locks ? locks.request(`refresh ${url}`, turn) : turn()).finally(() => (underway = null));
    return underway;
  }

  async function refresh(refused: string | undefined): Promise<boolean> {
    const kept = tokens?.read();
    if (tokens && !kept) return false;
    // Another tab was faster: its tokens are ours too.
    if (kept && kept.accessToken !== refused) return true;
    const variables = { input: { refreshToken: kept?.refreshToken ?? null } };
    const answer = await send(url, {
      method: "POST",
      credentials: tokens ? "omit" : "include",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ query: print(RefreshDocument), variables }),
    });
    const { data } = (await answer.json()) as { data?: RefreshMutation | null };
    if (!data) return false;
    const ended = data.refresh.errors.some((error) => error.__typename === "RefreshTokenInvalidError");
    if (tokens && ended && tokens.read()?.refreshToken === kept?.refreshToken) tokens.write(null);
    if (tokens) keep(tokens, data.refresh.tokens);
    return data.refresh.errors.length === 0;
  }

  return async (input, init) => {
    const refused = tokens?.read()?.accessToken;
    const sendSigned = (accessToken: string | undefined) =>
      send(input instanceof Request ? input.clone() : input, signed(input, init, accessToken, !tokens));
    const first = await sendSigned(refused);
    if (!(await isUnauthenticated(first)) || !(await renew(refused))) return first;
    return sendSigned(tokens?.read()?.accessToken);
  };
}

function signed(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
  accessToken: string | undefined,
  withCookies: boolean,
): RequestInit {
  const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : {}));
  if (accessToken) headers.set("Authorization", `Bearer ${accessToken}`);
  // A query by GET speaks with cookies only if no link could have sent it.
  if (withCookies) headers.set("GraphQL-Require-Preflight", "1");
  return { ...init, headers, credentials: withCookies ? "include" : "omit" };
}

async function isUnauthenticated(answer: Response): Promise<boolean> {
  if (!/json/.test(answer.headers.get("Content-Type") ?? "")) return false;
  const { errors } = (await answer.clone().json()) as { errors?: { extensions?: { code?: string } }[] };
  return errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}

function browserLocks(): Pick<LockManager, "request"> | undefined {
  return (globalThis.navigator as Navigator | undefined)?.locks;
}
