// Records the events of a subscription. Waiting for an event has a timeout.
import type { WatchSignOutsSubscription } from "../../../graphql_examples/typescript/generated/graphql.js";

export type SignOut = WatchSignOutsSubscription["sessionRevoked"];

interface Result<Data> {
  data?: Data | null | undefined;
  errors?: unknown;
}

const PATIENCE = 10_000;

/** A sink for graphql-ws and graphql-sse. */
export class Hearing<Data> {
  readonly events: Data[] = [];
  /** How the subscription ended: GraphQL errors, a thrown error, or `"complete"`. */
  end: unknown;
  #tell = () => {};

  next({ data, errors }: Result<Data>): void {
    if (errors) this.end ??= errors;
    else if (data) this.events.push(data);
    this.#tell();
  }

  error(error: unknown): void {
    this.end ??= error;
    this.#tell();
  }

  complete(): void {
    this.end ??= "complete";
    this.#tell();
  }

  async first(kind: (event: Data) => boolean): Promise<Data> {
    await this.#until("an event", () => this.events.some(kind));
    return this.events.find(kind) as Data;
  }

  async over(): Promise<unknown> {
    await this.#until("the end", () => this.end !== undefined);
    return this.end;
  }

  async #until(what: string, there: () => boolean): Promise<void> {
    const watched = new Promise<void>((resolve) => {
      this.#tell = () => there() && resolve();
      this.#tell();
    });
    await within(watched, what);
  }
}

export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
