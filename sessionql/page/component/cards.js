// One session in a list. An update keeps the DOM elements, so text that the user is typing is not lost.
import { errorText } from "./dialogs.js";
import { el, setText } from "./dom.js";
import { withoutBidiControls } from "./i18n.js";
import { icon } from "./icons.js";

const UNKNOWN_DEVICE = "Unknown device"; // as the server spells it

/** The name that the user gave the session, else its device. */
export function displayName(session, i18n) {
  const device = session?.device === UNKNOWN_DEVICE ? "" : withoutBidiControls(session?.device).trim();
  return withoutBidiControls(session?.name).trim() || device || i18n.t("unknownDevice");
}

/** Texts in a row, with separators between them. */
export function facts(texts) {
  return el("p", { class: "facts" }, ...texts.map((text) => el("span", {}, el("bdi", {}, withoutBidiControls(text)))));
}

/** What distinguishes sessions with the same name: device, location and IP address. */
function detailsOf(session) {
  return [session.name ? session.device : null, session.location?.label, session.ipAddress].filter(Boolean);
}

export class Card {
  /** `actions` has `signOut(card)`, `logOut()` and `rename(card, name)`, which throws if it fails. */
  constructor(i18n, actions) {
    this.i18n = i18n;
    this.actions = actions;
    this.icon = el("span", { class: "tile", part: "icon", role: "img" });
    this.name = el("bdi", { class: "name", part: "name" });
    this.details = facts([]);
    this.lastActive = el("time", { class: "when", part: "when" });
    this.renameButton = el(
      "button",
      { type: "button", class: "quiet small", part: "button", onclick: () => this.openForm() },
      icon("pen"),
    );
    this.signOutButton = el("button", { type: "button", class: "plain", part: "button sign-out" });
    this.signOutButton.addEventListener("click", () =>
      this.session.isCurrent ? actions.logOut() : actions.signOut(this),
    );
    this.texts = el("div", {}, this.name, this.details, this.lastActive);
    this.buttons = el("div", { class: "actions" }, this.renameButton, this.signOutButton);
    this.element = el("li", { class: "session" }, this.icon, this.texts, this.buttons);
  }

  /** Show the current state of the session. */
  update(session) {
    const { i18n } = this;
    const kind = session.deviceInfo.kind;
    if (this.session?.deviceInfo.kind !== kind) this.icon.replaceChildren(icon(kind));
    this.session = session;
    const name = displayName(session, i18n);
    this.icon.setAttribute("aria-label", i18n.t(kind));
    this.element.classList.toggle("current", session.isCurrent);
    this.element.setAttribute("part", session.isCurrent ? "session current" : "session");
    setText(this.name, name);
    this.#updateDetails(detailsOf(session));
    this.renameButton.setAttribute("aria-label", i18n.t("renameDevice", { device: name }));
    this.renameButton.setAttribute("title", i18n.t("rename"));
    setText(this.signOutButton, i18n.t(session.isCurrent ? "logOut" : "signOut"));
    if (!session.isCurrent) this.signOutButton.setAttribute("aria-label", i18n.t("signOutDevice", { device: name }));
    this.updateTime();
  }

  /** Show how long ago the session was last active. */
  updateTime() {
    const { isCurrent, lastActive } = this.session;
    const text = isCurrent
      ? this.i18n.t("activeNow")
      : this.i18n.t("active", { time: this.i18n.relativeTime(lastActive) });
    this.lastActive.classList.toggle("now", isCurrent);
    this.lastActive.setAttribute("datetime", lastActive);
    this.lastActive.setAttribute("title", this.i18n.dateTime(lastActive));
    setText(this.lastActive, text);
  }

  /** Open the form that renames the session. */
  openForm() {
    this.form = this.#createForm();
    this.input.value = this.session.name ?? "";
    for (const each of [this.texts, this.buttons]) each.hidden = true;
    this.element.append(this.form);
    this.input.select();
  }

  /** Close the form and show the name again. */
  closeForm() {
    const hadFocus = this.form.contains(this.form.getRootNode().activeElement);
    this.form.remove();
    for (const each of [this.texts, this.buttons]) each.hidden = false;
    if (hadFocus) this.renameButton.focus();
  }

  #updateDetails(details) {
    const key = details.join("\n");
    if (key === this.detailsKey) return;
    this.detailsKey = key;
    const updated = facts(details);
    this.details.replaceWith(updated);
    this.details = updated;
  }

  #createForm() {
    const { i18n } = this;
    this.input = el("input", {
      name: "name",
      maxlength: 80,
      autocomplete: "off",
      enterkeyhint: "done",
      placeholder: withoutBidiControls(this.session.device),
    });
    this.problem = el("p", { class: "problem", role: "alert" });
    const save = el("button", { class: "main", part: "button" }, i18n.t("save"));
    const cancel = el(
      "button",
      { type: "button", class: "plain", part: "button", onclick: () => this.closeForm() },
      i18n.t("cancel"),
    );
    const label = el("label", {}, i18n.t("name"), this.input);
    const form = el("form", { class: "rename" }, label, this.problem, el("div", { class: "row" }, save, cancel));
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.closeForm());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#save(save);
    });
    return form;
  }

  async #save(button) {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    this.problem.textContent = "";
    try {
      await this.actions.rename(this, this.input.value.trim() || null);
      this.closeForm();
    } catch (error) {
      setText(this.problem, errorText(this.i18n, error));
    } finally {
      button.setAttribute("aria-disabled", "false");
    }
  }
}
