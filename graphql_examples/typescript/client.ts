// A minimal typed client: one function. The type of the result is that of the document.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

/** A GraphQL error. `code` is its `extensions.code`: `UNAUTHENTICATED`, `BAD_USER_INPUT` and others. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface GraphQLResponse<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

type NoVariables = Record<string, never>;

/** `const request = graphqlClient(url, signedFetch({ url, tokens }))`, then `await request(MySessionsDocument)`. */
export function graphqlClient(url: string, send: typeof fetch = fetch) {
  return async function request<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...[variables]: Variables extends NoVariables ? [] : [Variables]
  ): Promise<Data> {
    const response = await send(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = (await response.json()) as GraphQLResponse<Data>;
    const [error] = errors ?? [];
    if (error || !data) throw new RequestError(error?.extensions?.code ?? "", error?.message ?? "The response has no data.");
    return data;
  };
}
