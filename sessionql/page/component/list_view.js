// What a signed-in user sees: this device, other devices, recent activity, ended sessions and the password.
import { endedEntry, endTime, eventEntry } from "./activity.js";
import { Card } from "./cards.js";
import { el, setChildren, setText } from "./dom.js";

const ENDED_COUNT = 5; // ended sessions before "Show more"

export class SessionListView {
  /** `actions` are those of the buttons, `level` is the level of the headings, `without` names sections to leave out. */
  constructor(i18n, actions, level, without) {
    Object.assign(this, { i18n, actions, level, without, cards: new Map(), showsAllEnded: false });
    this.currentList = el("ul", { class: "box list", part: "list", role: "list" });
    this.otherList = list();
    const noOthers = el("p", { class: "empty" }, el("strong", {}, i18n.t("noOthers")), i18n.t("noOthersText"));
    this.noOthers = el("slot", { name: "empty" }, noOthers);
    this.moreSessions = moreButton(() => actions.showMoreSessions());
    this.otherCount = el("span", { class: "count" });
    this.signOutOthers = el(
      "button",
      { type: "button", class: "danger", part: "button sign-out-others", onclick: () => actions.signOutOthers() },
      i18n.t("signOutOthers"),
    );
    this.eventList = list();
    this.moreEvents = moreButton(() => actions.showMoreEvents());
    this.endedList = list();
    this.noEnded = el("p", { class: "empty" }, i18n.t("noEnded"));
    this.moreEnded = moreButton(() => this.#showAllEnded());
    this.password = this.#section("password", this.#passwordRow());
    this.element = el(
      "div",
      {},
      this.#section("thisDevice", this.currentList),
      this.#section(
        "otherDevices",
        box(this.otherList, this.noOthers, this.moreSessions),
        this.otherCount,
        this.signOutOthers,
      ),
      this.#section("activity", box(this.eventList, this.moreEvents)),
      this.#section("ended", box(this.endedList, this.noEnded, this.moreEnded)),
      this.password,
    );
  }

  /** Show a view of the state: `current`, `others` and their number `total`, `events`, `ended`, `me`. */
  render(view) {
    const others = view.others.map((session) => this.#card(session).element);
    setChildren(this.currentList, [this.#card(view.current).element]);
    setChildren(this.otherList, others);
    const shown = new Set([view.current, ...view.others].map(({ id }) => id));
    for (const id of this.cards.keys()) if (!shown.has(id)) this.cards.delete(id);
    setText(this.otherCount, view.total ? this.i18n.number.format(view.total) : "");
    this.otherList.hidden = view.total === 0;
    this.noOthers.hidden = view.total > 0;
    this.signOutOthers.hidden = view.total === 0;
    const remaining = view.total - others.length;
    this.moreSessions.hidden = remaining <= 0;
    setText(this.moreSessions, this.i18n.t("showMoreDevices", { count: remaining }));
    this.#renderActivity(view);
    this.password.hidden = !view.me.email || this.without.has("password");
  }

  /** Update all relative times. */
  updateTimes() {
    for (const card of this.cards.values()) card.updateTime();
    for (const time of this.element.querySelectorAll(".moment"))
      setText(time, this.i18n.relativeTime(time.getAttribute("datetime")));
  }

  /** Focus the session at this index, after the focused one was removed; the heading if there is none. */
  focusNear(index) {
    const next = this.otherList.children[Math.min(index, this.otherList.children.length - 1)];
    (
      next?.querySelector("button[part~=sign-out]") ?? this.element.querySelector("[data-section=otherDevices]")
    ).focus();
  }

  #card(session) {
    const card = this.cards.get(session.id) ?? new Card(this.i18n, this.actions);
    this.cards.set(session.id, card);
    card.update(session);
    return card;
  }

  #renderActivity({ events, moreEvents, ended }) {
    // An unchanged list is not rendered again: the user may be reading it or selecting text.
    const key = JSON.stringify([events, moreEvents, ended, this.showsAllEnded]);
    if (key === this.activityKey) return;
    this.activityKey = key;
    this.eventList.replaceChildren(...events.filter(isShown).map((event) => eventEntry(event, this.i18n)));
    this.moreEvents.hidden = !moreEvents;
    setText(this.moreEvents, this.i18n.t("showMore"));
    const sorted = [...ended].sort((one, other) => Date.parse(endTime(other)) - Date.parse(endTime(one)));
    const shown = this.showsAllEnded ? sorted : sorted.slice(0, ENDED_COUNT);
    this.endedList.replaceChildren(...shown.map((session) => endedEntry(session, this.i18n)));
    this.endedList.hidden = ended.length === 0;
    this.noEnded.hidden = ended.length > 0;
    this.moreEnded.hidden = shown.length === ended.length;
    setText(this.moreEnded, this.i18n.t("showMore"));
  }

  #showAllEnded() {
    this.showsAllEnded = true;
    this.actions.render();
    this.element.querySelector("[data-section=ended]").focus();
  }

  #section(name, content, count = null, button = null) {
    const title = el(
      `h${this.level}`,
      { class: "title", part: "title", tabindex: -1, "data-section": name },
      this.i18n.t(name),
    );
    if (count) title.append(" ", count);
    return el(
      "section",
      { part: `section ${name}`, hidden: this.without.has(name) },
      el("div", { class: "head" }, title, button),
      content,
    );
  }

  #passwordRow() {
    const change = el(
      "button",
      { type: "button", class: "plain", part: "button", onclick: () => this.actions.changePassword() },
      this.i18n.t("changePassword"),
    );
    return el("div", { class: "box row-box" }, el("p", { class: "facts" }, this.i18n.t("passwordHint")), change);
  }
}

function list() {
  return el("ul", { class: "list", role: "list" });
}

function box(...children) {
  return el("div", { class: "box", part: "list" }, ...children);
}

function moreButton(onclick) {
  return el("button", { type: "button", class: "more", part: "button more", hidden: true, onclick });
}

/** Whether to show an event: a log-in from a new device has two events, NEW_DEVICE and LOGGED_IN; show the first. */
function isShown({ kind, session }, _, all) {
  return kind !== "LOGGED_IN" || !all.some((other) => other.kind === "NEW_DEVICE" && other.session?.id === session?.id);
}
