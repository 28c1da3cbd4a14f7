// What the element asks the server. Each is written in full, for the server reads this file too: where it runs trusted
// documents alone, these are among them.
export const LOOK = `query LookAtMySessions($first: Int!, $events: Int!) {
  me {
    id email
    currentSession { ...Card }
    sessions(first: $first) { totalCount pageInfo { hasNextPage endCursor } nodes { ...Card } }
    ended: sessions(filter: { states: [REVOKED, EXPIRED] }, first: 20) {
      nodes {
        id name device deviceInfo { kind } state expiresAt revokedAt revocationReason
        events(first: 1) { nodes { kind device actorName actor { id name device } } }
      }
    }
    securityEvents(first: $events) {
      nodes { id kind occurredAt device ipAddress actorName session { id name device } }
      pageInfo { hasNextPage }
    }
  }
}
fragment Card on Session {
  id isCurrent name device deviceInfo { kind } ipAddress location { label } createdAt lastActive
}`;
export const LOOK_FURTHER = `query LookFurther($first: Int!, $after: String) {
  me { id sessions(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...Card } } }
}
fragment Card on Session {
  id isCurrent name device deviceInfo { kind } ipAddress location { label } createdAt lastActive
}`;
export const WATCH = `subscription WatchMySessions {
  securityEvent {
    kind device actorName
    session { id isCurrent name device state revocationReason }
    actor { id isCurrent name device }
  }
}`;
export const REVOKE = `mutation SignOut($sessionId: ID!) {
  revokeSession(sessionId: $sessionId) { session { id } errors { ... on UserError { code message } } }
}`;
export const REVOKE_OTHERS = `mutation SignOutOthers($dryRun: Boolean!) {
  revokeSessions(filter: {}, dryRun: $dryRun) { revokedCount revokedSessionIds errors { ... on UserError { code message } } }
}`;
export const RENAME = `mutation Rename($sessionId: ID!, $name: String) {
  renameSession(input: { sessionId: $sessionId, name: $name }) { session { ...Card } errors { ... on UserError { code message } } }
}
fragment Card on Session {
  id isCurrent name device deviceInfo { kind } ipAddress location { label } createdAt lastActive
}`;
export const PROVE = `mutation Prove($password: String!) {
  reauthenticate(input: { password: $password }) {
    tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } errors {
      ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
    }
  }
}`;
export const CHANGE_PASSWORD = `mutation ChangePassword($input: ChangePasswordInput!) {
  changePassword(input: $input) {
    revokedCount tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } errors {
      ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
    }
  }
}`;
export const LOG_OUT = `mutation LogOut { logout { session { id } } }`;
export const REFRESH = `mutation Refresh { refresh(input: {}) { errors {
  ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
} } }`;
