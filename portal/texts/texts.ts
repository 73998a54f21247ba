// The texts in use. English is there from the start; another language takes its place before anything is shown.
// Read them while something is drawn, never while a module is loaded (docs/adr/0045-texts-are-typed-catalogues.md).
import { en } from "./en/en.ts";

/** What every language has. */
export type Texts = typeof en;

export let t: Texts = en;

export function setTexts(texts: Texts): void {
  t = texts;
}

/** A value of the service in words; one that these pages do not know is shown as it is. */
export function wordFor(value: string, words: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(words, value) ? words[value] : undefined) ?? value;
}

/** States of all kinds, and decisions. */
export const stateText = (state: string) => wordFor(state, t.states);
