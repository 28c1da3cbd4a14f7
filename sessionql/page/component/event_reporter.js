// Notifies the user of events of other devices: several events at once give one notification and one request.
import { displayName } from "./cards.js";

const BATCH_DELAY = 100; // milliseconds

/** Why a session was revoked, from its event. */
export function revocationOf({ session, actor, actorName, device }) {
  return {
    reason: session.revocationReason,
    by: actorName ? null : (actor ?? { device }),
    actor: actorName,
    at: new Date().toISOString(),
  };
}

export class EventReporter {
  #revokedNames = [];
  #timer = null;

  /** `notify(text)` shows a sentence, `poll()` reads the sessions again. */
  constructor(i18n, { notify, poll }) {
    Object.assign(this, { i18n, notify, poll });
  }

  /** Report an event. The user is not notified of events of this device. */
  report({ kind, session, actor }) {
    const name = displayName(session, this.i18n);
    if (!actor?.isCurrent) {
      if (session?.state === "REVOKED") this.#revokedNames.push(name);
      else if (kind === "LOGGED_IN") this.notify(this.i18n.t("newLogIn", { device: name }));
    }
    this.#timer ??= setTimeout(() => this.#finishBatch(), BATCH_DELAY);
  }

  /** Drop the events that were not reported yet. */
  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#revokedNames = [];
  }

  #finishBatch() {
    this.#timer = null;
    const [device, ...others] = this.#revokedNames.splice(0);
    if (others.length) this.notify(this.i18n.t("devicesSignedOut", { count: others.length + 1 }));
    else if (device) this.notify(this.i18n.t("deviceSignedOut", { device }));
    this.poll();
  }
}
