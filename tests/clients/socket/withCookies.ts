// A page without tokens: the handshake has the cookies, if the page has the same origin.
import { createClient } from "graphql-ws";
import assert from "node:assert/strict";

import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import { MeDocument, RegisterDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { PASSWORD, withHeaders } from "../story/browser.js";
import { CookieJar } from "../story/cookieJar.js";
import { newEmail } from "../story/signedIn.js";
import type { Steps } from "../story/steps.js";
import { addressOf, request, closeCode } from "./client.js";

export function withCookies(url: string): Steps {
  const [jar, { origin }] = [new CookieJar(), new URL(url)];
  const pageOf = (headers: Record<string, string>) =>
    createClient({ url: addressOf(url), webSocketImpl: sending(headers), retryAttempts: 0 });
  return {
    "the cookie opens a socket for pages of this origin": async () => {
      const input = { email: newEmail(), password: PASSWORD, delivery: "COOKIE" } as const;
      await graphqlClient(url, withHeaders({ Origin: origin }, jar.fetch))(RegisterDocument, { input });
      const client = pageOf({ Cookie: jar.header, Origin: origin });
      assert.equal((await request(client, MeDocument, {})).me?.email, input.email);
    },
    "no socket without an Origin header": async () => {
      const client = pageOf({ Cookie: jar.header });
      await assert.rejects(request(client, MeDocument, {}), (end) => closeCode(end) === 4403);
    },
  };
}

/** The headers that browsers add to a handshake. The WebSocket of Node takes them as an option. */
function sending(headers: Record<string, string>): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, { protocols, headers } as never);
    }
  };
}
