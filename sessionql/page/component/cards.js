// One session in the list. Its elements stay the same while the session changes, and so does what is typed into them.
import { explain } from "./dialogs.js";
import { el, show } from "./elements.js";
import { icon } from "./icons.js";
import { plain } from "./words.js";

const UNKNOWN = "Unknown device"; // as the server says it

/** What people call the device: the name that they gave it, or else what it is. */
export function nameOf(session, words) {
  const device = session?.device === UNKNOWN ? "" : plain(session?.device).trim();
  return plain(session?.name).trim() || device || words.say("unknownDevice");
}

/** What tells devices of one name apart. */
export function factsOf(session) {
  return [session.name ? session.device : null, session.location?.label, session.ipAddress].filter(Boolean);
}

/** Facts in a row. */
export function facts(texts) {
  return el("p", { class: "facts" }, ...texts.map((text) => el("span", {}, el("bdi", {}, plain(text)))));
}

export class Card {
  /** `doing` has `signOut(card)`, `logOut()` and `rename(card, name)`, which raises what went wrong. */
  constructor(words, doing) {
    this.words = words;
    this.doing = doing;
    this.tile = el("span", { class: "tile", part: "icon", role: "img" });
    this.name = el("bdi", { class: "name", part: "name" });
    this.about = facts([]);
    this.when = el("time", { class: "when", part: "when" });
    this.pen = el(
      "button",
      { type: "button", class: "quiet small", part: "button", onclick: () => this.edit() },
      icon("pen"),
    );
    this.end = el("button", { type: "button", class: "plain", part: "button sign-out" });
    this.end.addEventListener("click", () => (this.session.isCurrent ? doing.logOut() : doing.signOut(this)));
    this.texts = el("div", {}, this.name, this.about, this.when);
    this.actions = el("div", { class: "actions" }, this.pen, this.end);
    this.element = el("li", { class: "session" }, this.tile, this.texts, this.actions);
  }

  /** Show the session as it is now. */
  update(session) {
    const { words } = this;
    const kind = session.deviceInfo.kind;
    if (this.session?.deviceInfo.kind !== kind) this.tile.replaceChildren(icon(kind));
    this.session = session;
    const name = nameOf(session, words);
    this.tile.setAttribute("aria-label", words.say(kind));
    this.element.classList.toggle("current", session.isCurrent);
    this.element.setAttribute("part", session.isCurrent ? "session current" : "session");
    show(this.name, name);
    const known = factsOf(session);
    if (known.join("\n") !== this.known) {
      const about = facts(known);
      this.about.replaceWith(about);
      this.about = about;
      this.known = known.join("\n");
    }
    this.pen.setAttribute("aria-label", words.say("renameDevice", { device: name }));
    this.pen.setAttribute("title", words.say("rename"));
    show(this.end, words.say(session.isCurrent ? "logOut" : "signOut"));
    if (!session.isCurrent) this.end.setAttribute("aria-label", words.say("signOutDevice", { device: name }));
    this.tick();
  }

  /** Show how long ago it was used. */
  tick() {
    const { isCurrent, lastActive } = this.session;
    const text = isCurrent
      ? this.words.say("activeNow")
      : this.words.say("active", { time: this.words.ago(lastActive) });
    this.when.classList.toggle("now", isCurrent);
    this.when.setAttribute("datetime", lastActive);
    this.when.setAttribute("title", this.words.at(lastActive));
    show(this.when, text);
  }

  /** Have its name typed. */
  edit() {
    this.form = this.#form();
    this.input.value = this.session.name ?? "";
    for (const each of [this.texts, this.actions]) each.hidden = true;
    this.element.append(this.form);
    this.input.select();
  }

  /** Go back to showing the name. */
  closeForm() {
    const hadFocus = this.form.contains(this.form.getRootNode().activeElement);
    this.form.remove();
    for (const each of [this.texts, this.actions]) each.hidden = false;
    if (hadFocus) this.pen.focus();
  }

  #form() {
    const { words } = this;
    this.input = el("input", {
      name: "name",
      maxlength: 80,
      autocomplete: "off",
      enterkeyhint: "done",
      placeholder: plain(this.session.device),
    });
    this.problem = el("p", { class: "problem", role: "alert" });
    const save = el("button", { class: "main", part: "button" }, words.say("save"));
    const cancel = el(
      "button",
      { type: "button", class: "plain", part: "button", onclick: () => this.closeForm() },
      words.say("cancel"),
    );
    const label = el("label", {}, words.say("name"), this.input);
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
      await this.doing.rename(this, this.input.value.trim() || null);
      this.closeForm();
    } catch (error) {
      show(this.problem, explain(this.words, error));
    } finally {
      button.setAttribute("aria-disabled", "false");
    }
  }
}
