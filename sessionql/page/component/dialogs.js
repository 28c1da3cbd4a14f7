// Modal dialogs: a question or a form. A dialog stays open, with all input, until its action succeeds or it is cancelled.
import { NetworkError, RequestError, SignedOutError } from "./client.js";
import { el, setText } from "./dom.js";

let idCount = 0;

/** An error whose message is already in the language of the user. */
export class UserError extends Error {}

/** The text to show for an error. Throws errors of other types again. */
export function errorText(i18n, error) {
  if (error instanceof UserError) return error.message;
  if (error instanceof NetworkError) return i18n.t("requestFailed");
  if (error instanceof RequestError) return i18n.t("failed", { message: error.message });
  throw error;
}

/** An input with a label and an optional hint. */
export function field(label, properties, hint = null) {
  const id = `field-${(idCount += 1)}`;
  const hints = hint && el("p", { class: "hint", id: `${id}-hint` }, hint);
  const input = el("input", { ...properties, id, "aria-describedby": hints && hints.id });
  return el("div", {}, el("label", { for: id }, label), input, hints);
}

/** A hidden input with the e-mail address, from which password managers know the account of a password. */
export function hiddenUsername(email) {
  return el("input", { type: "email", name: "email", autocomplete: "username", value: email ?? "", hidden: true });
}

/**
 * Show a dialog, and call `action` with the values of its form when it is confirmed. An `action` that returns false or
 * throws leaves the dialog open. Resolves to true after the action, to false if the dialog was closed before; rejects
 * with SignedOutError. Aborting `signal` closes the dialog.
 */
export function showDialog(root, i18n, { title, content, confirmLabel, isDangerous = false, action, signal }) {
  const problem = el("p", { class: "problem", role: "alert" });
  const confirm = el(
    "button",
    { type: "submit", class: `main ${isDangerous ? "danger" : ""}`, part: "button" },
    confirmLabel,
  );
  const cancel = el(
    "button",
    { type: "button", class: "plain", part: "button", onclick: () => dialog.close() },
    i18n.t("cancel"),
  );
  const id = `dialog-${(idCount += 1)}`;
  const buttons = el("div", { class: "buttons" }, cancel, confirm);
  const form = el("form", { method: "dialog", novalidate: true }, ...content, problem, buttons);
  const heading = el("h2", { class: "title", id }, title);
  const dialog = el("dialog", { part: "dialog", "aria-labelledby": id }, heading, form);
  const { promise, resolve, reject } = Promise.withResolvers();
  let isDone = false;
  let isBusy = false;

  async function submit(event) {
    event.preventDefault();
    if (isBusy || !dialog.open) return;
    setBusy(true);
    try {
      const empty = [...form.elements].find((each) => each.required && !each.value);
      if (empty) return empty.focus();
      isDone = (await action(Object.fromEntries(new FormData(form)))) !== false;
      if (isDone) dialog.close();
    } catch (error) {
      showError(error);
    } finally {
      setBusy(false);
    }
  }
  function showError(error) {
    if (error instanceof SignedOutError) {
      reject(error);
      return dialog.close();
    }
    problem.textContent = "";
    setText(problem, errorText(i18n, error));
    form.querySelector("input:not([hidden])")?.select();
  }
  function setBusy(value) {
    isBusy = value;
    confirm.setAttribute("aria-disabled", String(value));
    if (value) problem.textContent = "";
  }
  form.addEventListener("submit", submit);
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(isDone);
  });
  signal?.addEventListener("abort", () => dialog.close());
  root.append(dialog);
  dialog.showModal();
  (form.querySelector("input:not([hidden])") ?? cancel).focus();
  return promise;
}
