// Mistakes that have to be found before anything runs: a line that is right after all fails the compiler.
import { readFragment, type ResultOf, type VariablesOf } from "gql.tada";

import { graphql, type MySessions, SessionRow, type RenameSession } from "./operations.js";

declare const answer: ResultOf<typeof MySessions>;
const [session] = readFragment(SessionRow, answer.mySessions);

export const known: string | undefined = session?.device;

// @ts-expect-error: it was not asked for.
export const notAskedFor = session?.lastActive;

// @ts-expect-error: a session may have no name.
export const nameless: string = session?.name;

// @ts-expect-error: a fragment is read where it is needed, and not by who merely hands it on.
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
// @ts-expect-error: there is no such field, so nothing is known of what comes.
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
