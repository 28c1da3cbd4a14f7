// Security events and ended sessions, as entries of a list, and the reason why the current session ended.
import { displayName, facts } from "./cards.js";
import { el } from "./dom.js";
import { withoutBidiControls } from "./i18n.js";

const NOTABLE_KINDS = new Set([
  "LOGIN_FAILED",
  "NEW_DEVICE",
  "REFRESH_TOKEN_REUSED",
  "REFRESH_TOKEN_USED_ELSEWHERE",
  "DEVICE_CHANGED",
  "PASSWORD_RESET",
  "USER_DISABLED",
]);

/** The entry of a security event. */
export function eventEntry(event, i18n) {
  const kind = i18n.strings[event.kind] ? event.kind : "OTHER";
  const source = event.actorName ? i18n.t("by", { actor: event.actorName }) : event.device;
  return entry(
    i18n.t(kind, { device: displayName(event.session, i18n), before: event.previousDevice, now: event.device }),
    [source, event.ipAddress, event.count > 1 && i18n.t("times", { count: event.count })].filter(Boolean),
    event.lastOccurredAt,
    i18n,
    NOTABLE_KINDS.has(event.kind),
  );
}

/** The time at which a session ended. */
export function endTime(session) {
  return session.revokedAt ?? session.expiresAt;
}

/** The entry of an ended session, with the reason. */
export function endedEntry(session, i18n) {
  const reason = endedReason(session, i18n);
  const details = session.name ? [session.device, reason] : [reason];
  return entry(displayName(session, i18n), details, endTime(session), i18n);
}

/**
 * The title and the text that explain why the current session ended. `reason` is a RevocationReason, "UNKNOWN", or
 * "NONE" if there was no session; `by` is the session and `actor` the operator that ended it.
 */
export function signOutExplanation({ reason, by, actor, at }, i18n) {
  const device = by && displayName(by, i18n);
  const title =
    (device &&
      {
        REVOKED_BY_USER: "signedOutByDevice",
        PASSWORD_CHANGED: "signedOutByPasswordChange",
        SESSION_LIMIT: "signedOutBySessionLimit",
      }[reason]) ||
    (actor && { REVOKED_BY_OPERATOR: "signedOutByOperator" }[reason]) ||
    {
      REFRESH_TOKEN_REUSED: "signedOutByTokenReuse",
      WRONG_PASSWORDS: "signedOutByTokenReuse",
      PASSWORD_RESET: "signedOutByPasswordReset",
      USER_DISABLED: "accountDisabled",
      LOGGED_OUT: "loggedOut",
      NONE: "notSignedIn",
    }[reason] ||
    "sessionEnded";
  const isHarmless = reason === "LOGGED_OUT" || reason === "NONE" || title === "sessionEnded";
  const text =
    title === "signedOutByTokenReuse" ? "signedOutByTokenReuseText" : isHarmless ? "logInText" : "signedOutText";
  return { title: i18n.t(title, { device, actor }), text: i18n.t(text, { time: at && i18n.dateTime(at) }) };
}

function endedReason({ state, revocationReason, events }, i18n) {
  if (state === "EXPIRED") return i18n.t("endedExpired");
  const [last] = events.nodes;
  const [device, actor] = [last?.actor ? displayName(last.actor, i18n) : last?.device, last?.actorName];
  const key = {
    LOGGED_OUT: "endedLoggedOut",
    REVOKED_BY_USER: device ? "endedByDevice" : "endedByUser",
    REFRESH_TOKEN_REUSED: "endedByTokenReuse",
    WRONG_PASSWORDS: "endedByWrongPasswords",
    PASSWORD_CHANGED: "endedByPasswordChange",
    PASSWORD_RESET: "endedByPasswordReset",
    USER_DISABLED: "endedAccountDisabled",
    SESSION_LIMIT: "endedBySessionLimit",
    REVOKED_BY_OPERATOR: actor ? "endedByOperator" : "endedByAnOperator",
  }[revocationReason];
  return i18n.t(key ?? "signOut", { device, actor });
}

function entry(text, details, instant, i18n, isNotable = false) {
  const time = el(
    "time",
    { class: "moment", datetime: instant, title: i18n.dateTime(instant) },
    i18n.relativeTime(instant),
  );
  const title = el("p", { class: isNotable ? "what notable" : "what" }, el("bdi", {}, withoutBidiControls(text)));
  return el("li", { class: "entry", part: "entry" }, title, time, facts(details));
}
