// The page around <my-sessions>: its language, the e-mail address of the user, and the forms to log in and to register.
import { chooseLanguage, I18n } from "./i18n.js";
import { PAGE_LOG_IN, PAGE_REGISTER, PAGE_RESET_PASSWORD } from "./page-operations.js";
import { PAGE_TRANSLATIONS } from "./page-translations.js";

const OPERATIONS = { logIn: PAGE_LOG_IN, register: PAGE_REGISTER, resetPassword: PAGE_RESET_PASSWORD };
const ERROR_KEYS = {
  INVALID_CREDENTIALS: "invalidCredentials",
  EMAIL_TAKEN: "emailTaken",
  ACCOUNT_DISABLED: "accountDisabled",
  RESET_TOKEN_INVALID: "resetTokenInvalid",
  RATE_LIMITED: "rateLimited",
};
// The link that a team mails: browsers send no fragment to a server, so the token is in no log.
const RESET_FRAGMENT = "#reset-password=";

const i18n = new I18n(PAGE_TRANSLATIONS, chooseLanguage(PAGE_TRANSLATIONS, navigator.languages));
const byId = (id) => document.getElementById(id);
const element = document.querySelector("my-sessions");
// The server leaves out what its setting SESSIONQL_ACCOUNTS turns off: the button to register, or the whole form.
const [account, form, email, password, problem, submitButton, modeButton] = [
  "account",
  "log-in-form",
  "email",
  "password",
  "problem",
  "submit-button",
  "mode",
].map(byId);
let mode = "logIn";
let resetToken = "";

function translatePage() {
  document.documentElement.lang = i18n.language;
  document.title = i18n.t("title");
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = i18n.t(each.dataset.text);
}

/** Show the form for "logIn", "register" or "resetPassword". The input stays. */
function setMode(newMode, text = `${newMode}Text`) {
  mode = newMode;
  const isLogIn = mode === "logIn";
  for (const id of ["form-title", "submit-button"]) byId(id).dataset.text = mode;
  byId("form-text").dataset.text = text;
  byId("email-field").hidden = mode === "resetPassword";
  byId("hint").hidden = isLogIn;
  password.autocomplete = isLogIn ? "current-password" : "new-password";
  problem.textContent = "";
  if (modeButton) {
    byId("mode-text").dataset.text = isLogIn ? "newHere" : "haveAnAccount";
    modeButton.dataset.text = isLogIn ? "register" : "logIn";
  }
  translatePage();
}

/** Show the form for a new password if the page was opened by such a link, also to a user who is signed in. */
function readFragment() {
  if (!location.hash.startsWith(RESET_FRAGMENT)) return;
  resetToken = location.hash.slice(RESET_FRAGMENT.length);
  // Not in the history of the browser.
  history.replaceState(null, "", location.pathname + location.search);
  element.before(account);
  element.hidden = true;
  setMode("resetPassword");
  password.focus();
}

/** Show the element again, and the form to log in inside of it. */
function endReset(text) {
  resetToken = "";
  element.append(account);
  element.hidden = false;
  setMode("logIn", text);
}

function readInput() {
  if (mode === "resetPassword") return { token: resetToken, newPassword: password.value };
  return { email: email.value.trim(), password: password.value, delivery: "COOKIE" };
}

/** Submit the form. Resolves to the text of the error, "" if there is none. */
async function submit() {
  const empty = [email, password].find((each) => !each.value && !each.closest("[hidden]"));
  if (empty) {
    empty.focus();
    return i18n.t("fieldsRequired");
  }
  const { result } = await element.request(OPERATIONS[mode], { input: readInput() });
  const [error] = result.errors;
  if (error) {
    const key = ERROR_KEYS[error.code];
    return key ? i18n.t(key, { count: error.retryAfterSeconds }) : error.message;
  }
  await element.reload();
  if (mode === "resetPassword") {
    form.reset();
    endReset("passwordSet");
    return "";
  }
  if (!element.signedIn) return i18n.t("cookiesNotStored");
  form.reset();
  setMode("logIn");
  return "";
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (submitButton.getAttribute("aria-disabled") === "true") return;
  submitButton.setAttribute("aria-disabled", "true");
  problem.textContent = "";
  try {
    problem.textContent = await submit();
  } catch {
    problem.textContent = i18n.t("requestFailed");
  } finally {
    submitButton.setAttribute("aria-disabled", "false");
  }
});
modeButton?.addEventListener("click", () => {
  if (mode === "resetPassword") endReset();
  else setMode(mode === "logIn" ? "register" : "logIn");
  email.focus();
});
element.addEventListener("signedin", ({ detail }) => {
  const address = detail.user.email;
  byId("user").textContent = address ? i18n.t("signedInAs", { email: address }) : "";
});
element.addEventListener("signedout", () => (byId("user").textContent = ""));
translatePage();
if (form) {
  addEventListener("hashchange", readFragment);
  readFragment();
}
