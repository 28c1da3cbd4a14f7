// Connects the server with what is shown: responses and events change the state, and the state is rendered.
import { SessionActions } from "./actions.js";
import { signOutExplanation } from "./activity.js";
import { GraphQLClient } from "./client.js";
import { EventReporter, revocationOf } from "./event_reporter.js";
import { EventSubscriber } from "./live.js";
import { SessionPoller } from "./poller.js";
import { SessionState } from "./session_state.js";

const REASON_TIMEOUT = 1_000; // milliseconds to wait for the event that explains why the session ended

export class SessionController {
  state = new SessionState();
  #view;
  #emit;
  #i18n = null;
  #client = null;
  #poller = null;
  #subscriber = null;
  #actions = null;
  #reporter = null;
  #signedIn = new AbortController(); // aborted when the user is signed out

  /** `emit(name, detail, options)` dispatches an event of the element. */
  constructor(view, emit) {
    this.#view = view;
    this.#emit = emit;
  }

  /** Connect to the server, or connect again with other settings. What is shown stays until the response. */
  start({ url, getAccessToken, i18n, level, without }) {
    this.#disconnect();
    this.#i18n = i18n;
    this.#client = new GraphQLClient(url, getAccessToken);
    this.#actions = new SessionActions(this.#view.root, i18n, this.#client, this.#host);
    this.#poller = new SessionPoller(this.#client, {
      loaded: (me) => this.#handleLoaded(me),
      sessionEnded: () => this.#handleSessionEnded(),
      failed: (error) => this.showConnectionNotice(error),
    });
    this.#subscriber = new EventSubscriber(this.#client, {
      subscribed: () => this.#handleSubscribed(),
      event: (event) => this.#handleEvent(event),
      disconnected: () => (this.#view.setState("live", false), this.#poller.pollLater()),
      sessionEnded: () => this.#poller.poll(),
    });
    this.#reporter = new EventReporter(i18n, this.#host);
    this.#view.configure(i18n, { actions: this.#buttonActions, level, without });
    this.#view.render(this.state);
    this.#poller.poll();
  }

  /** Close the connection and all dialogs. */
  stop() {
    this.#closeDialogs();
    this.#disconnect();
  }

  get client() {
    return this.#client;
  }

  get actions() {
    return this.#actions;
  }

  /** Read everything again. */
  poll() {
    this.#poller.poll();
  }

  /** Read everything again, at the request of the user or the page. Resolves afterwards, also if it failed. */
  async reload() {
    await this.#poller.pollAndResetDelay();
  }

  /** Connect again, e.g. after the browser was offline. */
  reconnect() {
    this.#subscriber.stop();
    return this.reload();
  }

  /** Show that the browser is offline, until a request that is sent from now on succeeds. */
  handleOffline() {
    // A response to an earlier request does not prove a connection.
    this.#poller.cancel();
    this.showConnectionNotice();
    this.#poller.pollLater();
  }

  /** Show that the server cannot be reached; with a RequestError, its message. */
  showConnectionNotice(error = null) {
    this.#view.showConnectionNotice(error, () => this.reload());
  }

  #disconnect() {
    this.#poller?.cancel();
    this.#subscriber?.stop();
    this.#reporter?.stop();
  }

  /** Read what changed before the subscription started; from then on events report changes. */
  async #handleSubscribed() {
    await this.#poller.pollAfterSubscribing();
    if (this.#subscriber.isConnected) this.#view.setState("live", true);
  }

  async #handleLoaded(me) {
    this.#view.hideConnectionNotice();
    if (me) this.#signIn(me);
    else if (this.state.view) await this.#handleSessionEnded();
    else this.#signOut({ reason: "NONE" });
  }

  #signIn(me) {
    // After a new log-in in the same browser there is another session, which needs a subscription of its own.
    const { view } = this.state;
    if (view && view.current.id !== me.currentSession.id) this.#subscriber.stop();
    const isNewUser = this.state.signIn(me, this.#poller.canLoadMoreEvents(me.securityEvents));
    this.#view.render(this.state);
    this.#subscriber.start();
    if (isNewUser) this.#emit("signedin", { user: { id: me.id, email: me.email } });
  }

  /** Sign out, because a request was rejected. The event with the reason may arrive a moment later. */
  async #handleSessionEnded() {
    const id = this.state.view?.current.id;
    const { promise, resolve } = Promise.withResolvers();
    setTimeout(resolve, REASON_TIMEOUT);
    await Promise.race([promise, this.#subscriber.closed]);
    if (this.state.view?.current.id === id) this.#signOut({ reason: "UNKNOWN", at: new Date().toISOString() });
  }

  #signOut(reason) {
    this.#view.setState("live", false);
    this.#disconnect();
    const wasSignedIn = this.state.view !== null;
    if (!this.state.signOut(reason)) return;
    const hadFocus = this.#view.hasFocus;
    this.#closeDialogs();
    this.#view.renderSignOut(this.state, hadFocus);
    if (wasSignedIn) this.#emit("signedout", { ...reason, ...signOutExplanation(reason, this.#i18n) });
  }

  #closeDialogs() {
    this.#signedIn.abort();
    this.#signedIn = new AbortController();
  }

  #handleEvent(event) {
    const { session } = event;
    if (session?.state === "REVOKED") {
      if (session.isCurrent) return this.#signOut(revocationOf(event));
      this.#removeSessions([session], revocationOf(event));
    }
    this.#reporter.report(event);
  }

  #removeSessions(sessions, reason) {
    const removed = this.state.remove(sessions);
    if (!this.state.view) return;
    this.#view.render(this.state);
    for (const { id, name, device } of removed)
      this.#emit("sessionrevoked", { session: { id, name, device }, ...reason });
  }

  #renameSession(session) {
    this.state.rename(session);
    if (this.state.view) this.#view.render(this.state);
  }

  #host = {
    view: () => this.state.view,
    signal: () => this.#signedIn.signal,
    notify: (text) => this.#view.notify(text),
    removeSessions: (sessions, reason) => this.#removeSessions(sessions, reason),
    renameSession: (session) => this.#renameSession(session),
    signOut: (reason) => this.#signOut(reason),
    sessionEnded: () => this.#handleSessionEnded(),
    // With cookies, the browser has stored the new tokens already. Tokens must not reach listeners of other elements.
    replaceTokens: (tokens) =>
      this.#client.getAccessToken && this.#emit("tokenschanged", { tokens }, { bubbles: false, composed: false }),
    poll: () => this.#poller.poll(),
    focusNear: (index) => this.#view.focusNear(index),
  };

  #buttonActions = {
    logOut: () => this.#actions.logOut(),
    changePassword: () => this.#actions.changePassword(),
    signOut: (card) => this.#actions.signOut(card),
    signOutOthers: () => this.#actions.signOutOthers(),
    rename: (card, name) => this.#actions.rename(card, name),
    showMoreSessions: () => this.#poller.loadMore({ sessions: true }),
    showMoreEvents: () => this.#poller.loadMore({ events: true }),
    render: () => this.#view.render(this.state),
  };
}
