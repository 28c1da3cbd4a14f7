// Hearing from the server as things happen, over a WebSocket (graphql-transport-ws). Event streams would do too, but
// browsers allow six connections to a server over HTTP/1.1, which that many tabs would use up for good.
import { WATCH } from "./documents.js";

const KEEP_ALIVE = 20_000; // milliseconds between two signs of life
const PONG_WITHIN = 10_000; // for the answer to one
const OVER = 4401; // the session is
const BETTER_TOKEN = 4403; // is wanted

export class Watcher {
  #socket = null;
  #timers = [];
  #closing = null;
  #turn = 0; // grows with each stop
  #renewed = false; // the token, since a connection was last accepted

  /** `asker` has the tokens; `told` is called: `live()`, `happened(event)`, `lost()`, `over()`. */
  constructor(asker, told) {
    this.asker = asker;
    this.told = told;
  }

  /** Connect, unless that is done already. Whether it works is told. */
  start() {
    if (this.#socket) return;
    this.#closing = Promise.withResolvers();
    const url = Object.assign(new URL(this.asker.url), { hash: "" });
    url.protocol = url.protocol.replace("http", "ws");
    const socket = (this.#socket = new WebSocket(url, "graphql-transport-ws"));
    let token = null;
    socket.onopen = async () => {
      token = await this.asker.token().catch(() => null);
      this.#send(socket, { type: "connection_init", payload: token ? { authorization: `Bearer ${token}` } : {} });
    };
    socket.onmessage = ({ data }) => this.#take(socket, JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(socket, code, token);
  }

  /** Let go, and tell nothing more. */
  stop() {
    const socket = this.#socket;
    this.#socket = null;
    this.#turn += 1;
    this.#timers.splice(0).forEach(clearTimeout);
    socket?.close(1000);
    this.#closing?.resolve();
  }

  get connected() {
    return this.#socket !== null;
  }

  /** Resolves when there is no connection any more: by then all that would have been told is told. */
  get closed() {
    return this.#closing?.promise;
  }

  #send(socket, message) {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  #take(socket, { type, payload }) {
    if (socket !== this.#socket) return;
    if (type === "connection_ack") {
      this.#renewed = false;
      this.#send(socket, { id: "1", type: "subscribe", payload: { query: WATCH } });
      // The answer says that the server has read what came before.
      this.#send(socket, { type: "ping" });
    } else if (type === "next" && payload.data) this.told.happened(payload.data.securityEvent);
    else if (type === "ping") this.#send(socket, { type: "pong" });
    else if (type === "pong") {
      if (this.#timers.length === 0) this.told.live();
      this.#keepAlive(socket);
    }
    else if (type === "error" || type === "complete") socket.close(1000);
  }

  /** Ask for a sign of life in a while; without one the connection is dead, though nobody said so. */
  #keepAlive(socket) {
    this.#timers.splice(0).forEach(clearTimeout);
    const ask = () => {
      this.#send(socket, { type: "ping" });
      this.#timers.push(setTimeout(() => this.#closed(socket, 1006), PONG_WITHIN));
    };
    this.#timers.push(setTimeout(ask, KEEP_ALIVE));
  }

  async #closed(socket, code, token) {
    if (socket !== this.#socket) return;
    this.stop();
    if (code === OVER) return this.told.over();
    if (code === BETTER_TOKEN && (await this.#renew(token))) return this.start();
    this.told.lost();
  }

  /** Get a better token. Whether to connect with it: not when we were told to stop, nor when it is refused as well. */
  async #renew(token) {
    const [turn, again] = [this.#turn, this.#renewed];
    this.#renewed = true;
    const better = await this.asker.renew(token).then(
      () => true,
      () => false,
    );
    return better && !again && turn === this.#turn;
  }
}
