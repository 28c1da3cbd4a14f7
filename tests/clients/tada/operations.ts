// The operations of the client. The compiler infers types from their text; only the types of the schema are generated.
import { initGraphQLTada } from "gql.tada";

import type { introspection } from "./schema.js";

interface Setup {
  introspection: introspection;
  scalars: { DateTime: string; IPAddress: string; JWT: string };
}

export const graphql = initGraphQLTada<Setup>();

export const SessionRow = graphql(`
  fragment SessionRow on Session {
    id
    isCurrent
    device
    name
  }
`);

const WhatFailed = graphql(`
  fragment WhatFailed on UserError @_unmask {
    __typename
    code
    message
  }
`);

export const Register = graphql(
  `
    mutation Register($input: RegisterInput!) {
      register(input: $input) {
        tokens {
          accessToken
          refreshToken
        }
        errors {
          ...WhatFailed
        }
      }
    }
  `,
  [WhatFailed],
);

export const LogIn = graphql(
  `
    mutation LogIn($input: LoginInput!) {
      login(input: $input) {
        tokens {
          accessToken
          refreshToken
        }
        errors {
          ...WhatFailed
        }
      }
    }
  `,
  [WhatFailed],
);

export const MySessions = graphql(
  `
    query MySessions {
      mySessions {
        ...SessionRow
      }
    }
  `,
  [SessionRow],
);

export const RenameSession = graphql(
  `
    mutation RenameSession($input: RenameSessionInput!) {
      renameSession(input: $input) {
        errors {
          ...WhatFailed
        }
      }
    }
  `,
  [WhatFailed],
);

export const RevokeSession = graphql(
  `
    mutation RevokeSession($sessionId: ID!) {
      revokeSession(sessionId: $sessionId) {
        errors {
          ...WhatFailed
        }
      }
    }
  `,
  [WhatFailed],
);

export const SessionsPage = graphql(`
  query SessionsPage($first: Int!, $after: String) {
    me {
      sessions(first: $first, after: $after) {
        nodes {
          id
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);

export const Node = graphql(
  `
    query Node($id: ID!) {
      node(id: $id) {
        __typename
        ...SessionRow
      }
    }
  `,
  [SessionRow],
);
