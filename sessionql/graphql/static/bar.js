// The bar above GraphiQL: the menu of examples, and the session of this browser tab.
import { examples } from "./examples.js";
import * as session from "./session.js";
import { refresh, signOut } from "./transport.js";

const { createElement: h, useEffect, useRef, useState } = window.React;
const NEAR_EXPIRY_SECONDS = 60;
const TICK_MS = 5000;

function Menu({ open }) {
  const popover = useRef(null);
  const choose = (example) => {
    popover.current.hidePopover();
    open(example);
  };
  return h(
    "nav",
    { className: "examples", "aria-label": "Examples" },
    h("button", { type: "button", className: "primary", popovertarget: "examples-menu" }, "Examples"),
    h(
      "ul",
      { id: "examples-menu", popover: "auto", ref: popover },
      examples.map((example) => h(MenuItem, { key: example.name, example, choose })),
    ),
  );
}

function MenuItem({ example, choose }) {
  const { name, kind, purpose, root } = example;
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", "data-root": root, onClick: () => choose(example) },
      h("span", { className: "name" }, name),
      h("span", { className: `kind ${kind}` }, kind),
      purpose && h("span", { className: "purpose" }, purpose),
    ),
  );
}

// Renders again when the session changes, and every few seconds, because a token expires without an event.
function useSession() {
  const [, setCount] = useState(0);
  useEffect(() => {
    const render = () => setCount((count) => count + 1);
    const unsubscribe = session.subscribe(render);
    const timer = setInterval(render, TICK_MS);
    return () => {
      unsubscribe();
      clearInterval(timer);
    };
  }, []);
  return session.current();
}

const COOKIE_NOT_STORED =
  "Not signed in: this browser did not store the cookie (Safari stores Secure cookies over https only). Use https, " +
  "or set SESSIONQL_COOKIE_SECURE=false for development, or log in with delivery BEARER.";

function summary({ credential, usesCookie, cookieNotStored, email, device, ended }) {
  if (cookieNotStored) return [COOKIE_NOT_STORED];
  if (!credential) return ["Not signed in: register or log in. Then each request has the token."];
  const details = [
    email && h("span", { key: "email" }, " as ", h("strong", null, email)),
    device && h("span", { key: "device" }, " on ", h("strong", null, device)),
    usesCookie && h("span", { key: "cookie" }, " by cookie"),
  ];
  if (ended) return ["This session", ...details, " has ended: its token is no longer accepted."];
  return ["Signed in", ...details];
}

function Status() {
  const current = useSession();
  const [problem, setProblem] = useState(null);
  useEffect(() => setProblem(null), [current.credential, current.ended]);
  const button = (label, action) => {
    const onClick = async () => setProblem((await action()) ?? null);
    return h("button", { type: "button", onClick }, label);
  };
  const isSignedIn = Boolean(current.credential) && !current.ended;
  const expiresSoon = isSignedIn && session.canRefresh() && session.secondsLeft() < NEAR_EXPIRY_SECONDS;
  const state = current.ended ? "ended" : isSignedIn ? "in" : "out";
  return h(
    "div",
    { className: `status ${state}` },
    h("p", { role: "status" }, ...summary(current), problem && h("em", null, ` ${problem}`)),
    expiresSoon && button("Refresh token", refresh),
    isSignedIn && button("Sign out", signOut),
    (current.ended || problem) && button("Remove the token", session.remove),
  );
}

export function Bar({ open }) {
  return h(
    window.React.Fragment,
    null,
    h("h1", null, "SessionQL"),
    h(Menu, { open }),
    h(Status),
    h("p", { className: "hint" }, "To sign in as a second device, open this page in another browser or a private window."),
  );
}
