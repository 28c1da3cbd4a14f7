// Runs the chapters (steps) of a story (scenario), and prints the result of each for the tests.

export type Chapters = Record<string, () => Promise<void>>;

/** Runs all chapters in order, also after a failure. */
export async function tell(chapters: Chapters): Promise<void> {
  const results = [];
  for (const [name, live] of Object.entries(chapters)) {
    const reason = await live().then(
      () => null,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    results.push({ name, ok: reason === null, reason });
  }
  console.log(JSON.stringify(results));
  // A failed chapter may have left a connection open, which would keep the process alive.
  process.exit();
}

/** The same chapters with another name. */
export function called(way: string, chapters: Chapters): Chapters {
  return Object.fromEntries(Object.entries(chapters).map(([name, live]) => [`${way}: ${name}`, live]));
}

/** The arguments of the command line. */
export function argument(): string {
  const [, , value] = process.argv;
  if (!value) throw new Error("give the address of the endpoint");
  return value;
}
