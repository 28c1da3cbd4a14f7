// Expected errors are data: the `errors` of a payload.
import type { LogInMutation } from "./generated/graphql.js";

type LogInFailure = LogInMutation["login"]["errors"][number];

/** The message to show after a failed log-in. */
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
      return unknownError(failure);
  }
}

/**
 * While all types have a `case`, the compiler infers `never`. When the schema gets a new type, it reports an error here.
 * Clients that are already released call this function, with the fields of `... on UserError`, which every error has.
 */
function unknownError(failure: never): string {
  return (failure as { message: string }).message;
}
