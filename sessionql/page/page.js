// The page around <my-sessions>: its language, the e-mail address of the user, and the forms to log in and to register.
import { chooseLanguage, I18n } from "./i18n.js";
import { PAGE_LOG_IN, PAGE_REGISTER } from "./page-operations.js";
import { PAGE_TRANSLATIONS } from "./page-translations.js";

const OPERATIONS = { logIn: PAGE_LOG_IN, register: PAGE_REGISTER };
const ERROR_KEYS = {
  INVALID_CREDENTIALS: "invalidCredentials",
  EMAIL_TAKEN: "emailTaken",
  ACCOUNT_DISABLED: "accountDisabled",
  RATE_LIMITED: "rateLimited",
};

const i18n = new I18n(PAGE_TRANSLATIONS, chooseLanguage(PAGE_TRANSLATIONS, navigator.languages));
const byId = (id) => document.getElementById(id);
const element = document.querySelector("my-sessions");
const [form, email, password, problem, submitButton, modeButton] = [
  "log-in-form",
  "email",
  "password",
  "problem",
  "submit-button",
  "mode",
].map(byId);
let mode = "logIn";

function translatePage() {
  document.documentElement.lang = i18n.language;
  document.title = i18n.t("title");
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = i18n.t(each.dataset.text);
}

/** Show the form for "logIn" or "register". The input stays. */
function setMode(newMode) {
  mode = newMode;
  const isNew = mode === "register";
  for (const id of ["form-title", "submit-button"]) byId(id).dataset.text = mode;
  byId("form-text").dataset.text = `${mode}Text`;
  byId("mode-text").dataset.text = isNew ? "haveAnAccount" : "newHere";
  modeButton.dataset.text = isNew ? "logIn" : "register";
  byId("hint").hidden = !isNew;
  password.autocomplete = isNew ? "new-password" : "current-password";
  problem.textContent = "";
  translatePage();
}

/** Log in or register. Resolves to the text of the error, "" if there is none. */
async function submit() {
  const input = { email: email.value.trim(), password: password.value, delivery: "COOKIE" };
  const empty = [email, password].find((each) => !each.value);
  if (empty) {
    empty.focus();
    return i18n.t("fieldsRequired");
  }
  const { result } = await element.request(OPERATIONS[mode], { input });
  const [error] = result.errors;
  if (error) {
    const key = ERROR_KEYS[error.code];
    return key ? i18n.t(key, { count: error.retryAfterSeconds }) : error.message;
  }
  await element.reload();
  if (!element.signedIn) return i18n.t("cookiesNotStored");
  form.reset();
  setMode("logIn");
  return "";
}

form.addEventListener("submit", async (event) => {
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
modeButton.addEventListener("click", () => {
  setMode(mode === "logIn" ? "register" : "logIn");
  email.focus();
});
element.addEventListener("signedin", ({ detail }) => {
  const address = detail.user.email;
  byId("user").textContent = address ? i18n.t("signedInAs", { email: address }) : "";
});
element.addEventListener("signedout", () => (byId("user").textContent = ""));
translatePage();
