// Tells a story and prints how each of its chapters ended, for the tests to read.

export type Chapters = Record<string, () => Promise<void>>;

/** In order, and each one: what fails late in a story is worth knowing too. */
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
  // What a chapter that failed has left open would keep this program going.
  process.exit();
}

/** The same chapters, lived in another way. */
export function called(way: string, chapters: Chapters): Chapters {
  return Object.fromEntries(Object.entries(chapters).map(([name, live]) => [`${way}: ${name}`, live]));
}

/** What was asked for on the command line. */
export function argument(): string {
  const [, , value] = process.argv;
  if (!value) throw new Error("give the address of the endpoint");
  return value;
}
