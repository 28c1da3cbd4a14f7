// The shadow tree of the element: a banner, the list or a notice, and short notifications.
import { RequestError } from "./client.js";
import { el, setChildren } from "./dom.js";
import { SessionListView } from "./list_view.js";
import { connectionNotice, loadingNotice, signedOutNotice } from "./notices.js";
import { styleSheet } from "./styles.js";

const NOTIFICATION_DURATION = 7_000; // milliseconds

export class ShadowView {
  #root;
  #states; // for `:state(signed-in)` and others in style sheets
  #banner = el("div", { role: "status" });
  #main = el("div", {});
  #notification = el("div", { class: "notification", role: "status", part: "notification" });
  #notificationTimer = null;
  #list = null;
  #i18n = null;
  #options = null;

  constructor(root, states) {
    this.#root = root;
    this.#states = states;
    root.adoptedStyleSheets = [styleSheet()];
    root.append(
      el("slot", { name: "header" }),
      this.#banner,
      this.#main,
      el("slot", { name: "footer" }),
      this.#notification,
    );
  }

  get root() {
    return this.#root;
  }

  /** Change the language, the actions of buttons, the level of headings, and which sections to leave out. */
  configure(i18n, { actions, level, without }) {
    this.#i18n = i18n;
    this.#options = { actions, level, without };
    this.#list = null;
    for (const each of [this.#banner, this.#main, this.#notification]) each.lang = i18n.language;
  }

  /** Show the state: the sessions, or why there is no user. */
  render({ view, signedOutReason }) {
    this.setState("signed-in", Boolean(view));
    this.setState("signed-out", Boolean(signedOutReason));
    const { actions, level, without } = this.#options;
    if (view) {
      this.#list ??= new SessionListView(this.#i18n, actions, level, without);
      setChildren(this.#main, [this.#list.element]);
      this.#list.render(view);
      return;
    }
    this.#list = null;
    setChildren(this.#main, [
      signedOutReason ? signedOutNotice(this.#i18n, signedOutReason, level) : loadingNotice(this.#i18n),
    ]);
  }

  get hasFocus() {
    return this.#root.activeElement !== null;
  }

  /** Show why the user was signed out, and remove the notification. `hadFocus` puts the focus on the notice. */
  renderSignOut(state, hadFocus) {
    this.#notification.replaceChildren();
    this.render(state);
    if (hadFocus) this.#main.querySelector("[tabindex]")?.focus();
  }

  /** Show that the server cannot be reached, with a button that calls `retry`. */
  showConnectionNotice(error, retry) {
    if (this.#banner.childElementCount) return;
    const text = error instanceof RequestError ? this.#i18n.t("failed", { message: error.message }) : undefined;
    this.#banner.replaceChildren(connectionNotice(this.#i18n, retry, text));
  }

  /** Remove that notice, and notify the user that the connection is back. */
  hideConnectionNotice() {
    if (this.#banner.childElementCount) this.notify(this.#i18n.t("reconnected"));
    this.#banner.replaceChildren();
  }

  /** Show a sentence for some seconds. Screen readers read it. */
  notify(text) {
    this.#notification.replaceChildren(el("p", {}, text));
    clearTimeout(this.#notificationTimer);
    this.#notificationTimer = setTimeout(() => this.#notification.replaceChildren(), NOTIFICATION_DURATION);
  }

  /** Update all relative times. */
  updateTimes() {
    this.#list?.updateTimes();
  }

  /** Focus the session at this index, after the focused one was removed. */
  focusNear(index) {
    this.#list?.focusNear(index);
  }

  /** Turn a `:state(…)` of the element on or off. */
  setState(name, isOn) {
    if (isOn) this.#states.add(name);
    else this.#states.delete(name);
  }
}
