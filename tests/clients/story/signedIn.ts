// Signed-in browsers, for scenarios that start after the log-in.
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import {
  LogInDocument,
  MySessionsDocument,
  RegisterDocument,
  RenameSessionDocument,
  RevokeSessionDocument,
} from "../../../graphql_examples/typescript/generated/graphql.js";
import { keep } from "../../../graphql_examples/typescript/tokens.js";
import { type Browser, browser, FIREFOX, IPHONE, PASSWORD } from "./browser.js";
import type { EventRecorder } from "./eventRecorder.js";

export const newEmail = () => `${randomUUID()}@example.com`;

export async function register(url: string, email: string): Promise<Browser> {
  const device = browser(url, FIREFOX);
  const { register } = await graphqlClient(url, device.fetch)(RegisterDocument, { input: { email, password: PASSWORD } });
  keep(device.tokens, register.tokens);
  return device;
}

export async function logIn(url: string, email: string, userAgent = IPHONE): Promise<Browser> {
  const device = browser(url, userAgent);
  const { login } = await graphqlClient(url, device.fetch)(LogInDocument, { input: { email, password: PASSWORD } });
  keep(device.tokens, login.tokens);
  return device;
}

export type SignedInDevice = Pick<Browser, "url" | "fetch">;

export async function idOf({ url, fetch }: SignedInDevice): Promise<string> {
  const { mySessions } = await graphqlClient(url, fetch)(MySessionsDocument);
  return mySessions.find((session) => session.isCurrent)?.id ?? "";
}

export async function revoke({ url, fetch }: SignedInDevice, sessionId: string): Promise<void> {
  const { revokeSession } = await graphqlClient(url, fetch)(RevokeSessionDocument, { sessionId });
  if (revokeSession.errors.length > 0) throw new Error(JSON.stringify(revokeSession.errors));
}

/** Waits until the event is received: a subscription takes a moment to start, also after a reconnect. */
export async function renameUntilReceived<T>(device: SignedInDevice, { events }: EventRecorder<T>): Promise<void> {
  const [before, sessionId] = [events.length, await idOf(device)];
  for (let tries = 0; tries < 50; tries++) {
    await graphqlClient(device.url, device.fetch)(RenameSessionDocument, { input: { sessionId, name: `Desk ${tries}` } });
    await pause(50);
    if (events.length > before) return;
  }
  throw new Error("nothing is received");
}
