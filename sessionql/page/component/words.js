// Sentences in the reader's language, with what is filled into them, and times as people say them.
const MINUTE = 60;
const UNITS = [
  ["year", 365 * 24 * 60 * MINUTE],
  ["month", 30 * 24 * 60 * MINUTE],
  ["week", 7 * 24 * 60 * MINUTE],
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
];
// Signs that turn the direction of the text around them: of no use in a name but to deceive.
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text of somebody's choosing as it may stand between other words. */
export function plain(text) {
  return String(text ?? "").replace(TURNING, "");
}

/** The first of these language tags for which there are strings: a table of ours, or `own` ones for any. */
export function languageOf(tables, tags, own = {}) {
  const isOwn = Object.keys(own).length > 0;
  return tags.find((tag) => isTag(tag) && (isOwn || tag.split("-")[0].toLowerCase() in tables)) ?? "en";
}

function isTag(text) {
  try {
    return Boolean(text) && Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

export class Words {
  /** `tables` has strings by language; `own` go before them; `language` also says how times and numbers look. */
  constructor(tables, language, own = {}) {
    this.language = language;
    this.strings = { ...tables.en, ...tables[language.split("-")[0].toLowerCase()], ...own };
    this.plurals = new Intl.PluralRules(language);
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    this.moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    this.number = new Intl.NumberFormat(language);
  }

  /** The string of this name with its `{…}` filled in; `count` also picks the plural's form. */
  say(name, values = {}) {
    let text = this.strings[name] ?? name;
    if (typeof text === "object") {
      const category = values.count === 0 && text.zero ? "zero" : this.plurals.select(values.count ?? 0);
      text = text[category] ?? text.other;
    }
    return text.replace(/\{(\w+)\}/g, (_, key) => {
      const value = values[key];
      return typeof value === "number" ? this.number.format(value) : plain(value);
    });
  }

  /** How long ago it was, like "3 minutes ago". The future is now: clocks differ a little. */
  ago(instant, now = Date.now()) {
    const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
    const unit = UNITS.find(([, length]) => seconds >= length);
    return unit ? this.relative.format(-Math.floor(seconds / unit[1]), unit[0]) : this.say("justNow");
  }

  /** When it was, like "24 Nov 2026, 14:03". */
  at(instant) {
    return this.moment.format(new Date(instant));
  }
}
