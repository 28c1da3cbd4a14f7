// <my-sessions endpoint="/graphql">: where somebody is signed in, to see and to end. See docs/component.md.
import { Asker, Refused } from "./asking.js";
import { nameOf } from "./cards.js";
import { Deeds } from "./deeds.js";
import { arrange, el } from "./elements.js";
import { whyOut } from "./histories.js";
import { away, Listing, outside, waiting } from "./listing.js";
import { Lookout } from "./looking.js";
import { STRINGS } from "./strings.js";
import { sheet } from "./styles.js";
import { Watcher } from "./watching.js";
import { languageOf, Words } from "./words.js";

const TICK = 10_000; // milliseconds between two looks at the clock
const LOOK_AGAIN = 60_000; // and at the server, which does not announce that a device is used
const SOON = 100; // milliseconds, so that several events at once mean one look
const TOLD_WITHIN = 1_000; // the server tells why a session ended, and then closes the connection
const SAID_FOR = 7_000;

export class MySessions extends HTMLElement {
  static observedAttributes = ["endpoint", "lang", "heading-level", "without"];

  #root = this.attachShadow({ mode: "open" });
  #states = this.attachInternals().states; // for :state(signed-in) and the like in style sheets
  #banner = el("div", { role: "status" });
  #main = el("div", {});
  #saying = el("div", { class: "saying", role: "status", part: "saying" });
  #getAccessToken = null;
  #ownStrings = {};
  #asker = null;
  #lookout = null;
  #watcher = null;
  #words = null;
  #deeds = null;
  #listing = null;
  #view = null; // what the server said last; null when nobody is known to be signed in
  #why = null; // why nobody is signed in
  #heard = []; // names of devices that were signed out elsewhere, to be told soon
  #gone = new Set(); // sessions that ended: no answer that was on its way brings them back
  #leave = new AbortController(); // takes back what is asked of somebody who is signed out
  #listeners = null; // removed when the element is
  #timers = {};
  #planned = false;

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet()];
    this.#root.append(
      el("slot", { name: "header" }),
      this.#banner,
      this.#main,
      el("slot", { name: "footer" }),
      this.#saying,
    );
  }

  connectedCallback() {
    for (const name of ["getAccessToken", "strings"]) this.#takeEarly(name);
    this.#listeners = new AbortController();
    this.#leave = new AbortController();
    const { signal } = this.#listeners;
    addEventListener("online", () => (this.#watcher.stop(), this.reload()), { signal });
    addEventListener("offline", () => this.#away(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || (this.#listing?.tick(), this.reload()), {
      signal,
    });
    this.#every("tick", TICK, () => this.#listing?.tick());
    this.#every("look", LOOK_AGAIN, () => document.hidden || this.#lookout.look());
    this.#begin();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#leave.abort();
    this.#lookout?.forget();
    this.#watcher?.stop();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#timers = {};
  }

  attributeChangedCallback() {
    if (this.isConnected && this.#listeners) this.#begin();
  }

  /** `async ({ refused }) => accessToken`: where the access token comes from; null to use cookies. */
  get getAccessToken() {
    return this.#getAccessToken;
  }

  set getAccessToken(getter) {
    this.#getAccessToken = getter;
    this.attributeChangedCallback();
  }

  /** Strings of your own, by their names; others stay as they are. */
  get strings() {
    return this.#ownStrings;
  }

  set strings(strings) {
    this.#ownStrings = strings ?? {};
    this.attributeChangedCallback();
  }

  /** Whether somebody is signed in, as far as is known. */
  get signedIn() {
    return this.#view !== null;
  }

  /** Look at the server again, e.g. after a log-in. Resolves when that is done, whatever came of it. */
  async reload() {
    this.#ready();
    await this.#lookout.lookAnew();
  }

  /** Run an operation as the element does, with its cookies or token: its data. Raises an Error that says what happened. */
  async ask(query, variables) {
    this.#ready();
    return await this.#asker.ask(query, variables);
  }

  /** Log out of this device. */
  logOut() {
    return this.#deeds.logOut();
  }

  /** Ask for the old password and a new one. */
  changePassword() {
    return this.#deeds.changePassword();
  }

  // Looking at the server.

  #begin() {
    // Frameworks set attributes and properties one after the other: begin when they are done.
    if (!this.#planned) queueMicrotask(() => this.#planned && this.isConnected && this.#start());
    this.#planned = true;
  }

  /** Begin at once, if that is still to come. */
  #ready() {
    if (!this.isConnected) throw new Error("<my-sessions> has to be in the document first.");
    if (this.#planned) this.#start();
  }

  #start() {
    this.#planned = false;
    const tags = [this.closest("[lang]")?.lang || document.documentElement.lang, ...navigator.languages];
    this.#words = new Words(STRINGS, languageOf(STRINGS, tags, this.#ownStrings), this.#ownStrings);
    for (const each of [this.#banner, this.#main, this.#saying]) each.lang = this.#words.language;
    this.#lookout?.forget();
    this.#watcher?.stop();
    this.#asker = new Asker(this.#url, this.#getAccessToken);
    this.#deeds = new Deeds(this.#root, this.#words, this.#asker, this.#host);
    this.#lookout = new Lookout(this.#asker, {
      seen: (me) => this.#seen(me),
      ended: () => this.#ended(),
      lost: (error) => this.#away(error),
    });
    this.#watcher = new Watcher(this.#asker, {
      live: () => this.#live(),
      happened: (event) => this.#happened(event),
      lost: () => (this.#states.delete("live"), this.#lookout.lookLater()),
      over: () => this.#lookout.look(),
    });
    this.#listing = null;
    if (!this.#why) this.#main.replaceChildren(waiting(this.#words));
    this.#render();
    this.#lookout.look();
  }

  get #url() {
    const base = this.hasAttribute("endpoint") ? document.baseURI : import.meta.url;
    return new URL(this.getAttribute("endpoint") || "graphql", base).href;
  }

  /** What happens from here on is told. */
  async #live() {
    await this.#lookout.live();
    if (this.#watcher.connected) this.#states.add("live");
  }

  async #seen(me) {
    if (this.#banner.childElementCount) this.#say(this.#words.say("back"));
    this.#banner.replaceChildren();
    if (me) this.#signIn(me);
    else if (this.#view) await this.#ended();
    else this.#signOut({ reason: "NOBODY" });
  }

  #away(error) {
    if (this.#banner.childElementCount) return;
    const text = error instanceof Refused ? this.#words.say("failed", { message: error.message }) : undefined;
    this.#banner.replaceChildren(away(this.#words, () => this.reload(), text));
  }

  // Who is signed in.

  #signIn(me) {
    const isNew = this.#view?.me.id !== me.id;
    // A device that logged in again is another session, which has to be watched with itself.
    if (this.#view && this.#view.current.id !== me.currentSession.id) this.#watcher.stop();
    const all = new Map(me.sessions.nodes.map((session) => [session.id, session]));
    const others = [...all.values()].filter(({ id, isCurrent }) => !isCurrent && !this.#gone.has(id));
    const known = me.sessions.nodes.filter(({ id }) => this.#gone.has(id)).length;
    this.#view = {
      me,
      current: me.currentSession,
      others,
      total: me.sessions.totalCount - 1 - known,
      events: me.securityEvents.nodes,
      moreEvents: this.#lookout.mayShowMore(me.securityEvents),
      ended: me.ended.nodes,
    };
    this.#why = null;
    this.#render();
    this.#watcher.start();
    if (isNew) this.#tell("signedin", { user: { id: me.id, email: me.email } });
  }

  /** The session is over. Why may be told in a moment, for requests and events come by different ways. */
  async #ended() {
    const id = this.#view?.current.id;
    const { promise, resolve } = Promise.withResolvers();
    setTimeout(resolve, TOLD_WITHIN);
    await Promise.race([promise, this.#watcher.closed]);
    if (this.#view?.current.id === id) this.#signOut({ reason: "UNKNOWN", at: new Date().toISOString() });
  }

  #signOut(why) {
    this.#states.delete("live");
    this.#watcher.stop();
    this.#lookout.forget();
    const wasIn = this.#view !== null;
    if (!wasIn && this.#why) return;
    const hadFocus = this.#root.activeElement !== null;
    this.#view = null;
    this.#why = why;
    this.#leave.abort();
    this.#leave = new AbortController();
    this.#saying.replaceChildren();
    this.#render();
    if (hadFocus) this.#main.querySelector("[tabindex]")?.focus();
    if (wasIn) this.#tell("signedout", { ...why, ...whyOut(why, this.#words) });
  }

  #render() {
    for (const [state, isSo] of [
      ["signed-in", this.#view],
      ["signed-out", this.#why],
    ]) {
      if (isSo) this.#states.add(state);
      else this.#states.delete(state);
    }
    if (this.#view) {
      this.#listing ??= new Listing(
        this.#words,
        this.#doing,
        this.#level,
        new Set((this.getAttribute("without") ?? "").split(/\s+/)),
      );
      arrange(this.#main, [this.#listing.element]);
      this.#listing.render(this.#view);
    } else if (this.#why) {
      this.#listing = null;
      arrange(this.#main, [outside(this.#words, this.#why, this.#level)]);
    }
  }

  get #level() {
    const level = Number(this.getAttribute("heading-level"));
    return level >= 1 && level <= 6 ? level : 2;
  }

  // What happens elsewhere.

  #happened(event) {
    const { kind, session, actor } = event;
    const byUs = actor?.isCurrent ?? false;
    if (session?.state === "REVOKED") {
      const by = actor ?? { device: event.device };
      const why = {
        reason: session.revocationReason,
        by: event.actorName ? null : by,
        actor: event.actorName,
        at: new Date().toISOString(),
      };
      if (session.isCurrent) return this.#signOut(why);
      this.#drop([session], why);
      if (!byUs) this.#heard.push(nameOf(session, this.#words));
    } else if (kind === "LOGGED_IN" && !byUs)
      this.#say(this.#words.say("cameIn", { device: nameOf(session, this.#words) }));
    this.#timers.soon ??= setTimeout(() => this.#settle(), SOON);
  }

  /** What happened at once is told at once. */
  #settle() {
    this.#timers.soon = null;
    const [device, ...more] = this.#heard.splice(0);
    if (more.length) this.#say(this.#words.say("wereSignedOut", { count: more.length + 1 }));
    else if (device) this.#say(this.#words.say("wasSignedOut", { device }));
    this.#lookout.look();
  }

  /** Take sessions that ended off the list, and tell whoever listens. */
  #drop(sessions, why) {
    const fresh = sessions.filter(({ id }) => !this.#gone.has(id));
    for (const { id } of fresh) this.#gone.add(id);
    if (!this.#view) return;
    const kept = this.#view.others.filter(({ id }) => !this.#gone.has(id));
    this.#view = { ...this.#view, others: kept, total: this.#view.total - fresh.length };
    this.#render();
    for (const { id, name, device } of fresh) this.#tell("sessionrevoked", { session: { id, name, device }, ...why });
  }

  // What deeds and listings are told.

  #host = {
    view: () => this.#view,
    say: (text) => this.#say(text),
    drop: (sessions, why) => this.#drop(sessions, why),
    renamed: (session) => this.#renamed(session),
    signOut: (why) => this.#signOut(why),
    ended: () => this.#ended(),
    keep: (tokens) => this.#hand(tokens),
    look: () => this.#lookout.look(),
    focusNear: (index) => this.#listing?.focusNear(index),
    leave: () => this.#leave.signal,
  };

  #doing = {
    logOut: () => this.#deeds.logOut(),
    changePassword: () => this.#deeds.changePassword(),
    signOut: (card) => this.#deeds.signOut(card),
    signOutOthers: () => this.#deeds.signOutOthers(),
    rename: (card, name) => this.#deeds.rename(card, name),
    showMore: () => this.#lookout.more({ sessions: true }),
    showEvents: () => this.#lookout.more({ events: true }),
    showAgain: () => this.#render(),
  };

  #renamed({ id, name }) {
    const swap = (each) => (each.id === id ? { ...each, name } : each);
    if (!this.#view) return;
    this.#view = { ...this.#view, current: swap(this.#view.current), others: this.#view.others.map(swap) };
    this.#render();
  }

  /** New tokens, for whoever keeps them. With cookies, the browser has them already. */
  #hand(tokens) {
    if (this.#getAccessToken) this.dispatchEvent(new CustomEvent("tokenschanged", { detail: { tokens } }));
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  /** Show a sentence for a while, and have it read to who cannot see it. */
  #say(text) {
    this.#saying.replaceChildren(el("p", {}, text));
    clearTimeout(this.#timers.saying);
    this.#timers.saying = setTimeout(() => this.#saying.replaceChildren(), SAID_FOR);
  }

  #every(name, pause, act) {
    const again = () => {
      act();
      this.#timers[name] = setTimeout(again, pause);
    };
    this.#timers[name] = setTimeout(again, pause);
  }

  /** A property that was set before the element was known hides the accessor: set it once more. */
  #takeEarly(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    this[name] = value;
  }
}

if (!customElements.get("my-sessions")) customElements.define("my-sessions", MySessions);
