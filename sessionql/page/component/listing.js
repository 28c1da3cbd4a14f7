// What somebody who is signed in sees: this device, the others, and what happened.
import { Card } from "./cards.js";
import { arrange, el, show } from "./elements.js";
import { endedSession, endOf, happening, whyOut } from "./histories.js";
import { icon } from "./icons.js";

const FEW = 5; // sessions that ended, before the reader asks for more

export class Listing {
  /** `doing` is what its buttons do; `level` that of its headings; `without` names sections that are not wanted. */
  constructor(words, doing, level, without) {
    Object.assign(this, { words, doing, level, without, cards: new Map(), allEnded: false });
    this.here = el("ul", { class: "box list", part: "list", role: "list" });
    this.others = el("ul", { class: "list", role: "list" });
    this.nobody = el("slot", { name: "empty" }, this.#empty("noOthers", "noOthersText"));
    this.further = this.#more(() => doing.showMore());
    this.events = el("ul", { class: "list", role: "list" });
    this.earlier = this.#more(() => doing.showEvents());
    this.endedOnes = el("ul", { class: "list", role: "list" });
    this.endedMore = this.#more(() => this.#showEnded());
    this.endedNone = el("p", { class: "empty" }, words.say("noEnded"));
    this.count = el("span", { class: "count" });
    this.revoke = el(
      "button",
      { type: "button", class: "danger", part: "button sign-out-others", onclick: () => doing.signOutOthers() },
      words.say("signOutOthers"),
    );
    const change = el(
      "button",
      { type: "button", class: "plain", part: "button", onclick: () => doing.changePassword() },
      words.say("changePassword"),
    );
    this.password = this.#section(
      "password",
      el("div", { class: "box row-box" }, el("p", { class: "facts" }, words.say("passwordHint")), change),
    );
    this.element = el(
      "div",
      {},
      this.#section("thisDevice", this.here),
      this.#section(
        "otherDevices",
        el("div", { class: "box", part: "list" }, this.others, this.nobody, this.further),
        this.count,
        this.revoke,
      ),
      this.#section("activity", el("div", { class: "box", part: "list" }, this.events, this.earlier)),
      this.#section("ended", el("div", { class: "box", part: "list" }, this.endedOnes, this.endedNone, this.endedMore)),
      this.password,
    );
  }

  /** Show what the server said: `current`, `others` and how many there are in `total`, `events`, `ended`, `me`. */
  render(view) {
    const others = view.others.map((session) => this.#card(session).element);
    arrange(this.here, [this.#card(view.current).element]);
    arrange(this.others, others);
    const shown = new Set([view.current, ...view.others].map(({ id }) => id));
    for (const id of this.cards.keys()) if (!shown.has(id)) this.cards.delete(id);
    show(this.count, view.total ? this.words.number.format(view.total) : "");
    this.others.hidden = view.total === 0;
    this.nobody.hidden = view.total > 0;
    this.revoke.hidden = view.total === 0;
    const left = view.total - others.length;
    this.further.hidden = left <= 0;
    show(this.further, this.words.say("showMoreDevices", { count: left }));
    this.#renderHistories(view);
    this.password.hidden = !view.me.email || this.without.has("password");
  }

  /** Say anew how long ago everything was. */
  tick() {
    for (const card of this.cards.values()) card.tick();
    for (const time of this.element.querySelectorAll(".moment"))
      show(time, this.words.ago(time.getAttribute("datetime")));
  }

  /** Where the focus goes when what had it is gone. */
  focusNear(index) {
    const next = this.others.children[Math.min(index, this.others.children.length - 1)];
    (
      next?.querySelector("button[part~=sign-out]") ?? this.element.querySelector("[data-section=otherDevices]")
    ).focus();
  }

  #card(session) {
    const card = this.cards.get(session.id) ?? new Card(this.words, this.doing);
    this.cards.set(session.id, card);
    card.update(session);
    return card;
  }

  #renderHistories({ events, moreEvents, ended }) {
    // What stays the same is left alone, for somebody may be reading it.
    const key = JSON.stringify([events, moreEvents, ended, this.allEnded]);
    if (key === this.histories) return;
    Object.assign(this, { histories: key, ended });
    this.events.replaceChildren(...events.filter(isNews).map((event) => happening(event, this.words)));
    this.earlier.hidden = !moreEvents;
    show(this.earlier, this.words.say("showMore"));
    const inOrder = [...ended].sort((one, other) => Date.parse(endOf(other)) - Date.parse(endOf(one)));
    const chosen = this.allEnded ? inOrder : inOrder.slice(0, FEW);
    this.endedOnes.replaceChildren(...chosen.map((session) => endedSession(session, this.words)));
    this.endedOnes.hidden = ended.length === 0;
    this.endedNone.hidden = ended.length > 0;
    this.endedMore.hidden = chosen.length === ended.length;
    show(this.endedMore, this.words.say("showMore"));
  }

  #showEnded() {
    this.allEnded = true;
    this.doing.showAgain();
    this.element.querySelector("[data-section=ended]").focus();
  }

  #section(name, content, ...beside) {
    const title = el(
      `h${this.level}`,
      { class: "title", part: "title", tabindex: -1, "data-section": name },
      this.words.say(name),
    );
    const [count, button] = beside;
    if (count) title.append(" ", count);
    return el(
      "section",
      { part: `section ${name}`, hidden: this.without.has(name) },
      el("div", { class: "head" }, title, button),
      content,
    );
  }

  #empty(title, text) {
    return el("p", { class: "empty" }, el("strong", {}, this.words.say(title)), this.words.say(text));
  }

  #more(onclick) {
    return el("button", { type: "button", class: "more", part: "button more", hidden: true, onclick });
  }
}

/** A log-in from a new device is told once. */
function isNews({ kind, session }, _, all) {
  return kind !== "LOGGED_IN" || !all.some((other) => other.kind === "NEW_DEVICE" && other.session?.id === session?.id);
}

/** What is seen before anything is known. */
export function waiting(words) {
  const boxes = [1, 2, 3].map(() => el("div", { class: "box waiting" }));
  return el(
    "div",
    { "aria-busy": "true" },
    el("p", { class: "unseen" }, words.say("loading")),
    el("section", {}, boxes[0]),
    el("section", {}, boxes[1], boxes[2]),
  );
}

/** That the server cannot be reached, and a way to try again at once. */
export function away(words, tryAgain, text = words.say("awayText")) {
  const title = navigator.onLine === false ? "offline" : "away";
  const button = el(
    "button",
    { type: "button", class: "plain", part: "button", onclick: tryAgain },
    words.say("tryAgain"),
  );
  return el(
    "div",
    { class: "box away", part: "away" },
    icon("cloud"),
    el("div", {}, el("strong", {}, words.say(title)), el("p", {}, text)),
    button,
  );
}

/** That nobody is signed in, why, and the site's own way in. */
export function outside(words, why, level) {
  const { title, text } = whyOut(why, words);
  const heading = el(`h${level}`, { class: "title", part: "title", tabindex: -1 }, title);
  const tile = el("span", { class: "tile", part: "icon" }, icon(why.reason === "NOBODY" ? "shield" : "door"));
  const notice = el(
    "div",
    { class: "box out", part: "out", role: "alert" },
    tile,
    el("div", {}, heading, el("p", {}, text)),
  );
  // Who comes to log in need not be told that they are not.
  if (why.reason === "NOBODY") return el("slot", { name: "signed-out" }, notice);
  return el("div", {}, notice, el("slot", { name: "signed-out" }));
}
