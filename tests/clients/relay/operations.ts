// The operations of the client. The compiler generates `generated/` from them; these tags are not executed.
import { graphql } from "relay-runtime";

export const operations = () => [
  graphql`
    mutation operationsRegisterMutation($input: RegisterInput!) {
      register(input: $input) {
        tokens {
          accessToken
          refreshToken
        }
        errors {
          __typename
          ... on UserError {
            code
            message
          }
        }
      }
    }
  `,
  graphql`
    mutation operationsLogInMutation($input: LoginInput!) {
      login(input: $input) {
        tokens {
          accessToken
          refreshToken
        }
        errors {
          __typename
          ... on UserError {
            code
            message
          }
        }
      }
    }
  `,
  graphql`
    mutation operationsRenameMutation($input: RenameSessionInput!) {
      renameSession(input: $input) {
        session {
          id
          name
        }
        errors {
          __typename
          ... on UserError {
            code
            message
          }
        }
      }
    }
  `,
  graphql`
    mutation operationsRevokeMutation($sessionId: ID!) {
      revokeSession(sessionId: $sessionId) {
        session {
          id
          state
        }
        errors {
          __typename
          ... on UserError {
            code
            message
          }
        }
      }
    }
  `,
  graphql`
    query operationsSessionsQuery {
      mySessions {
        id
        isCurrent
        device
        name
        state
      }
    }
  `,
  graphql`
    query operationsPagesQuery($count: Int!) {
      me {
        id
        ...operations_user @arguments(count: $count)
      }
    }
  `,
  graphql`
    fragment operations_user on User
    @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
    @refetchable(queryName: "operationsMorePagesQuery") {
      sessions(first: $count, after: $cursor) @connection(key: "operations_sessions") {
        edges {
          node {
            id
            ...operations_session
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  graphql`
    fragment operations_session on Session @refetchable(queryName: "operationsSessionAgainQuery") {
      device
      state
    }
  `,
];
