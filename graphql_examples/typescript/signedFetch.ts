// A `fetch` that is signed in: it sends the token or the cookies, and refreshes when the server asks for it.
// Apollo, urql, Relay and whatever else takes a `fetch` can use it.
import { print } from "graphql";

import { RefreshDocument, type RefreshMutation } from "./generated/graphql.js";
import { areOfOneSession, keep, type TokenStore } from "./tokens.js";

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

interface Answer {
  data?: RefreshMutation | null;
  errors?: { __typename?: never; message: string }[];
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
    const { data, errors } = (await answer.json()) as Answer;
    const failure = data?.refresh.errors[0] ?? errors?.[0];
    const ended = failure?.__typename === "RefreshTokenInvalidError";
    // No database, or too many attempts: as if the network had failed, for that signs nobody out.
    if (failure && !ended) throw new Error(`Could not refresh: ${failure.message}`);
    // Who has logged in or out meanwhile, in another tab, keeps what that brought.
    if (tokens && tokens.read()?.refreshToken === kept?.refreshToken) {
      if (ended) tokens.write(null);
      else keep(tokens, data?.refresh.tokens);
    }
    return !ended;
  }

  return async (input, init) => {
    const refused = tokens?.read()?.accessToken;
    const sendSigned = (accessToken: string | undefined) =>
      send(input instanceof Request ? input.clone() : input, signed(input, init, accessToken, !tokens));
    const [first, isRefused] = await look(await sendSigned(refused));
    if (!isRefused || !(await renew(refused))) return first;
    const renewed = tokens?.read()?.accessToken;
    // Another account that has logged in meanwhile did not ask for this.
    return !tokens || areOfOneSession(refused, renewed) ? sendSigned(renewed) : first;
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

/** An answer, and whether it says `UNAUTHENTICATED`. */
async function look(answer: Response): Promise<[Response, boolean]> {
  const type = answer.headers.get("Content-Type") ?? "";
  if (type.includes("json")) return [answer, isRefusal(await answer.clone().text())];
  if (!type.includes("text/event-stream") || !answer.body) return [answer, false];
  // Not `clone`: in node 20 an abort of what was cloned ends the program.
  const [beginning, whole] = answer.body.tee();
  return [new Response(whole, answer), isRefusal(await firstEvent(beginning))];
}

function isRefusal(json: string): boolean {
  const { errors } = JSON.parse(json) as { errors?: { extensions?: { code?: string } }[] };
  return errors?.some((error) => error.extensions?.code === "UNAUTHENTICATED") ?? false;
}

/** What a stream begins with: a refusal, or at once a comment, and then whoever asked has to wait for events. */
async function firstEvent(stream: ReadableStream<Uint8Array>): Promise<string> {
  const [reader, decoder] = [stream.getReader(), new TextDecoder()];
  let text = "";
  while (!text.includes("\n\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  // Over when whoever reads all of it is done, and failed if that was cut off.
  reader.cancel().catch(() => null);
  const [event = ""] = text.split("\n\n");
  return /^data: ?(.+)$/m.exec(event)?.[1] ?? "{}";
}

function browserLocks(): Pick<LockManager, "request"> | undefined {
  return (globalThis.navigator as Navigator | undefined)?.locks;
}
