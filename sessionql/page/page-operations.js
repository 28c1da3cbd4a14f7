// The GraphQL operations of the log-in form. The server adds them to its trusted documents, like component/operations.js.
export const PAGE_LOG_IN = `mutation PageLogIn($input: LoginInput!) {
  result: login(input: $input) { errors {
    ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
  } }
}`;
export const PAGE_REGISTER = `mutation PageRegister($input: RegisterInput!) {
  result: register(input: $input) { errors {
    ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
  } }
}`;
export const PAGE_RESET_PASSWORD = `mutation PageResetPassword($input: ResetPasswordInput!) {
  result: resetPassword(input: $input) { errors {
    ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
  } }
}`;
