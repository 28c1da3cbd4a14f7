// Dialogs: a question with a way out of it, or a form. They stay open, with all that was typed, until it worked.
import { Refused, SignedOut, Unreachable } from "./asking.js";
import { el, show } from "./elements.js";

let made = 0;

/** A failure that its reader can do something about, in the reader's words. */
export class Problem extends Error {}

/** What to say of something that went wrong. */
export function explain(words, error) {
  if (error instanceof Problem) return error.message;
  if (error instanceof Unreachable) return words.say("notSent");
  if (error instanceof Refused) return words.say("failed", { message: error.message });
  throw error;
}

/** A field with its label. */
export function field(label, properties, hint = null) {
  const id = `field-${(made += 1)}`;
  const hints = hint && el("p", { class: "hint", id: `${id}-hint` }, hint);
  const input = el("input", { ...properties, id, "aria-describedby": hints && hints.id });
  return el("div", {}, el("label", { for: id }, label), input, hints);
}

/** The user's name for password managers, which have to know whose password it is. */
export function account(email) {
  return el("input", { type: "email", name: "email", autocomplete: "username", value: email ?? "", hidden: true });
}

/**
 * Ask, and do `act` with the values of the form when the answer is yes. True when that was done, false when the reader
 * went away from it. `leave`, an AbortSignal, takes the question back.
 */
export function question(root, words, { title, content, yes, danger = false, act, leave }) {
  const problem = el("p", { class: "problem", role: "alert" });
  const go = el("button", { type: "submit", class: `main ${danger ? "danger" : ""}`, part: "button" }, yes);
  const no = el(
    "button",
    { type: "button", class: "plain", part: "button", onclick: () => dialog.close() },
    words.say("cancel"),
  );
  const id = `dialog-${(made += 1)}`;
  const form = el(
    "form",
    { method: "dialog", novalidate: true },
    ...content,
    problem,
    el("div", { class: "buttons" }, no, go),
  );
  const heading = el("h2", { class: "title", id }, title);
  const dialog = el("dialog", { part: "dialog", "aria-labelledby": id }, heading, form);
  const { promise, resolve, reject } = Promise.withResolvers();
  let done = false;
  let busy = false;

  async function submit(event) {
    event.preventDefault();
    if (busy || !dialog.open) return;
    setBusy(true);
    try {
      const empty = [...form.elements].find((each) => each.required && !each.value);
      if (empty) return empty.focus();
      done = (await act(Object.fromEntries(new FormData(form)))) !== false;
      if (done) dialog.close();
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
    }
  }
  function fail(error) {
    if (error instanceof SignedOut) {
      reject(error);
      return dialog.close();
    }
    problem.textContent = "";
    show(problem, explain(words, error));
    form.querySelector("input:not([hidden])")?.select();
  }
  function setBusy(now) {
    busy = now;
    go.setAttribute("aria-disabled", String(now));
    if (now) problem.textContent = "";
  }
  form.addEventListener("submit", submit);
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(done);
  });
  leave?.addEventListener("abort", () => dialog.close());
  root.append(dialog);
  dialog.showModal();
  (form.querySelector("input:not([hidden])") ?? no).focus();
  return promise;
}
