// The cookies of a browser for one origin.

export const [ACCESS, REFRESH] = ["__Host-sessionql_access", "__Host-sessionql_refresh"] as const;

export class CookieJar {
  readonly #cookies = new Map<string, string>();

  readonly fetch: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    if (this.#cookies.size > 0) headers.set("Cookie", this.header);
    const answer = await fetch(input, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) this.#take(line);
    return answer;
  };

  get header(): string {
    return [...this.#cookies].map((pair) => pair.join("=")).join("; ");
  }

  read(name: string): string {
    const value = this.#cookies.get(name);
    if (value === undefined) throw new Error(`there is no cookie ${name}`);
    return value;
  }

  put(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  #take(line: string): void {
    const [pair = "", ...attributes] = line.split(";");
    const [name = "", value = ""] = pair.split("=", 2);
    if (attributes.some((attribute) => /^\s*max-age=0$/i.test(attribute))) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
