// The actions of the user on sessions: confirm, run the mutation, report the result.
import { displayName } from "./cards.js";
import { NetworkError, SignedOutError } from "./client.js";
import { field, hiddenUsername, showDialog, UserError } from "./dialogs.js";
import { el } from "./dom.js";
import {
  CHANGE_PASSWORD,
  LOG_OUT,
  REAUTHENTICATE,
  RENAME_SESSION,
  REVOKE_OTHER_SESSIONS,
  REVOKE_SESSION,
} from "./operations.js";

const PASSWORD = { type: "password", required: true, maxlength: 128 };
const ERROR_KEYS = {
  INVALID_CREDENTIALS: "wrongPassword",
  RATE_LIMITED: "rateLimited",
  SESSION_NOT_FOUND: "alreadySignedOut",
  SESSION_ENDED: "alreadySignedOut",
};

// A result is reported after the dialog is closed: screen readers read nothing outside of an open one.
export class SessionActions {
  /**
   * `host` has `view()`, the state as shown; `signal()`, an AbortSignal for when the user is signed out; `notify(text)`,
   * `removeSessions(sessions, reason)`, `renameSession(session)`, `signOut(reason)`, `sessionEnded()`,
   * `replaceTokens(tokens)`, `poll()` and `focusNear(index)`.
   */
  constructor(root, i18n, client, host) {
    Object.assign(this, { root, i18n, client, host });
  }

  /** Log out of this device. */
  async logOut() {
    await this.#notifyOnError(async () => {
      await this.client.request(LOG_OUT);
      this.host.signOut({ reason: "LOGGED_OUT", at: new Date().toISOString() });
    });
  }

  /** Sign out the device of a card, after confirmation. */
  async signOut({ session, element }) {
    const { i18n, host } = this;
    const device = displayName(session, i18n);
    const index = [...element.parentElement.children].indexOf(element);
    const action = async () => {
      const payload = await this.#mutate(REVOKE_SESSION, { sessionId: session.id });
      if (!payload) return false;
      host.removeSessions([session], this.#revokedHere());
    };
    const content = [el("p", {}, i18n.t("confirmOneText"))];
    const title = i18n.t("confirmOne", { device });
    const confirmLabel = i18n.t("signOut");
    if (!(await this.#dialog({ title, content, confirmLabel, isDangerous: true, action }))) return;
    host.notify(i18n.t("deviceSignedOut", { device }));
    host.focusNear(index);
  }

  /** Sign out all other devices. The confirmation states their number. */
  async signOutOthers() {
    const { i18n, host } = this;
    const dryRun = async () => (await this.#mutate(REVOKE_OTHER_SESSIONS, { dryRun: true }))?.revokedCount;
    const count = await this.#notifyOnError(dryRun);
    if (!count) return host.poll();
    let revokedCount = 0;
    const action = async () => {
      const payload = await this.#mutate(REVOKE_OTHER_SESSIONS, { dryRun: false });
      if (!payload) return false;
      revokedCount = payload.revokedCount;
      const ids = new Set(payload.revokedSessionIds);
      const revoked = (host.view()?.others ?? []).filter(({ id }) => ids.has(id));
      host.removeSessions(revoked, this.#revokedHere());
    };
    const content = [el("p", {}, i18n.t("confirmOthersText"))];
    const title = i18n.t("confirmOthers", { count });
    const confirmLabel = i18n.t("signOutOthers");
    if (!(await this.#dialog({ title, content, confirmLabel, isDangerous: true, action }))) return;
    host.notify(i18n.t("devicesSignedOut", { count: revokedCount }));
    host.focusNear(0);
    host.poll();
  }

  /** Set the name of a session; null removes it. Throws if that fails. */
  async rename({ session }, name) {
    if ((session.name ?? null) === name) return;
    try {
      const payload = await this.#mutate(RENAME_SESSION, { sessionId: session.id, name });
      this.host.renameSession(payload.session);
      const { i18n } = this;
      this.host.notify(
        name ? i18n.t("deviceRenamed", { device: displayName(payload.session, i18n) }) : i18n.t("nameRemoved"),
      );
    } catch (error) {
      if (!(error instanceof SignedOutError)) throw error;
      await this.host.sessionEnded();
    }
  }

  /** Open the dialog that changes the password. */
  async changePassword() {
    const { i18n, host } = this;
    const newPassword = { ...PASSWORD, name: "newPassword", autocomplete: "new-password" };
    const content = [
      el("p", {}, i18n.t("passwordHint")),
      ...this.#currentPassword("currentPassword"),
      field(i18n.t("newPassword"), newPassword, i18n.t("newPasswordHint")),
    ];
    let revokedCount = 0;
    const action = async ({ currentPassword, newPassword }) => {
      const payload = await this.#mutate(CHANGE_PASSWORD, { input: { currentPassword, newPassword } });
      host.replaceTokens(payload.tokens);
      revokedCount = payload.revokedCount;
    };
    const [title, confirmLabel] = [i18n.t("changePassword"), i18n.t("changePassword")];
    if (!(await this.#dialog({ title, content, confirmLabel, action }))) return;
    host.notify(i18n.t("passwordChanged", { count: revokedCount }));
    host.poll();
  }

  /** Run a mutation: its payload, or null if it needs the password and the user did not enter it. Throws its error. */
  async #mutate(query, variables) {
    const [payload] = Object.values(await this.client.request(query, variables));
    const [error] = payload.errors;
    if (!error) return payload;
    const isOld = error.code === "REAUTHENTICATION_REQUIRED";
    // A user without an e-mail address logs in at a service, and has no password here.
    if (isOld && !this.host.view()?.me.email) throw new UserError(this.i18n.t("logInAgain"));
    if (isOld)
      return (await this.#reauthenticate()) ? this.#mutate(query, variables) : null;
    const key = ERROR_KEYS[error.code];
    throw new UserError(key ? this.i18n.t(key, { count: error.retryAfterSeconds }) : error.message);
  }

  /** Request the password. True if it was entered. */
  #reauthenticate() {
    const { i18n, host } = this;
    const content = [el("p", {}, i18n.t("passwordNeededText")), ...this.#currentPassword("password")];
    const action = async ({ password }) =>
      host.replaceTokens((await this.#mutate(REAUTHENTICATE, { password })).tokens);
    return this.#dialog({ title: i18n.t("passwordNeeded"), content, confirmLabel: i18n.t("confirm"), action });
  }

  #currentPassword(name) {
    const input = { ...PASSWORD, name, autocomplete: "current-password" };
    return [hiddenUsername(this.host.view()?.me.email), field(this.i18n.t("currentPassword"), input)];
  }

  async #dialog(options) {
    const focused = this.root.activeElement;
    try {
      return await showDialog(this.root, this.i18n, { ...options, signal: this.host.signal() });
    } catch (error) {
      if (!(error instanceof SignedOutError)) throw error;
      await this.host.sessionEnded();
      return false;
    } finally {
      if (focused?.isConnected && !this.root.activeElement) focused.focus();
    }
  }

  async #notifyOnError(action) {
    try {
      return await action();
    } catch (error) {
      if (error instanceof SignedOutError) return this.host.sessionEnded();
      const key = error instanceof NetworkError ? "requestFailed" : "failed";
      this.host.notify(this.i18n.t(key, { message: error.message }));
    }
  }

  #revokedHere() {
    return { reason: "REVOKED_BY_USER", by: this.host.view()?.current ?? null, actor: null };
  }
}
