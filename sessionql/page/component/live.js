// The subscription to security events, over a WebSocket (graphql-transport-ws). Not an event stream, because browsers
// allow six HTTP/1.1 connections to a server, and that many tabs would occupy all of them.
import { WATCH_SECURITY_EVENTS } from "./operations.js";

const PING_INTERVAL = 20_000; // milliseconds
const PONG_TIMEOUT = 10_000;
// Close codes of the server.
const SESSION_ENDED = 4401;
const TOKEN_REJECTED = 4403;
const ABNORMAL_CLOSURE = 1006;

export class EventSubscriber {
  #socket = null;
  #timers = [];
  #closing = null;
  #stopCount = 0;
  #token = null; // the access token of the connection; null with cookies
  #hasRefreshed = false; // since a connection was last accepted

  /** `listener` has the methods `subscribed()`, `event(event)`, `disconnected()` and `sessionEnded()`. */
  constructor(client, listener) {
    this.client = client;
    this.listener = listener;
  }

  /** Connect, unless there is a connection. The listener receives the result. */
  start() {
    if (this.#socket) return;
    this.#closing = Promise.withResolvers();
    const url = Object.assign(new URL(this.client.url), { hash: "" });
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(url, "graphql-transport-ws"));
    this.#token = null;
    socket.onopen = async () => this.#send(socket, { type: "connection_init", payload: await this.#newCredentials() });
    socket.onmessage = ({ data }) => this.#handleMessage(socket, JSON.parse(data));
    socket.onclose = ({ code }) => this.#handleClose(socket, code);
  }

  /** Close the connection. The listener receives nothing more from it. */
  stop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#stopCount += 1;
    this.#clearTimers();
    socket?.close(1000);
    this.#closing?.resolve();
  }

  get isConnected() {
    return this.#socket !== null;
  }

  /** Resolves when the connection is closed. By then the listener has received every event that came over it. */
  get closed() {
    return this.#closing?.promise;
  }

  /** The payload with the access token of the page, if it is not that of the connection already. */
  async #newCredentials() {
    const token = await this.client.accessToken().catch(() => null);
    if (token === null || token === this.#token) return {};
    this.#token = token;
    return { authorization: `Bearer ${token}` };
  }

  #send(socket, message) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  #handleMessage(socket, { type, payload }) {
    if (socket !== this.#socket) return;
    if (type === "connection_ack") {
      this.#hasRefreshed = false;
      this.#send(socket, { id: "1", type: "subscribe", payload: { query: WATCH_SECURITY_EVENTS } });
      // The pong shows that the server has read the `subscribe` before it.
      this.#send(socket, { type: "ping" });
    } else if (type === "next" && payload.data) this.listener.event(payload.data.securityEvent);
    else if (type === "ping") this.#send(socket, { type: "pong" });
    else if (type === "pong") {
      if (this.#timers.length === 0) this.listener.subscribed();
      this.#schedulePing(socket);
    } else if (type === "error" || type === "complete") socket.close(1000);
  }

  /** Send a ping later, with a newer token if there is one: the server closes the connection when its token expires.
   * Without a pong the connection is lost, even if no close event was fired. */
  #schedulePing(socket) {
    this.#clearTimers();
    const ping = async () => {
      const payload = await this.#newCredentials();
      if (socket !== this.#socket) return;
      this.#send(socket, { type: "ping", payload });
      this.#timers.push(setTimeout(() => this.#handleClose(socket, ABNORMAL_CLOSURE), PONG_TIMEOUT));
    };
    this.#timers.push(setTimeout(ping, PING_INTERVAL));
  }

  #clearTimers() {
    this.#timers.splice(0).forEach(clearTimeout);
  }

  async #handleClose(socket, code) {
    if (socket !== this.#socket) return;
    this.stop();
    if (code === SESSION_ENDED) return this.listener.sessionEnded();
    if (code === TOKEN_REJECTED && (await this.#refresh(this.#token))) return this.start();
    this.listener.disconnected();
  }

  /** Refresh the token. True if it is time to reconnect: not after `stop()`, nor if the new token was rejected too. */
  async #refresh(token) {
    const [stopCount, isSecond] = [this.#stopCount, this.#hasRefreshed];
    this.#hasRefreshed = true;
    const succeeded = await this.client.refresh(token).then(
      () => true,
      () => false,
    );
    return succeeded && !isSecond && stopCount === this.#stopCount;
  }
}
