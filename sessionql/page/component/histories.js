// What happened: events of the account, sessions that ended and why, and why this one did.
import { facts, nameOf } from "./cards.js";
import { el } from "./elements.js";
import { plain } from "./words.js";

const NOTABLE = new Set(["LOGIN_FAILED", "NEW_DEVICE", "REFRESH_TOKEN_REUSED", "USER_DISABLED"]);

/** An event of the account. */
export function happening(event, words) {
  const kind = words.strings[event.kind] ? event.kind : "OTHER";
  const by = event.actorName ? words.say("by", { actor: event.actorName }) : event.device;
  return entry(
    words.say(kind, { device: nameOf(event.session, words) }),
    [by, event.ipAddress].filter(Boolean),
    event.occurredAt,
    words,
    NOTABLE.has(event.kind),
  );
}

/** When a session ended. */
export function endOf(session) {
  return session.revokedAt ?? session.expiresAt;
}

/** A session that ended, and why. */
export function endedSession(session, words) {
  const why = whyEnded(session, words);
  const known = session.name ? [session.device, why] : [why];
  return entry(nameOf(session, words), known, endOf(session), words);
}

/** Why this session ended, as a title and a text, told by what its last event says. */
export function whyOut({ reason, by, actor, at }, words) {
  const device = by && nameOf(by, words);
  const title =
    (device &&
      { REVOKED_BY_USER: "outByDevice", PASSWORD_CHANGED: "outByPassword", SESSION_LIMIT: "outByLimit" }[reason]) ||
    (actor && { REVOKED_BY_OPERATOR: "outByOperator" }[reason]) ||
    { REFRESH_TOKEN_REUSED: "outByReuse", USER_DISABLED: "outDisabled", LOGGED_OUT: "outSelf", NOBODY: "out" }[
      reason
    ] ||
    "outEnded";
  const ours = reason === "LOGGED_OUT" || reason === "NOBODY" || title === "outEnded";
  const text = title === "outByReuse" ? "outByReuseText" : ours ? "outEndedText" : "outText";
  return { title: words.say(title, { device, actor }), text: words.say(text, { time: at && words.at(at) }) };
}

function whyEnded({ state, revocationReason, events }, words) {
  if (state === "EXPIRED") return words.say("endedExpired");
  const [last] = events.nodes;
  const [device, actor] = [last?.actor ? nameOf(last.actor, words) : last?.device, last?.actorName];
  const name = {
    LOGGED_OUT: "endedLoggedOut",
    REVOKED_BY_USER: device ? "endedByDevice" : "endedByUser",
    REFRESH_TOKEN_REUSED: "endedByReuse",
    PASSWORD_CHANGED: "endedByPassword",
    USER_DISABLED: "endedDisabled",
    SESSION_LIMIT: "endedByLimit",
    REVOKED_BY_OPERATOR: actor ? "endedByOperator" : "endedByAnOperator",
  }[revocationReason];
  return words.say(name ?? "signOut", { device, actor });
}

function entry(what, known, instant, words, notable = false) {
  const time = el("time", { class: "moment", datetime: instant, title: words.at(instant) }, words.ago(instant));
  const title = el("p", { class: notable ? "what notable" : "what" }, el("bdi", {}, plain(what)));
  return el("li", { class: "happening", part: "entry" }, title, time, facts(known));
}
