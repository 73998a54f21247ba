// Colours of charts are those of the page: read anew when the theme changes, because a canvas keeps what it was drawn with.
import { useSyncExternalStore } from "react";

export const seriesColours = 8;
/** Colour is never the only difference. */
export const dashes: readonly (readonly number[])[] = [[], [9, 4], [2, 3], [10, 3, 2, 3]];

export interface ChartColours {
  readonly series: readonly string[];
  readonly text: string;
  readonly line: string;
}

/** @param element in whose place in the page they hold. */
export function coloursAt(element: HTMLElement): ChartColours {
  const probe = element.appendChild(document.createElement("i"));
  const colour = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const series = Array.from({ length: seriesColours }, (_, index) => colour(`--series-${index + 1}`));
  const found = { series, text: colour("--muted"), line: colour("--line") };
  probe.remove();
  return found;
}

const media = ["(prefers-color-scheme: dark)", "(forced-colors: active)"];

function subscribe(changed: () => void): () => void {
  const watched = media.map((query) => matchMedia(query));
  for (const each of watched) each.addEventListener("change", changed);
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    for (const each of watched) each.removeEventListener("change", changed);
    observer.disconnect();
  };
}

const current = () =>
  [document.documentElement.dataset["theme"], ...media.map((query) => matchMedia(query).matches)].join();

/** Another text after each change of the theme. */
export const useThemeKey = () => useSyncExternalStore(subscribe, current);
