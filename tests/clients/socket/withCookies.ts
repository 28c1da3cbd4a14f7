// A page without tokens: the handshake has the cookies, if the page is same-site.
import { createClient } from "graphql-ws";
import assert from "node:assert/strict";

import { asker } from "../../../graphql_examples/typescript/ask.js";
import { MeDocument, RegisterDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { PASSWORD, withHeaders } from "../story/browser.js";
import { CookieJar } from "../story/cookieJar.js";
import { newEmail } from "../story/signedIn.js";
import type { Chapters } from "../story/tell.js";
import { addressOf, ask, closeCode } from "./client.js";

export function withCookies(url: string): Chapters {
  const [jar, { origin }] = [new CookieJar(), new URL(url)];
  const pageOf = (headers: Record<string, string>) =>
    createClient({ url: addressOf(url), webSocketImpl: sending(headers), retryAttempts: 0 });
  return {
    "the cookie opens a socket for pages of this site": async () => {
      const input = { email: newEmail(), password: PASSWORD, delivery: "COOKIE" } as const;
      await asker(url, withHeaders({ Origin: origin }, jar.fetch))(RegisterDocument, { input });
      const client = pageOf({ Cookie: jar.header, Origin: origin });
      assert.equal((await ask(client, MeDocument, {})).me?.email, input.email);
    },
    "but not without an Origin": async () => {
      const client = pageOf({ Cookie: jar.header });
      await assert.rejects(ask(client, MeDocument, {}), (end) => closeCode(end) === 4403);
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
