// Relay without React: its compiler, its store, its connections, and refetching by `node`.
import assert from "node:assert/strict";
import relay, {
  type FetchFunction,
  type GraphQLResponse,
  type GraphQLTaggedNode,
  type MutationParameters,
  type OperationType,
  type ReaderFragment,
} from "relay-runtime";

import { keep, type NewTokens } from "../../../graphql_examples/typescript/tokens.js";
import type { Browser } from "../story/browser.js";
import { type Client, participants, otherId, story } from "../story/story.js";
import { argument, type Steps, runSteps } from "../story/steps.js";
import logIn, { type operationsLogInMutation } from "./generated/operationsLogInMutation.graphql.js";
import morePages, { type operationsMorePagesQuery } from "./generated/operationsMorePagesQuery.graphql.js";
import pages, { type operationsPagesQuery } from "./generated/operationsPagesQuery.graphql.js";
import register, { type operationsRegisterMutation } from "./generated/operationsRegisterMutation.graphql.js";
import rename, { type operationsRenameMutation } from "./generated/operationsRenameMutation.graphql.js";
import revoke, { type operationsRevokeMutation } from "./generated/operationsRevokeMutation.graphql.js";
import again, { type operationsSessionAgainQuery } from "./generated/operationsSessionAgainQuery.graphql.js";
import sessions, { type operationsSessionsQuery } from "./generated/operationsSessionsQuery.graphql.js";
import sessionFragment, { type operations_session$data } from "./generated/operations_session.graphql.js";
import userFragment, { type operations_user$data } from "./generated/operations_user.graphql.js";

const { commitMutation, Environment, fetchQuery, getSingularSelector, Network, RecordSource, Store } = relay;

interface RelayClient extends Client {
  /** A field of an object in the store. */
  stored(id: string, field: string): unknown;
}

function relaying({ url, tokens, fetch }: Browser): RelayClient {
  const send: FetchFunction = async ({ text }, variables) => {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query: text, variables }) });
    return (await answer.json()) as GraphQLResponse;
  };
  const store = new Store(new RecordSource());
  const environment = new Environment({ network: Network.create(send), store });

  async function query<Q extends OperationType>(document: GraphQLTaggedNode, variables: Q["variables"]) {
    const found = await fetchQuery<Q>(environment, document, variables).toPromise();
    if (!found) throw new Error("There was no answer.");
    return found as Q["response"];
  }
  const mutate = <M extends MutationParameters>(mutation: GraphQLTaggedNode, variables: M["variables"]) =>
    new Promise<M["response"]>((onCompleted, onError) =>
      commitMutation<M>(environment, { mutation, variables, onCompleted, onError }),
    );
  /** The data of a fragment, as a component would receive it. */
  function read<Data>(fragment: ReaderFragment, reference: unknown): Data | undefined {
    const selector = getSingularSelector(fragment, reference);
    return selector ? (environment.lookup(selector).data as Data) : undefined;
  }
  function signedIn<Errors>(payload: { tokens?: NewTokens | null | undefined; errors: Errors }): Errors {
    keep(tokens, payload.tokens);
    return payload.errors;
  }

  return {
    register: async (email, password) =>
      signedIn((await mutate<operationsRegisterMutation>(register, { input: { email, password } })).register),
    logIn: async (email, password) =>
      signedIn((await mutate<operationsLogInMutation>(logIn, { input: { email, password } })).login),
    sessions: async () => (await query<operationsSessionsQuery>(sessions, {})).mySessions,
    rename: async (sessionId, name) =>
      (await mutate<operationsRenameMutation>(rename, { input: { sessionId, name } })).renameSession.errors,
    revoke: async (sessionId) =>
      (await mutate<operationsRevokeMutation>(revoke, { sessionId })).revokeSession.errors,
    async pages(count) {
      const found: string[][] = [];
      const { me } = await query<operationsPagesQuery>(pages, { count });
      for (let known = 0; me; ) {
        // All nodes of the connection: the store merges its pages.
        const connection = read<operations_user$data>(userFragment, me)?.sessions;
        found.push(connection?.edges.slice(known).map(({ node }) => node.id) ?? []);
        if (!connection?.pageInfo.hasNextPage) break;
        known = connection.edges.length;
        const cursor = connection.pageInfo.endCursor;
        await query<operationsMorePagesQuery>(morePages, { id: me.id, count, cursor });
      }
      return found;
    },
    async refetch(id) {
      const { node } = await query<operationsSessionAgainQuery>(again, { id });
      return read<operations_session$data>(sessionFragment, node) ?? null;
    },
    codeOf: (error) =>
      (error as { source?: { errors?: { extensions?: { code?: string } }[] } }).source?.errors?.[0]?.extensions?.code,
    stored: (id, field) => store.getSource().get(id)?.[field],
  };
}

const devices = participants(argument(), relaying);
const { laptop } = devices;
let phone = "";
const storing: Steps = {
  "stores an object once, for all operations that selected it": async () => {
    phone = await otherId(laptop, "Safari on iPhone");
    await laptop.rename(phone, "Ana's phone");
    assert.equal(laptop.stored(phone, "name"), "Ana's phone");
  },
};
await runSteps({
  ...story(devices, storing),
  "updates the state of the session from the response of the mutation": async () => {
    assert.equal(laptop.stored(phone, "state"), "REVOKED");
  },
});
