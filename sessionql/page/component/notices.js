// What the element shows instead of the list, or above it: loading, no connection, and not signed in.
import { signOutExplanation } from "./activity.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

/** The placeholder until the first response. */
export function loadingNotice(i18n) {
  const boxes = [1, 2, 3].map(() => el("div", { class: "box loading" }));
  return el(
    "div",
    { "aria-busy": "true" },
    el("p", { class: "unseen" }, i18n.t("loading")),
    el("section", {}, boxes[0]),
    el("section", {}, boxes[1], boxes[2]),
  );
}

/** The banner while the server cannot be reached, with a button that retries at once. */
export function connectionNotice(i18n, retry, text = i18n.t("unreachableText")) {
  const title = navigator.onLine === false ? "offline" : "unreachable";
  const button = el("button", { type: "button", class: "plain", part: "button", onclick: retry }, i18n.t("tryAgain"));
  return el(
    "div",
    { class: "box connection", part: "connection" },
    icon("cloud"),
    el("div", {}, el("strong", {}, i18n.t(title)), el("p", {}, text)),
    button,
  );
}

/** The notice that the user is not signed in, with the reason, and the slot for the log-in form of the site. */
export function signedOutNotice(i18n, reason, level) {
  const { title, text } = signOutExplanation(reason, i18n);
  const hadNoSession = reason.reason === "NONE";
  const heading = el(`h${level}`, { class: "title", part: "title", tabindex: -1 }, title);
  const tile = el("span", { class: "tile", part: "icon" }, icon(hadNoSession ? "shield" : "exit"));
  const notice = el(
    "div",
    { class: "box signed-out", part: "signed-out", role: "alert" },
    tile,
    el("div", {}, heading, el("p", {}, text)),
  );
  // Without a reason to report, the log-in form is enough.
  if (hadNoSession) return el("slot", { name: "signed-out" }, notice);
  return el("div", {}, notice, el("slot", { name: "signed-out" }));
}
