// Type errors that the compiler must report: a line without its expected error is an error itself.
import { readFragment, type ResultOf, type VariablesOf } from "gql.tada";

import { graphql, type MySessions, SessionRow, type RenameSession } from "./operations.js";

declare const answer: ResultOf<typeof MySessions>;
const [session] = readFragment(SessionRow, answer.mySessions);

export const known: string | undefined = session?.device;

// @ts-expect-error: the field is not selected.
export const notAskedFor = session?.lastActive;

// @ts-expect-error: the name of a session is nullable.
export const nameless: string = session?.name;

// @ts-expect-error: a fragment is masked outside of the code that reads it.
export const masked = answer.mySessions[0]?.device;

// @ts-expect-error: the session is missing.
export const incomplete: VariablesOf<typeof RenameSession> = { input: { name: "My phone" } };

const misspelt = graphql(`
  query Misspelt {
    mySessions {
      divice
    }
  }
`);
declare const nothing: ResultOf<typeof misspelt>;
// @ts-expect-error: the field does not exist, so the type of the result is unknown.
export const unknown: string = nothing.mySessions[0]?.divice;

const misused = graphql(`
  query Misused($first: Int!) {
    session(id: $first) {
      id
    }
  }
`);
// @ts-expect-error: `$first` is an Int.
export const notANumber: VariablesOf<typeof misused> = { first: "two" };
