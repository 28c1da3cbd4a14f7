// A browser: it sends its User-Agent and stores its tokens.
import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import { ReauthenticateDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { signedFetch } from "../../../graphql_examples/typescript/signedFetch.js";
import { inMemory, type TokenStore } from "../../../graphql_examples/typescript/tokens.js";

export const FIREFOX = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
export const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
  "Version/17.5 Mobile/15E148 Safari/604.1";
export const PASSWORD = "correct horse battery";

export interface Browser {
  url: string;
  tokens: TokenStore;
  fetch: typeof fetch;
}

export function browser(url: string, userAgent: string, tokens: TokenStore = inMemory()): Browser {
  return { url, tokens, fetch: signedFetch({ url, tokens, fetch: withHeaders({ "User-Agent": userAgent }) }) };
}

/** A `fetch` that also sends the headers that browsers add. */
export function withHeaders(own: Record<string, string>, send: typeof fetch = fetch): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    return send(input, { ...init, headers });
  };
}

/** Make the access token invalid, as if it had expired: replace it, and do not store the new one. */
export async function outdate({ url, fetch }: Browser): Promise<void> {
  const { reauthenticate } = await graphqlClient(url, fetch)(ReauthenticateDocument, { input: { password: PASSWORD } });
  if (reauthenticate.errors.length > 0) throw new Error(JSON.stringify(reauthenticate.errors));
}
