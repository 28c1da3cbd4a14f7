// The page around <my-sessions>: its language, who is signed in, and the way in. The element does everything else.
import { LOG_IN_HERE, REGISTER_HERE } from "./page-documents.js";
import { PAGE_STRINGS } from "./page-strings.js";
import { languageOf, Words } from "./words.js";

const ENTER = { logIn: LOG_IN_HERE, register: REGISTER_HERE };
const SAID = {
  INVALID_CREDENTIALS: "wrong",
  EMAIL_TAKEN: "taken",
  ACCOUNT_DISABLED: "disabled",
  RATE_LIMITED: "tooMany",
};

const words = new Words(PAGE_STRINGS, languageOf(PAGE_STRINGS, navigator.languages));
const element = document.querySelector("my-sessions");
const [form, email, password, problem, go, other] = ["entry", "email", "password", "problem", "go", "other"].map((id) =>
  document.getElementById(id),
);
let way = "logIn";

function translate() {
  document.documentElement.lang = words.language;
  document.title = words.say("title");
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = words.say(each.dataset.text);
}

/** Show the form for logging in, or for making an account. What is typed stays. */
function choose(chosen) {
  way = chosen;
  const isNew = way === "register";
  for (const id of ["entry-title", "go"]) document.getElementById(id).dataset.text = way;
  document.getElementById("entry-text").dataset.text = `${way}Text`;
  document.getElementById("other-text").dataset.text = isNew ? "haveAccount" : "newHere";
  other.dataset.text = isNew ? "logIn" : "register";
  document.getElementById("hint").hidden = !isNew;
  password.autocomplete = isNew ? "new-password" : "current-password";
  problem.textContent = "";
  translate();
}

async function enter() {
  const input = { email: email.value.trim(), password: password.value, delivery: "COOKIE" };
  const empty = [email, password].find((each) => !each.value);
  if (empty) {
    empty.focus();
    return words.say("fillIn");
  }
  const { done } = await element.ask(ENTER[way], { input });
  const [error] = done.errors;
  if (error) return SAID[error.code] ? words.say(SAID[error.code], { count: error.retryAfterSeconds }) : error.message;
  await element.reload();
  if (!element.signedIn) return words.say("notKept");
  form.reset();
  choose("logIn");
  return "";
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (go.getAttribute("aria-disabled") === "true") return;
  go.setAttribute("aria-disabled", "true");
  problem.textContent = "";
  try {
    problem.textContent = await enter();
  } catch {
    problem.textContent = words.say("notSent");
  } finally {
    go.setAttribute("aria-disabled", "false");
  }
});
other.addEventListener("click", () => {
  choose(way === "logIn" ? "register" : "logIn");
  email.focus();
});
element.addEventListener("signedin", ({ detail }) => {
  const who = detail.user.email;
  document.getElementById("who").textContent = who ? words.say("signedInAs", { email: who }) : "";
});
element.addEventListener("signedout", () => (document.getElementById("who").textContent = ""));
translate();
