// The response of a refresh is lost: the client sends it again with the same key, which another refresh does not have.
import assert from "node:assert/strict";

import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import { MySessionsDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { signedFetch } from "../../../graphql_examples/typescript/signedFetch.js";
import { browser, FIREFOX, outdate } from "./browser.js";
import type { Steps } from "./steps.js";
import { signUp } from "./tabs.js";

export function lostResponse(url: string): Steps {
  return {
    "sends a refresh again with its retry key": async () => {
      const tokens = await signUp(url);
      const keys: string[] = [];
      const losing: typeof fetch = async (input, init) => {
        const response = await fetch(input, init);
        const body = String(init?.body);
        if (!body.includes("mutation Refresh")) return response;
        const { variables } = JSON.parse(body) as { variables: { input: { retryKey: string } } };
        keys.push(variables.input.retryKey);
        if (keys.length < 3) throw new TypeError("The response was lost.");
        return response;
      };
      const request = graphqlClient(url, signedFetch({ url, tokens, fetch: losing }));
      for (let lost = 0; lost < 2; lost++) await assert.rejects(request(MySessionsDocument), /was lost/);
      assert.equal((await request(MySessionsDocument)).mySessions.length, 1);
      assert.equal(tokens.read()?.retryKey, undefined);
      await outdate(browser(url, FIREFOX, tokens));
      assert.equal((await request(MySessionsDocument)).mySessions.length, 1);
      const [first, second, third, next] = keys;
      assert.deepEqual([first, second], [second, third]);
      assert.notEqual(next, third);
    },
  };
}
