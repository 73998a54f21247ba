// Which language the pages speak: what somebody chose, else what the browser prefers, else English.
import type { Times } from "./formats.ts";

/** Languages in their own words. */
export const languages = { en: "English", de: "Deutsch" } as const;
/** The last two are spoken by nobody: `portal/texts/pseudo.ts`. */
const known = [...(Object.keys(languages) as (keyof typeof languages)[]), "en-XA", "ar-XB"] as const;
export type Language = (typeof known)[number];

/** What somebody chose. */
export interface Display {
  /** Empty: the first of the browser's that there is. */
  readonly language: string;
  readonly times: Times;
}

export interface Spoken {
  readonly language: Language;
  /** With the region that the browser prefers for that language. */
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
}

export const english: Spoken = { language: "en", locale: "en", direction: "ltr" };

/** Whose numbers and dates go with languages that nobody speaks. */
const pseudoLocales: Readonly<Record<string, string>> = { "en-XA": "en", "ar-XB": "ar-EG" };

/** @param preferred languages of the browser, the most wanted first. */
export function spokenFor(chosen: string, preferred: readonly string[]): Spoken {
  const language = [chosen, ...preferred].map(knownAs).find((each) => each !== undefined) ?? "en";
  const region = preferred.find((each) => baseOf(each) === language);
  return {
    language,
    locale: pseudoLocales[language] ?? region ?? language,
    direction: language === "ar-XB" ? "rtl" : "ltr",
  };
}

const baseOf = (locale: string) => locale.toLowerCase().split("-")[0] ?? "";

const knownAs = (locale: string): Language | undefined =>
  known.find((name) => name === locale) ?? known.find((name) => name === baseOf(locale));
