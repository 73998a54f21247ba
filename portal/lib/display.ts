// Brings the pages into the language and the times that were chosen in this browser.
import { useSyncExternalStore } from "react";
import { en } from "../texts/en/en.ts";
import { setTexts } from "../texts/texts.ts";
import type { Texts } from "../texts/texts.ts";
import { setFormats, timesShown } from "./formats.ts";
import type { FormatChoice } from "./formats.ts";
import { english, spokenFor } from "./language.ts";
import type { Display, Language } from "./language.ts";

interface Catalogue {
  readonly texts: Texts;
  readonly words?: (text: string) => string;
}

const catalogues: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => ({ texts: en }),
  de: async () => ({ texts: (await import("../texts/de/de.ts")).de }),
  "en-XA": pseudoCatalogue,
  "ar-XB": pseudoCatalogue,
};

async function pseudoCatalogue(): Promise<Catalogue> {
  const { texts, withAccents } = await import("../texts/pseudo.ts");
  return { texts, words: withAccents };
}

const key = "openbatchai-display";

export function storedDisplay(): Display {
  const [language = "", times = ""] = (localStorage.getItem(key) ?? "").split(" ");
  return { language, times: timesShown.find((each) => each === times) ?? "local" };
}

const shown = { key: "", listeners: new Set<() => void>() };

/** Resolves when everything that is drawn from now on is in that language. */
export async function show(display: Display): Promise<void> {
  const spoken = spokenFor(display.language, navigator.languages);
  const read = await catalogues[spoken.language]().catch(() => undefined);
  // A language that cannot be read, because the service is away, is English for this time.
  const { language, locale, direction } = read === undefined ? english : spoken;
  const { texts, words } = read ?? { texts: en };
  const choice: FormatChoice = { locale, times: display.times };
  setTexts(texts);
  setFormats(words === undefined ? choice : { ...choice, words });
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  shown.key = JSON.stringify([language, locale, display.times]);
  for (const listener of shown.listeners) listener();
}

export function keepDisplay(display: Display): void {
  localStorage.setItem(key, `${display.language} ${display.times}`);
  void show(display);
}

function subscribe(listener: () => void): () => void {
  shown.listeners.add(listener);
  return () => shown.listeners.delete(listener);
}

/** Another text after each change: what is drawn under another key is drawn anew. */
export const useDisplayKey = () => useSyncExternalStore(subscribe, () => shown.key);
