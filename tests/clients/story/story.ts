// Two devices of one user: the scenario for all clients, which each implements with its own API.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { type Browser, browser, FIREFOX, IPHONE, outdate, PASSWORD } from "./browser.js";
import type { Steps } from "./steps.js";

export interface Failure {
  __typename: string;
  code?: string;
  message?: string;
}

export interface Session {
  id: string;
  isCurrent: boolean;
  device: string;
  name?: string | null | undefined;
}

/** The operations of a client. Errors of a payload are returned; errors of a request are thrown. */
export interface Client {
  register(email: string, password: string): Promise<readonly Failure[]>;
  logIn(email: string, password: string): Promise<readonly Failure[]>;
  sessions(): Promise<readonly Session[]>;
  rename(sessionId: string, name: string): Promise<readonly Failure[]>;
  revoke(sessionId: string): Promise<readonly Failure[]>;
  /** The ids of all sessions, read page by page with the pagination of the client. */
  pages(size: number): Promise<string[][]>;
  refetch(id: string): Promise<{ device?: string } | null>;
  /** The code of an error that this client threw. */
  codeOf(error: unknown): string | undefined;
}

export interface Participants<C extends Client> {
  email: string;
  laptop: C;
  laptopBrowser: Browser;
  phone: C;
  phoneBrowser: Browser;
  otherUser: C;
}

export function participants<C extends Client>(url: string, create: (browser: Browser) => C): Participants<C> {
  const [laptopBrowser, phoneBrowser] = [browser(url, FIREFOX), browser(url, IPHONE)];
  return {
    email: `${randomUUID()}@example.com`,
    laptop: create(laptopBrowser),
    laptopBrowser,
    phone: create(phoneBrowser),
    phoneBrowser,
    otherUser: create(browser(url, FIREFOX)),
  };
}

/** `before` are steps that run while both devices are signed in. At the end only the laptop is. */
export function story<C extends Client>(participants: Participants<C>, before: Steps = {}): Steps {
  return { ...logInSteps(participants), ...listSteps(participants), ...before, ...revocationSteps(participants) };
}

function logInSteps<C extends Client>({ email, laptop, phone }: Participants<C>): Steps {
  return {
    "registers on a laptop": async () => {
      assert.deepEqual(await laptop.register(email, PASSWORD), []);
    },
    "receives a typed error for a wrong password": async () => {
      const [failure] = await phone.logIn(email, "wrong horse battery");
      assert.deepEqual([failure?.__typename, failure?.code], ["InvalidCredentialsError", "INVALID_CREDENTIALS"]);
    },
    "logs in on a phone": async () => {
      assert.deepEqual(await phone.logIn(email, PASSWORD), []);
    },
    "lists both sessions and marks the current one": async () => {
      const devices = Object.fromEntries((await laptop.sessions()).map((each) => [each.device, each.isCurrent]));
      assert.deepEqual(devices, { "Safari on iPhone": false, "Firefox on Ubuntu": true });
    },
  };
}

function listSteps<C extends Client>({ email, laptop, laptopBrowser, phone, otherUser }: Participants<C>): Steps {
  return {
    "renames the session of the phone": async () => {
      assert.deepEqual(await laptop.rename(await otherId(laptop), "My phone"), []);
      assert.equal((await phone.sessions()).find((each) => each.isCurrent)?.name, "My phone");
    },
    "reads all sessions in pages": async () => {
      for (let more = 0; more < 3; more++) await otherUser.logIn(email, PASSWORD);
      const pages = await laptop.pages(2);
      assert.deepEqual(pages.map((page) => page.length), [2, 2, 1]);
      assert.equal(new Set(pages.flat()).size, 5);
    },
    "refetches a session by its id": async () => {
      assert.equal((await laptop.refetch(await otherId(laptop, "Safari on iPhone")))?.device, "Safari on iPhone");
    },
    "refreshes when its access token is no longer valid": async () => {
      const before = laptopBrowser.tokens.read();
      await outdate(laptopBrowser);
      assert.ok((await laptop.sessions()).some((each) => each.isCurrent));
      assert.notEqual(laptopBrowser.tokens.read()?.refreshToken, before?.refreshToken);
    },
  };
}

function revocationSteps<C extends Client>({ laptop, phone, phoneBrowser, otherUser }: Participants<C>): Steps {
  return {
    "does not find objects of another user": async () => {
      const theirs = await otherId(laptop, "Safari on iPhone");
      assert.deepEqual(await otherUser.register(`${randomUUID()}@example.com`, PASSWORD), []);
      const [failure] = await otherUser.revoke(theirs);
      assert.deepEqual([failure?.__typename, failure?.code], ["SessionNotFoundError", "SESSION_NOT_FOUND"]);
    },
    "signs out the phone": async () => {
      assert.deepEqual(await laptop.revoke(await otherId(laptop, "Safari on iPhone")), []);
      assert.ok(!(await laptop.sessions()).some((each) => each.device === "Safari on iPhone"));
    },
    "rejects the access token and the refresh token of the phone": async () => {
      await assert.rejects(phone.sessions(), (error) => phone.codeOf(error) === "UNAUTHENTICATED");
      assert.equal(phoneBrowser.tokens.read(), null);
    },
  };
}

/** The id of a session other than the current one. */
export async function otherId(client: Client, device?: string): Promise<string> {
  const others = (await client.sessions()).filter((each) => !each.isCurrent);
  const found = others.find((each) => !device || each.device === device);
  if (!found) throw new Error(`there is no other session on ${device ?? "another device"}`);
  return found.id;
}
