// How the page lets somebody in. As in the element's documents.js, the server reads them too.
export const LOG_IN_HERE = `mutation LogInHere($input: LoginInput!) {
  done: login(input: $input) { errors {
    ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
  } }
}`;
export const REGISTER_HERE = `mutation RegisterHere($input: RegisterInput!) {
  done: register(input: $input) { errors {
    ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
  } }
}`;
