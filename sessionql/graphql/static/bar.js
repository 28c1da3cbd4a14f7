// The bar above GraphiQL: the menu of examples, and who this browser tab is signed in as.
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

// Redraws when the session changes, and now and then because a token expires without an event.
function useSession() {
  const [, redraw] = useState(0);
  useEffect(() => {
    const again = () => redraw((count) => count + 1);
    const unwatch = session.watch(again);
    const timer = setInterval(again, TICK_MS);
    return () => {
      unwatch();
      clearInterval(timer);
    };
  }, []);
  return session.current();
}

const COOKIE_NOT_KEPT =
  "Not signed in: this browser did not keep the cookie (Safari keeps Secure cookies over https only). Serve over " +
  "https, or set SESSIONQL_COOKIE_SECURE=false while developing, or log in with delivery BEARER.";

function summary({ proof, byCookie, cookieNotKept, email, device, ended }) {
  if (cookieNotKept) return [COOKIE_NOT_KEPT];
  if (!proof) return ["Not signed in: register or log in, and every request carries the token."];
  const who = [
    email && h("span", { key: "email" }, " as ", h("strong", null, email)),
    device && h("span", { key: "device" }, " on ", h("strong", null, device)),
    byCookie && h("span", { key: "cookie" }, " by cookie"),
  ];
  if (ended) return ["This session", ...who, " has ended: its token is no longer accepted."];
  return ["Signed in", ...who];
}

function Status() {
  const known = useSession();
  const [problem, setProblem] = useState(null);
  useEffect(() => setProblem(null), [known.proof, known.ended]);
  const button = (label, action) => {
    const onClick = async () => setProblem((await action()) ?? null);
    return h("button", { type: "button", onClick }, label);
  };
  const isIn = Boolean(known.proof) && !known.ended;
  const isOld = isIn && session.canRefresh() && session.secondsLeft() < NEAR_EXPIRY_SECONDS;
  const state = known.ended ? "ended" : isIn ? "in" : "out";
  return h(
    "div",
    { className: `status ${state}` },
    h("p", { role: "status" }, ...summary(known), problem && h("em", null, ` ${problem}`)),
    isOld && button("Refresh token", refresh),
    isIn && button("Sign out", signOut),
    (known.ended || problem) && button("Forget the token", session.forget),
  );
}

export function Bar({ open }) {
  return h(
    window.React.Fragment,
    null,
    h("h1", null, "SessionQL"),
    h(Menu, { open }),
    h(Status),
    h("p", { className: "hint" }, "Open this page in another browser (or a private window) to be a second device."),
  );
}
