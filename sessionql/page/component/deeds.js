// What the reader does to sessions: asked before, done, and told.
import { SignedOut, Unreachable } from "./asking.js";
import { nameOf } from "./cards.js";
import { account, field, Problem, question } from "./dialogs.js";
import { CHANGE_PASSWORD, LOG_OUT, PROVE, RENAME, REVOKE, REVOKE_OTHERS } from "./documents.js";
import { el } from "./elements.js";

const PASSWORD = { type: "password", required: true, maxlength: 128 };
const PROBLEMS = {
  INVALID_CREDENTIALS: "wrongPassword",
  RATE_LIMITED: "tooMany",
  SESSION_NOT_FOUND: "gone",
  SESSION_ENDED: "gone",
};

// What was done is told when the dialog is closed: nothing outside of an open one is read aloud.
export class Deeds {
  /**
   * `host` is the element: `view()` what it shows, `say(text)`, `drop(sessions, why)`, `renamed(session)`, `signOut(why)`,
   * `ended()` when somebody else has done that, `keep(tokens)`, `look()`, `focusNear(index)`, and `leave()`, a signal that the reader is signed out.
   */
  constructor(root, words, asker, host) {
    Object.assign(this, { root, words, asker, host });
  }

  /** Log out of this device. */
  async logOut() {
    await this.#orSay(async () => {
      await this.asker.ask(LOG_OUT);
      this.host.signOut({ reason: "LOGGED_OUT", at: new Date().toISOString() });
    });
  }

  /** Sign out the device of a card, when the reader really means it. */
  async signOut({ session, element }) {
    const { words, host } = this;
    const device = nameOf(session, words);
    const index = [...element.parentElement.children].indexOf(element);
    const act = async () => {
      const payload = await this.#act(REVOKE, { sessionId: session.id });
      if (!payload) return false;
      host.drop([session], this.#byUs());
    };
    const content = [el("p", {}, words.say("confirmOneText"))];
    const title = words.say("confirmOne", { device });
    if (!(await this.#question({ title, content, yes: words.say("signOut"), danger: true, act }))) return;
    host.say(words.say("wasSignedOut", { device }));
    host.focusNear(index);
  }

  /** Sign out all other devices, when the reader knows how many those are and means it. */
  async signOutOthers() {
    const { words, host } = this;
    const count = await this.#orSay(async () => (await this.#act(REVOKE_OTHERS, { dryRun: true })).revokedCount);
    if (!count) return host.look();
    let revoked = 0;
    const act = async () => {
      const payload = await this.#act(REVOKE_OTHERS, { dryRun: false });
      if (!payload) return false;
      revoked = payload.revokedCount;
      const ids = new Set(payload.revokedSessionIds);
      host.drop(
        (host.view()?.others ?? []).filter(({ id }) => ids.has(id)),
        this.#byUs(),
      );
    };
    const content = [el("p", {}, words.say("confirmOthersText"))];
    const title = words.say("confirmOthers", { count });
    if (!(await this.#question({ title, content, yes: words.say("signOutOthers"), danger: true, act }))) return;
    host.say(words.say("wereSignedOut", { count: revoked }));
    host.focusNear(0);
    host.look();
  }

  /** Give the device of a card a name, or take it away. Raises what went wrong. */
  async rename({ session }, name) {
    if ((session.name ?? null) === name) return;
    try {
      const payload = await this.#act(RENAME, { sessionId: session.id, name });
      this.host.renamed(payload.session);
      const { words } = this;
      this.host.say(
        name ? words.say("wasRenamed", { device: nameOf(payload.session, words) }) : words.say("nameRemoved"),
      );
    } catch (error) {
      if (!(error instanceof SignedOut)) throw error;
      await this.host.ended();
    }
  }

  /** Ask for the old password and a new one. */
  async changePassword() {
    const { words, host } = this;
    const content = [
      el("p", {}, words.say("passwordHint")),
      account(host.view()?.me.email),
      field(words.say("currentPassword"), { ...PASSWORD, name: "currentPassword", autocomplete: "current-password" }),
      field(
        words.say("newPassword"),
        { ...PASSWORD, name: "newPassword", autocomplete: "new-password" },
        words.say("newPasswordHint"),
      ),
    ];
    let revoked = 0;
    const act = async ({ currentPassword, newPassword }) => {
      const payload = await this.#act(CHANGE_PASSWORD, { input: { currentPassword, newPassword } });
      host.keep(payload.tokens);
      revoked = payload.revokedCount;
    };
    const [title, yes] = [words.say("changePassword"), words.say("changePassword")];
    if (!(await this.#question({ title, content, yes, act }))) return;
    host.say(words.say("passwordChanged", { count: revoked }));
    host.look();
  }

  /** Run a mutation: its payload; null when it needs a password, and none was entered. Raises what went wrong. */
  async #act(query, variables) {
    const [payload] = Object.values(await this.asker.ask(query, variables));
    const [error] = payload.errors;
    if (!error) return payload;
    if (error.code === "REAUTHENTICATION_REQUIRED") return (await this.#prove()) ? this.#act(query, variables) : null;
    const name = PROBLEMS[error.code];
    throw new Problem(name ? this.words.say(name, { count: error.retryAfterSeconds }) : error.message);
  }

  /** Have the password entered. Whether it was. */
  #prove() {
    const { words, host } = this;
    const content = [
      el("p", {}, words.say("passwordNeededText")),
      account(host.view()?.me.email),
      field(words.say("currentPassword"), { ...PASSWORD, name: "password", autocomplete: "current-password" }),
    ];
    const act = async (values) => host.keep((await this.#act(PROVE, { password: values.password })).tokens);
    return this.#question({ title: words.say("passwordNeeded"), content, yes: words.say("confirm"), act });
  }

  async #question(asked) {
    const before = this.root.activeElement;
    try {
      return await question(this.root, this.words, { ...asked, leave: this.host.leave() });
    } catch (error) {
      if (!(error instanceof SignedOut)) throw error;
      await this.host.ended();
      return false;
    } finally {
      if (before?.isConnected && !this.root.activeElement) before.focus();
    }
  }

  async #orSay(act) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof SignedOut) return this.host.ended();
      const name = error instanceof Unreachable ? "notSent" : "failed";
      this.host.say(this.words.say(name, { message: error.message }));
    }
  }

  #byUs() {
    return { reason: "REVOKED_BY_USER", by: this.host.view()?.current ?? null, actor: null };
  }
}
