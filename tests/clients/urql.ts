// @urql/core, with its document cache and queries by GET.
import { Client as Urql, CombinedError, cacheExchange, fetchExchange, type TypedDocumentNode } from "@urql/core";
import assert from "node:assert/strict";

import {
  LogInDocument,
  MySessionsDocument,
  RefetchNodeDocument,
  RegisterDocument,
  RenameSessionDocument,
  RevokeSessionDocument,
  SessionsPageDocument,
  type SessionsPageQuery,
} from "../../graphql_examples/typescript/generated/graphql.js";
import { keep } from "../../graphql_examples/typescript/tokens.js";
import type { Browser } from "./story/browser.js";
import { type Client, participants, type Session, story } from "./story/story.js";
import { argument, prefixed, type Steps, runSteps } from "./story/steps.js";
import { watching } from "./story/watching.js";
import { overSocket, overStream } from "./watching/urql.js";

type Variables = Record<string, unknown>;

interface UrqlClient extends Client {
  /** Reads from the cache first. */
  cached(): Promise<readonly Session[]>;
}

function urql({ url, tokens, fetch }: Browser): UrqlClient {
  const client = new Urql({ url, fetch, exchanges: [cacheExchange, fetchExchange], preferGetMethod: true });
  const now = { requestPolicy: "network-only" } as const;

  async function query<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V): Promise<Data> {
    return dataOf(await client.query(document, variables, now).toPromise());
  }
  async function mutate<Data, V extends Variables>(document: TypedDocumentNode<Data, V>, variables: V): Promise<Data> {
    return dataOf(await client.mutation(document, variables).toPromise());
  }

  return {
    async register(email, password) {
      const { register } = await mutate(RegisterDocument, { input: { email, password } });
      keep(tokens, register.tokens);
      return register.errors;
    },
    async logIn(email, password) {
      const { login } = await mutate(LogInDocument, { input: { email, password } });
      keep(tokens, login.tokens);
      return login.errors;
    },
    sessions: async () => (await query(MySessionsDocument, {})).mySessions,
    cached: async () => dataOf(await client.query(MySessionsDocument, {}).toPromise()).mySessions,
    rename: async (sessionId, name) =>
      (await mutate(RenameSessionDocument, { input: { sessionId, name } })).renameSession.errors,
    revoke: async (sessionId) => (await mutate(RevokeSessionDocument, { sessionId })).revokeSession.errors,
    async pages(first) {
      const pages: string[][] = [];
      for (let after: string | null = null; ; ) {
        const { me }: SessionsPageQuery = await query(SessionsPageDocument, { first, after });
        if (!me) return pages;
        pages.push(me.sessions.nodes.map((session) => session.id));
        after = me.sessions.pageInfo.endCursor;
        if (!me.sessions.pageInfo.hasNextPage) return pages;
      }
    },
    async refetch(id) {
      const { node } = await query(RefetchNodeDocument, { id });
      return node?.__typename === "Session" ? node : null;
    },
    codeOf: (error) =>
      error instanceof CombinedError ? String(error.graphQLErrors[0]?.extensions["code"]) : undefined,
  };
}

function dataOf<Data>({ data, error }: { data?: Data | undefined; error?: CombinedError | undefined }): Data {
  if (error || !data) throw error ?? new Error("There was no answer.");
  return data;
}

function caching({ laptop }: ReturnType<typeof participants<UrqlClient>>): Steps {
  return {
    "drops a list from the cache when a mutation returns one of its sessions": async () => {
      const { id } = (await laptop.cached()).find((each) => each.isCurrent) as Session;
      assert.deepEqual(await laptop.rename(id, "Ana's laptop"), []);
      assert.equal((await laptop.cached()).find((each) => each.id === id)?.name, "Ana's laptop");
    },
  };
}

const url = argument();
const devices = participants(url, urql);
await runSteps({
  ...story(devices, caching(devices)),
  ...prefixed("over graphql-ws", watching(url, overSocket, 4401)),
  ...prefixed("over server-sent events", watching(url, overStream, "UNAUTHENTICATED")),
});
