// Apollo Client 4, with its normalized cache and the pages of Relay's connections.
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";
import assert from "node:assert/strict";

import {
  LogInDocument,
  MySessionsDocument,
  RefetchNodeDocument,
  RegisterDocument,
  RenameSessionDocument,
  RevokeSessionDocument,
} from "../../graphql_examples/typescript/generated/graphql.js";
import { keep } from "../../graphql_examples/typescript/tokens.js";
import { graphql, unmask } from "./generated/index.js";
import type { Browser } from "./story/browser.js";
import { type Client, participants, otherId, type Session, story } from "./story/story.js";
import { argument, prefixed, type Steps, runSteps } from "./story/steps.js";
import { watching } from "./story/watching.js";
import { overSocket } from "./watching/apollo.js";

const PageOfSessions = graphql(`
  fragment PageOfSessions on SessionConnection {
    edges {
      cursor
      node {
        id
        device
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
`);
const SessionsInPages = graphql(`
  query SessionsInPages($first: Int!, $after: String) {
    me {
      id
      sessions(first: $first, after: $after) {
        ...PageOfSessions
      }
    }
  }
`);

interface Apollo extends Client {
  /** The sessions of the last list, read from the cache. */
  cached(): Session[] | undefined;
}

function apollo({ url, tokens, fetch }: Browser): Apollo {
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, fetch }),
    cache: new InMemoryCache({
      // A pattern instead of a list, so `... on UserError` also matches errors that a newer server adds.
      possibleTypes: { UserError: [".+Error"], Node: ["User", "Session", "SecurityEvent"] },
      typePolicies: { User: { fields: { sessions: relayStylePagination(["filter", "orderBy"]) } } },
    }),
  });
  const now = { fetchPolicy: "network-only" } as const;

  return {
    async register(email, password) {
      const { data } = await client.mutate({ mutation: RegisterDocument, variables: { input: { email, password } } });
      keep(tokens, data?.register.tokens);
      return data?.register.errors ?? [];
    },
    async logIn(email, password) {
      const { data } = await client.mutate({ mutation: LogInDocument, variables: { input: { email, password } } });
      keep(tokens, data?.login.tokens);
      return data?.login.errors ?? [];
    },
    async sessions() {
      const { data } = await client.query({ query: MySessionsDocument, ...now });
      return data?.mySessions ?? [];
    },
    cached: () => client.readQuery({ query: MySessionsDocument })?.mySessions,
    async rename(sessionId, name) {
      const variables = { input: { sessionId, name } };
      const { data } = await client.mutate({ mutation: RenameSessionDocument, variables });
      return data?.renameSession.errors ?? [];
    },
    async revoke(sessionId) {
      const { data } = await client.mutate({ mutation: RevokeSessionDocument, variables: { sessionId } });
      if (data?.revokeSession.session) {
        client.cache.evict({ id: client.cache.identify(data.revokeSession.session) ?? "" });
      }
      return data?.revokeSession.errors ?? [];
    },
    async pages(first) {
      const pages: string[][] = [];
      const query = client.watchQuery({ query: SessionsInPages, variables: { first } });
      let { data } = await query.refetch();
      for (let known = 0; data?.me; ) {
        const { edges, pageInfo } = unmask(PageOfSessions, data.me.sessions);
        pages.push(edges.slice(known).map(({ node }) => node.id));
        if (!pageInfo.hasNextPage) break;
        known = edges.length;
        await query.fetchMore({ variables: { after: pageInfo.endCursor } });
        data = client.readQuery({ query: SessionsInPages, variables: { first } }) ?? undefined;
      }
      return pages;
    },
    async refetch(id) {
      const { data } = await client.query({ query: RefetchNodeDocument, variables: { id }, ...now });
      return data?.node?.__typename === "Session" ? data.node : null;
    },
    codeOf: (error) =>
      CombinedGraphQLErrors.is(error) ? String(error.errors[0]?.extensions?.["code"]) : undefined,
  };
}

function caching({ laptop }: ReturnType<typeof participants<Apollo>>): Steps {
  return {
    "has the new name in a list that it did not request again": async () => {
      const id = await otherId(laptop, "Safari on iPhone");
      assert.deepEqual(await laptop.rename(id, "Ana's phone"), []);
      assert.equal(laptop.cached()?.find((each) => each.id === id)?.name, "Ana's phone");
    },
  };
}

const url = argument();
const devices = participants(url, apollo);
const { cached } = devices.laptop;
await runSteps({
  ...story(devices, caching(devices)),
  "removes evicted sessions from its lists": async () => {
    assert.ok(cached()?.length);
    assert.ok(!cached()?.some((each) => each.device === "Safari on iPhone"));
  },
  ...prefixed("over graphql-ws", watching(url, overSocket, 4401)),
});
