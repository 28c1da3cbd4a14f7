// Events during a request: another user logs in in another tab, or a refresh fails temporarily.
import assert from "node:assert/strict";

import { graphqlClient, RequestError } from "../../../graphql_examples/typescript/client.js";
import { MySessionsDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { signedFetch } from "../../../graphql_examples/typescript/signedFetch.js";
import { outdate } from "./browser.js";
import { register, newEmail } from "./signedIn.js";
import type { Steps } from "./steps.js";

export function meanwhile(url: string): Steps {
  return {
    "a rejected request is not sent again as another account that has logged in since": async () => {
      const { asked, kept, ben } = await overtaken(url, (body) => !body.includes("mutation Refresh"));
      assert.deepEqual([asked, kept], [1, ben]);
    },
    "the tokens of that account are not overwritten by a late refresh": async () => {
      const { asked, kept, ben } = await overtaken(url, (body) => body.includes("mutation Refresh"));
      assert.deepEqual([asked, kept], [1, ben]);
    },
    "a temporary failure of a refresh does not end the session": async () => {
      const ana = await register(url, newEmail());
      await outdate(ana);
      const failures = [away, tooMany];
      const send: typeof fetch = async (input, init) => {
        const failure = String(init?.body).includes("mutation Refresh") && failures.shift();
        return failure ? Response.json(failure) : fetch(input, init);
      };
      const request = graphqlClient(url, signedFetch({ url, tokens: ana.tokens, fetch: send }));
      await assert.rejects(request(MySessionsDocument), /Could not refresh: The server is away/);
      await assert.rejects(request(MySessionsDocument), /Could not refresh: Wait a minute/);
      assert.equal((await request(MySessionsDocument)).mySessions.length, 1);
    },
  };
}

const away = { errors: [{ message: "The server is away.", extensions: { code: "SERVICE_UNAVAILABLE" } }] };
const limited = { __typename: "RateLimitedError", message: "Wait a minute.", code: "RATE_LIMITED" };
const tooMany = { data: { refresh: { session: null, tokens: null, errors: [limited] } } };

/** Ana sends a request with an invalid token, and Ben logs in after the first response of this kind. */
async function overtaken(url: string, at: (body: string) => boolean) {
  const [ana, ben] = [await register(url, newEmail()), (await register(url, newEmail())).tokens.read()];
  await outdate(ana);
  let asked = 0;
  const send: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (String(init?.body).includes("query MySessions")) asked++;
    if (at(String(init?.body))) ana.tokens.write(ben);
    return answer;
  };
  const request = graphqlClient(url, signedFetch({ url, tokens: ana.tokens, fetch: send }));
  const rejected = (error: unknown) => error instanceof RequestError && error.code === "UNAUTHENTICATED";
  await assert.rejects(request(MySessionsDocument), rejected);
  return { asked, kept: ana.tokens.read(), ben };
}
