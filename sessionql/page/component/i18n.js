// Translations with placeholders and plurals, and dates and times in the language of the user.
const MINUTE = 60;
const UNITS = [
  ["year", 365 * 24 * 60 * MINUTE],
  ["month", 30 * 24 * 60 * MINUTE],
  ["week", 7 * 24 * 60 * MINUTE],
  ["day", 24 * 60 * MINUTE],
  ["hour", 60 * MINUTE],
  ["minute", MINUTE],
];
const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Remove the characters that change the direction of the text around them: in a name they can only deceive. */
export function withoutBidiControls(text) {
  return String(text ?? "").replace(BIDI_CONTROLS, "");
}

/** The first language tag that has translations. With `overrides`, any valid tag; "en" if there is none. */
export function chooseLanguage(translations, tags, overrides = {}) {
  const hasOverrides = Object.keys(overrides).length > 0;
  return tags.find((tag) => isLanguageTag(tag) && (hasOverrides || primaryLanguage(tag) in translations)) ?? "en";
}

function primaryLanguage(tag) {
  return tag.split("-")[0].toLowerCase();
}

function isLanguageTag(text) {
  try {
    return Boolean(text) && Intl.getCanonicalLocales(text).length > 0;
  } catch {
    return false;
  }
}

export class I18n {
  /** `translations` has strings by language, `overrides` strings that replace them. `language` is a BCP 47 tag. */
  constructor(translations, language, overrides = {}) {
    this.language = language;
    this.strings = { ...translations.en, ...translations[primaryLanguage(language)], ...overrides };
    this.plurals = new Intl.PluralRules(language);
    this.relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    this.absolute = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    this.number = new Intl.NumberFormat(language);
  }

  /** Translate the string `key` and fill in its `{…}`. `count` also selects the plural form. */
  t(key, values = {}) {
    let text = this.strings[key] ?? key;
    if (typeof text === "object") {
      const category = values.count === 0 && text.zero ? "zero" : this.plurals.select(values.count ?? 0);
      text = text[category] ?? text.other;
    }
    return text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = values[name];
      return typeof value === "number" ? this.number.format(value) : withoutBidiControls(value);
    });
  }

  /** A time relative to now, like "3 minutes ago". A future time counts as now, because clocks differ a little. */
  relativeTime(instant, now = Date.now()) {
    const seconds = Math.max(0, (now - Date.parse(instant)) / 1000);
    const unit = UNITS.find(([, length]) => seconds >= length);
    return unit ? this.relative.format(-Math.floor(seconds / unit[1]), unit[0]) : this.t("justNow");
  }

  /** A date and time, like "24 Nov 2026, 14:03". */
  dateTime(instant) {
    return this.absolute.format(new Date(instant));
  }
}
