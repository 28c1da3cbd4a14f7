// The GraphQL operations of the element. Each is complete, without interpolation, because the server reads this file too:
// it adds them to its trusted documents.
export const SESSIONS_OVERVIEW = `query SessionsOverview($first: Int!, $events: Int!) {
  me {
    id email
    currentSession { ...SessionCard }
    sessions(first: $first) { totalCount pageInfo { hasNextPage endCursor } nodes { ...SessionCard } }
    ended: sessions(filter: { states: [REVOKED, EXPIRED] }, first: 20) {
      nodes {
        id name device deviceInfo { kind } state expiresAt revokedAt revocationReason
        events(first: 1) { nodes { kind device actorName actor { id name device } } }
      }
    }
    securityEvents(first: $events) {
      nodes { id kind count lastOccurredAt device previousDevice ipAddress actorName session { id name device } }
      pageInfo { hasNextPage }
    }
  }
}
fragment SessionCard on Session {
  id isCurrent name device deviceInfo { kind } ipAddress location { label } createdAt lastActive
}`;
export const MORE_SESSIONS = `query MoreSessions($first: Int!, $after: String) {
  me { id sessions(first: $first, after: $after) { pageInfo { hasNextPage endCursor } nodes { ...SessionCard } } }
}
fragment SessionCard on Session {
  id isCurrent name device deviceInfo { kind } ipAddress location { label } createdAt lastActive
}`;
export const WATCH_SECURITY_EVENTS = `subscription WatchSecurityEvents {
  securityEvent {
    kind device actorName
    session { id isCurrent name device state revocationReason }
    actor { id isCurrent name device }
  }
}`;
export const REVOKE_SESSION = `mutation RevokeSession($sessionId: ID!) {
  revokeSession(sessionId: $sessionId) { session { id } errors { ... on UserError { code message } } }
}`;
export const REVOKE_OTHER_SESSIONS = `mutation RevokeOtherSessions($dryRun: Boolean!) {
  revokeSessions(filter: {}, dryRun: $dryRun) { revokedCount revokedSessionIds errors { ... on UserError { code message } } }
}`;
export const RENAME_SESSION = `mutation RenameSession($sessionId: ID!, $name: String) {
  renameSession(input: { sessionId: $sessionId, name: $name }) { session { ...SessionCard } errors { ... on UserError { code message } } }
}
fragment SessionCard on Session {
  id isCurrent name device deviceInfo { kind } ipAddress location { label } createdAt lastActive
}`;
export const REAUTHENTICATE = `mutation Reauthenticate($password: String!) {
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
export const REFRESH = `mutation Refresh($retryKey: String!) { refresh(input: { retryKey: $retryKey }) { errors {
  ... on UserError { code message } ... on RateLimitedError { retryAfterSeconds }
} } }`;
