// The custom element <my-sessions endpoint="/graphql">: the sessions of a user, and how to end them. See docs/component.md.
import { SessionController } from "./controller.js";
import { chooseLanguage, I18n } from "./i18n.js";
import { ShadowView } from "./shadow_view.js";
import { TRANSLATIONS } from "./translations.js";

const CLOCK_INTERVAL = 10_000; // milliseconds between updates of relative times
const POLL_INTERVAL = 60_000; // no event reports that a device was active, so this is for `lastActive`

export class MySessions extends HTMLElement {
  static observedAttributes = ["endpoint", "lang", "heading-level", "without"];

  #view = new ShadowView(this.attachShadow({ mode: "open" }), this.attachInternals().states);
  #controller = new SessionController(this.#view, (name, detail, options) =>
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, ...options })),
  );
  #getAccessToken = null;
  #strings = {};
  #listeners = null; // an AbortController while the element is connected
  #intervals = [];
  #isStartPending = false;

  connectedCallback() {
    for (const name of ["getAccessToken", "strings"]) this.#upgradeProperty(name);
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    addEventListener("online", () => this.#controller.reconnect(), { signal });
    addEventListener("offline", () => this.#controller.handleOffline(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.#refresh(), { signal });
    this.#intervals = [
      setInterval(() => this.#view.updateTimes(), CLOCK_INTERVAL),
      setInterval(() => document.hidden || this.#controller.poll(), POLL_INTERVAL),
    ];
    this.#scheduleStart();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#intervals.splice(0).forEach(clearInterval);
    this.#isStartPending = false;
    this.#controller.stop();
  }

  attributeChangedCallback() {
    if (this.isConnected && this.#listeners) this.#scheduleStart();
  }

  /** `async ({ rejected }) => accessToken`; null to authenticate with cookies. */
  get getAccessToken() {
    return this.#getAccessToken;
  }

  set getAccessToken(getter) {
    this.#getAccessToken = getter;
    this.attributeChangedCallback();
  }

  /** Strings that replace those of the element, by name. */
  get strings() {
    return this.#strings;
  }

  set strings(strings) {
    this.#strings = strings ?? {};
    this.attributeChangedCallback();
  }

  /** True if the last response of the server had a signed-in user. */
  get signedIn() {
    return this.#controller.state.view !== null;
  }

  /** Read everything from the server again, e.g. after a log-in. Resolves afterwards, also if it failed. */
  async reload() {
    this.#ensureStarted();
    await this.#controller.reload();
  }

  /**
   * Run a GraphQL operation with the cookies or the token of the element, and return its data. Throws NetworkError,
   * SignedOutError or RequestError.
   */
  async request(query, variables) {
    this.#ensureStarted();
    return await this.#controller.client.request(query, variables);
  }

  /** Log out of this device. */
  logOut() {
    this.#ensureStarted();
    return this.#controller.actions.logOut();
  }

  /** Open the dialog that changes the password. */
  changePassword() {
    this.#ensureStarted();
    return this.#controller.actions.changePassword();
  }

  /** Start in a microtask: frameworks set several attributes and properties, one after the other. */
  #scheduleStart() {
    if (!this.#isStartPending) queueMicrotask(() => this.#isStartPending && this.isConnected && this.#start());
    this.#isStartPending = true;
  }

  /** Start now, if that is scheduled. Throws an Error if the element is not connected. */
  #ensureStarted() {
    if (!this.isConnected) throw new Error("<my-sessions> is not in the document yet.");
    if (this.#isStartPending) this.#start();
  }

  #start() {
    this.#isStartPending = false;
    const tags = [this.closest("[lang]")?.lang || document.documentElement.lang, ...navigator.languages];
    const level = Number(this.getAttribute("heading-level"));
    this.#controller.start({
      url: this.#url,
      getAccessToken: this.#getAccessToken,
      i18n: new I18n(TRANSLATIONS, chooseLanguage(TRANSLATIONS, tags, this.#strings), this.#strings),
      level: level >= 1 && level <= 6 ? level : 2,
      without: new Set((this.getAttribute("without") ?? "").split(/\s+/)),
    });
  }

  get #url() {
    const base = this.hasAttribute("endpoint") ? document.baseURI : import.meta.url;
    return new URL(this.getAttribute("endpoint") || "graphql", base).href;
  }

  #refresh() {
    this.#view.updateTimes();
    return this.reload();
  }

  /** A property that was set before the element was defined hides the accessor: set it again through the accessor. */
  #upgradeProperty(name) {
    if (!Object.hasOwn(this, name)) return;
    const value = this[name];
    delete this[name];
    this[name] = value;
  }
}

if (!customElements.get("my-sessions")) customElements.define("my-sessions", MySessions);
