// A page without tokens: the browser stores cookies.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { graphqlClient, RequestError } from "../../../graphql_examples/typescript/client.js";
import {
  LogInDocument,
  LogOutDocument,
  MySessionsDocument,
  ReauthenticateDocument,
  RegisterDocument,
} from "../../../graphql_examples/typescript/generated/graphql.js";
import { signedFetch } from "../../../graphql_examples/typescript/signedFetch.js";
import { FIREFOX, PASSWORD, withHeaders } from "./browser.js";
import { ACCESS, CookieJar, REFRESH } from "./cookieJar.js";
import type { Steps } from "./steps.js";

export function withCookies(url: string): Steps {
  const jar = new CookieJar();
  const send = withHeaders({ "User-Agent": FIREFOX, "Sec-Fetch-Site": "same-origin" }, jar.fetch);
  const request = graphqlClient(url, signedFetch({ url, fetch: send }));
  const input = { email: `${randomUUID()}@example.com`, password: PASSWORD, delivery: "COOKIE" } as const;
  return {
    "logs in with cookies, without a token in the payload": async () => {
      assert.deepEqual((await request(RegisterDocument, { input })).register.errors, []);
      const { login } = await request(LogInDocument, { input });
      assert.deepEqual([login.tokens?.accessToken, login.tokens?.refreshToken], [null, null]);
      assert.equal((await request(MySessionsDocument)).mySessions.length, 2);
    },
    "refreshes with cookies": async () => {
      const [access, refresh] = [jar.read(ACCESS), jar.read(REFRESH)];
      await request(ReauthenticateDocument, { input: { password: PASSWORD } });
      jar.put(ACCESS, access);
      assert.equal((await request(MySessionsDocument)).mySessions.length, 2);
      assert.notEqual(jar.read(REFRESH), refresh);
    },
    "logs out, which deletes the cookies": async () => {
      assert.ok((await request(LogOutDocument)).logout.session);
      assert.throws(() => jar.read(ACCESS));
      assert.throws(() => jar.read(REFRESH));
      const rejected = (error: unknown) => error instanceof RequestError && error.code === "UNAUTHENTICATED";
      await assert.rejects(request(MySessionsDocument), rejected);
    },
  };
}
