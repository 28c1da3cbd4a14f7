// Signed-in browsers, for scenarios that start after the log-in.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { asker } from "../../../graphql_examples/typescript/ask.js";
import {
  LogInDocument,
  MySessionsDocument,
  RegisterDocument,
  RenameSessionDocument,
  RevokeSessionDocument,
} from "../../../graphql_examples/typescript/generated/graphql.js";
import { keep } from "../../../graphql_examples/typescript/tokens.js";
import { type Browser, browser, FIREFOX, IPHONE, PASSWORD } from "./browser.js";
import type { Hearing } from "./hearing.js";

export const newEmail = () => `${randomUUID()}@example.com`;

export async function register(url: string, email: string): Promise<Browser> {
  const device = browser(url, FIREFOX);
  const { register } = await asker(url, device.fetch)(RegisterDocument, { input: { email, password: PASSWORD } });
  keep(device.tokens, register.tokens);
  return device;
}

export async function logIn(url: string, email: string, userAgent = IPHONE): Promise<Browser> {
  const device = browser(url, userAgent);
  const { login } = await asker(url, device.fetch)(LogInDocument, { input: { email, password: PASSWORD } });
  keep(device.tokens, login.tokens);
  return device;
}

export type Asking = Pick<Browser, "url" | "fetch">;

export async function idOf({ url, fetch }: Asking): Promise<string> {
  const { mySessions } = await asker(url, fetch)(MySessionsDocument);
  return mySessions.find((session) => session.isCurrent)?.id ?? "";
}

export async function revoke({ url, fetch }: Asking, sessionId: string): Promise<void> {
  const { revokeSession } = await asker(url, fetch)(RevokeSessionDocument, { sessionId });
  if (revokeSession.errors.length > 0) throw new Error(JSON.stringify(revokeSession.errors));
}

/** Waits until the event is received: a subscription takes a moment to start, also after a reconnect. */
export async function renameUntilReceived<T>(device: Asking, { events }: Hearing<T>): Promise<void> {
  const [before, sessionId] = [events.length, await idOf(device)];
  for (let tries = 0; tries < 50; tries++) {
    await asker(device.url, device.fetch)(RenameSessionDocument, { input: { sessionId, name: `Desk ${tries}` } });
    await pause(50);
    if (events.length > before) return;
  }
  throw new Error("nothing is heard");
}
