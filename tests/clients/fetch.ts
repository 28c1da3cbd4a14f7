// The typed client of graphql_examples/typescript, unchanged: `fetch` and the types of the client preset.
import { graphqlClient, RequestError } from "../../graphql_examples/typescript/client.js";
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
import { lostResponse } from "./story/lostResponse.js";
import { meanwhile } from "./story/meanwhile.js";
import { type Client, participants, story } from "./story/story.js";
import { argument, runSteps } from "./story/steps.js";
import { tabs } from "./story/tabs.js";
import { watchingPages } from "./story/watchingPage.js";
import { withCookies } from "./story/withCookies.js";

function fetching({ url, tokens, fetch }: Browser): Client {
  const request = graphqlClient(url, fetch);
  return {
    async register(email, password) {
      const { register } = await request(RegisterDocument, { input: { email, password } });
      keep(tokens, register.tokens);
      return register.errors;
    },
    async logIn(email, password) {
      const { login } = await request(LogInDocument, { input: { email, password } });
      keep(tokens, login.tokens);
      return login.errors;
    },
    sessions: async () => (await request(MySessionsDocument)).mySessions,
    rename: async (sessionId, name) =>
      (await request(RenameSessionDocument, { input: { sessionId, name } })).renameSession.errors,
    revoke: async (sessionId) => (await request(RevokeSessionDocument, { sessionId })).revokeSession.errors,
    async pages(first) {
      const pages: string[][] = [];
      for (let after: string | null = null; ; ) {
        const { me }: SessionsPageQuery = await request(SessionsPageDocument, { first, after });
        if (!me) return pages;
        pages.push(me.sessions.nodes.map((session) => session.id));
        after = me.sessions.pageInfo.endCursor;
        if (!me.sessions.pageInfo.hasNextPage) return pages;
      }
    },
    async refetch(id) {
      const { node } = await request(RefetchNodeDocument, { id });
      return node?.__typename === "Session" ? node : null;
    },
    codeOf: (error) => (error instanceof RequestError ? error.code : undefined),
  };
}

const url = argument();
await runSteps({
  ...story(participants(url, fetching)),
  ...tabs(url),
  ...lostResponse(url),
  ...meanwhile(url),
  ...withCookies(url),
  ...watchingPages(url),
});
