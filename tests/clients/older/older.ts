// A client that was generated from an older schema, without `RateLimitedError`, which the server returns.
import { ApolloClient, HttpLink, InMemoryCache } from "@apollo/client";
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import { RegisterDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { PASSWORD } from "../story/browser.js";
import { argument, runSteps } from "../story/steps.js";
import { graphql } from "./generated/index.js";
import type { OlderLogInMutation } from "./generated/graphql.js";

const OlderLogIn = graphql(`
  mutation OlderLogIn($input: LoginInput!) {
    login(input: $input) {
      errors {
        __typename
        ... on UserError {
          code
          message
        }
      }
    }
  }
`);
type Failure = OlderLogInMutation["login"]["errors"][number];

// @ts-expect-error: its schema does not have this type.
const unknownType: Failure["__typename"] = "RateLimitedError";

/** The types that this client knows; other types have the fields of `UserError`. */
function explain(failure: Failure | undefined): string {
  switch (failure?.__typename) {
    case undefined:
      return "nothing";
    case "InvalidCredentialsError":
      return "wrong";
    case "InvalidInputError":
    case "AccountDisabledError":
      return "not now";
    default:
      return later(failure);
  }
}

function later(failure: never): string {
  const { code, message } = failure as { code: string; message: string };
  return `${code}: ${message}`;
}

type LogIn = (email: string, password: string) => Promise<Failure[] | undefined>;

/** Six wrong passwords: the last response has an error of a type that this client does not know. */
async function guess(logIn: LogIn): Promise<void> {
  const email = `${randomUUID()}@example.com`;
  assert.deepEqual((await request(RegisterDocument, { input: { email, password: PASSWORD } })).register.errors, []);
  for (let guesses = 0; guesses < 5; guesses++) {
    assert.equal(explain((await logIn(email, "wrong horse battery"))?.[0]), "wrong");
  }
  const failure = (await logIn(email, "wrong horse battery"))?.[0];
  assert.equal(failure?.__typename, unknownType);
  assert.match(explain(failure), /^RATE_LIMITED: \w.+/);
}

const url = argument();
const request = graphqlClient(url);
const client = new ApolloClient({
  link: new HttpLink({ uri: url }),
  cache: new InMemoryCache({ possibleTypes: { UserError: [".+Error"] } }),
});

await runSteps({
  "understands a failure that came with a later server": () =>
    guess(async (email, password) => (await request(OlderLogIn, { input: { email, password } })).login.errors),
  "understands it through the cache of Apollo": () =>
    guess(async (email, password) => {
      const { data } = await client.mutate({ mutation: OlderLogIn, variables: { input: { email, password } } });
      return data?.login.errors;
    }),
});
