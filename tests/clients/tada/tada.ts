// gql.tada, with the client of graphql_examples/typescript as the transport.
import { readFragment, type ResultOf } from "gql.tada";

import { graphqlClient, RequestError } from "../../../graphql_examples/typescript/client.js";
import { keep } from "../../../graphql_examples/typescript/tokens.js";
import type { Browser } from "../story/browser.js";
import { type Client, participants, story } from "../story/story.js";
import { argument, runSteps } from "../story/steps.js";
import {
  LogIn,
  MySessions,
  Node,
  Register,
  RenameSession,
  RevokeSession,
  SessionRow,
  SessionsPage,
} from "./operations.js";

function tada({ url, tokens, fetch }: Browser): Client {
  const request = graphqlClient(url, fetch);
  return {
    async register(email, password) {
      const { register } = await request(Register, { input: { email, password } });
      keep(tokens, register.tokens);
      return register.errors;
    },
    async logIn(email, password) {
      const { login } = await request(LogIn, { input: { email, password } });
      keep(tokens, login.tokens);
      return login.errors;
    },
    sessions: async () => readFragment(SessionRow, (await request(MySessions)).mySessions),
    rename: async (sessionId, name) => (await request(RenameSession, { input: { sessionId, name } })).renameSession.errors,
    revoke: async (sessionId) => (await request(RevokeSession, { sessionId })).revokeSession.errors,
    async pages(first) {
      const pages: string[][] = [];
      for (let after: string | null = null; ; ) {
        const { me }: ResultOf<typeof SessionsPage> = await request(SessionsPage, { first, after });
        if (!me) return pages;
        pages.push(me.sessions.nodes.map((session) => session.id));
        after = me.sessions.pageInfo.endCursor;
        if (!me.sessions.pageInfo.hasNextPage) return pages;
      }
    },
    async refetch(id) {
      const { node } = await request(Node, { id });
      return node?.__typename === "Session" ? readFragment(SessionRow, node) : null;
    },
    codeOf: (error) => (error instanceof RequestError ? error.code : undefined),
  };
}

await runSteps(story(participants(argument(), tada)));
