// Runs the steps of a scenario, and prints the result of each for the tests.

export type Steps = Record<string, () => Promise<void>>;

/** Runs all steps in order, also after a failure. */
export async function runSteps(steps: Steps): Promise<void> {
  const results = [];
  for (const [name, runStep] of Object.entries(steps)) {
    const reason = await runStep().then(
      () => null,
      (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    results.push({ name, ok: reason === null, reason });
  }
  console.log(JSON.stringify(results));
  // A failed step may have left a connection open, which would keep the process alive.
  process.exit();
}

/** The same steps, each with a prefix to its name. */
export function prefixed(prefix: string, steps: Steps): Steps {
  return Object.fromEntries(Object.entries(steps).map(([name, runStep]) => [`${prefix}: ${name}`, runStep]));
}

/** The arguments of the command line. */
export function argument(): string {
  const [, , value] = process.argv;
  if (!value) throw new Error("give the address of the endpoint");
  return value;
}
