// Records the events of a subscription. Waiting for an event has a timeout.
import type { WatchSignOutsSubscription } from "../../../graphql_examples/typescript/generated/graphql.js";

export type SignOut = WatchSignOutsSubscription["sessionRevoked"];

interface Result<Data> {
  data?: Data | null | undefined;
  errors?: unknown;
}

const TIMEOUT_MS = 10_000;

/** A sink for graphql-ws and graphql-sse. */
export class EventRecorder<Data> {
  readonly events: Data[] = [];
  /** How the subscription ended: GraphQL errors, a thrown error, or `"complete"`. */
  end: unknown;
  #notify = () => {};

  next({ data, errors }: Result<Data>): void {
    if (errors) this.end ??= errors;
    else if (data) this.events.push(data);
    this.#notify();
  }

  error(error: unknown): void {
    this.end ??= error;
    this.#notify();
  }

  complete(): void {
    this.end ??= "complete";
    this.#notify();
  }

  async first(kind: (event: Data) => boolean): Promise<Data> {
    await this.#until("an event", () => this.events.some(kind));
    return this.events.find(kind) as Data;
  }

  async ended(): Promise<unknown> {
    await this.#until("the end", () => this.end !== undefined);
    return this.end;
  }

  async #until(what: string, isDone: () => boolean): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#notify = () => isDone() && resolve();
      this.#notify();
    });
    await within(done, what);
  }
}

export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timeout: ${what} did not happen`)), TIMEOUT_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
