// The smallest typed client: one function. Answers have the type of their document.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";

/** An error that is no part of the data, by its `code`: `UNAUTHENTICATED`, `BAD_USER_INPUT`, … */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

type NoVariables = Record<string, never>;

/** `const ask = asker(url, signedFetch({ url, tokens }))`, then `await ask(MySessionsDocument)`. */
export function asker(url: string, send: typeof fetch = fetch) {
  return async function ask<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    ...[variables]: Variables extends NoVariables ? [] : [Variables]
  ): Promise<Data> {
    const response = await send(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" },
      body: JSON.stringify({ query: print(document), variables }),
    });
    const { data, errors } = (await response.json()) as Answer<Data>;
    const [error] = errors ?? [];
    if (error || !data) throw new RequestError(error?.extensions?.code ?? "", error?.message ?? "There was no answer.");
    return data;
  };
}
