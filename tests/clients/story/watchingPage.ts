// A page that watches sign-outs like the example, with tokens and with cookies.
import assert from "node:assert/strict";

import { graphqlClient } from "../../../graphql_examples/typescript/client.js";
import { ReauthenticateDocument, RegisterDocument } from "../../../graphql_examples/typescript/generated/graphql.js";
import { signedFetch } from "../../../graphql_examples/typescript/signedFetch.js";
import { keep } from "../../../graphql_examples/typescript/tokens.js";
import { type SignOut, watchSignOuts } from "../../../graphql_examples/typescript/watch.js";
import { FIREFOX, outdate, PASSWORD, withHeaders } from "./browser.js";
import { ACCESS, CookieJar } from "./cookieJar.js";
import { EventRecorder } from "./eventRecorder.js";
import { type SignedInDevice, idOf, logIn, register, revoke, newEmail } from "./signedIn.js";
import { prefixed, type Steps } from "./steps.js";

/** A signed-in browser, with tokens or with cookies. */
interface Device extends SignedInDevice {
  /** Make its access token invalid. */
  outdate(): Promise<void>;
  /** Replace its access token, which closes the streams that were opened with it. */
  replace(): Promise<void>;
}

export function watchingPages(url: string): Steps {
  return {
    ...prefixed("a page with tokens", watchingPage(url, withTokens)),
    ...prefixed("a page with cookies", watchingPage(url, withCookies)),
    "a stream that fails is retried, and the session stays": async () => {
      const device = await register(url, newEmail());
      const failures = [FAILURE];
      const failing: typeof fetch = async (input, init) => {
        const failure = failures.pop();
        const headers = { "Content-Type": "text/event-stream" };
        return failure ? new Response(failure, { headers }) : device.fetch(input, init);
      };
      const page = new Page({ url, fetch: failing });
      await page.connections(2);
      assert.equal(page.recorder.end, undefined);
      page.stop();
    },
  };
}

const ERROR = { message: "The server is away.", extensions: { code: "SERVICE_UNAVAILABLE" } };
const FAILURE = `event: next\ndata: ${JSON.stringify({ data: null, errors: [ERROR] })}\n\nevent: complete\ndata:\n\n`;

function watchingPage(url: string, signUp: (url: string, email: string) => Promise<Device>): Steps {
  const email = newEmail();
  let [device, page]: [Device, Page] = [] as never;
  return {
    "refreshes when its token is no longer valid, and subscribes": async () => {
      device = await signUp(url, email);
      await device.outdate();
      page = new Page(device);
      await page.connections(1);
    },
    "receives the sign-out of another device": async () => {
      const id = await idOf(await logIn(url, email));
      await revoke(device, id);
      const received = await page.recorder.first((event) => event !== "connected");
      assert.deepEqual(received, page.signOuts[0]);
      assert.deepEqual([page.signOuts[0]?.session.id, page.signOuts[0]?.session.device], [id, "Safari on iPhone"]);
    },
    "reconnects when its stream is cut": async () => {
      await device.replace();
      await page.connections(2);
    },
    "receives its own sign-out as the last event, and no event after it was stopped": async () => {
      const stopped = new Page(device);
      await stopped.connections(1);
      stopped.stop();
      await revoke(await logIn(url, email), await idOf(device));
      assert.equal(await page.recorder.ended(), "complete");
      assert.deepEqual([page.signOuts.length, stopped.recorder.end, stopped.signOuts], [1, undefined, []]);
    },
    "receives the end at once when it subscribes with a revoked session": async () => {
      assert.equal(await new Page(device).recorder.ended(), "complete");
    },
  };
}

class Page {
  readonly recorder = new EventRecorder<SignOut | "connected">();
  readonly stop: () => void;

  constructor({ url, fetch }: SignedInDevice) {
    this.stop = watchSignOuts({
      url,
      fetch,
      changed: (signOut) => this.recorder.next({ data: signOut ?? "connected" }),
      signedOut: () => this.recorder.complete(),
    });
  }

  get signOuts(): SignOut[] {
    return this.recorder.events.filter((event) => event !== "connected");
  }

  /** Resolves after this number of connections. */
  async connections(count: number): Promise<void> {
    const connected = () => this.recorder.events.filter((event) => event === "connected").length;
    await this.recorder.first(() => connected() === count);
  }
}

async function withTokens(url: string, email: string): Promise<Device> {
  const device = await register(url, email);
  const replace = async () => keep(device.tokens, (await reauthenticate(device)).tokens);
  return { url, fetch: device.fetch, outdate: () => outdate(device), replace };
}

async function withCookies(url: string, email: string): Promise<Device> {
  const jar = new CookieJar();
  const send = withHeaders({ "User-Agent": FIREFOX, "Sec-Fetch-Site": "same-origin" }, jar.fetch);
  const device = { url, fetch: signedFetch({ url, fetch: send }) };
  await graphqlClient(url, device.fetch)(RegisterDocument, { input: { email, password: PASSWORD, delivery: "COOKIE" } });
  const replace = async () => void (await reauthenticate(device));
  const outdate = async () => {
    const access = jar.read(ACCESS);
    await replace();
    jar.put(ACCESS, access);
  };
  return { ...device, outdate, replace };
}

async function reauthenticate({ url, fetch }: SignedInDevice) {
  return (await graphqlClient(url, fetch)(ReauthenticateDocument, { input: { password: PASSWORD } })).reauthenticate;
}
