// What a user can do something about comes as data: the `errors` of a payload.
import type { LogInMutation } from "./generated/graphql.js";

type LogInFailure = LogInMutation["login"]["errors"][number];

/** What to tell somebody whose log-in failed. */
export function explainLogIn(failure: LogInFailure): string {
  switch (failure.__typename) {
    case "InvalidCredentialsError":
      return "The e-mail address or the password is wrong.";
    case "AccountDisabledError":
      return "This account is closed. Please write to us.";
    case "InvalidInputError":
    case "RateLimitedError":
      return failure.message;
    default:
      return unheardOf(failure);
  }
}

/**
 * The compiler knows that nothing is left (`never`), until the schema grows and it wants a `case` for what is new. The
 * clients that are out by then get here, with the fields of `... on UserError`, which every failure has.
 */
function unheardOf(failure: never): string {
  return (failure as { message: string }).message;
}
