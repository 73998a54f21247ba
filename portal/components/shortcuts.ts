// Keys that work on every page, as long as nobody types into something.
import { useEffect } from "react";
import { areLetterKeysOn } from "../lib/letter-keys.ts";
import { pages } from "../lib/places.ts";
import type { Place } from "../lib/places.ts";

const gotoMs = 1_500;
const targets: Readonly<Record<string, (place: Place) => string>> = {
  o: pages.overview,
  j: pages.jobs,
  s: pages.sweeps,
  r: pages.runs,
  t: pages.triggers,
  c: pages.clusters,
  m: pages.costs,
  w: pages.workflows,
  q: pages.queue,
  e: pages.events,
};

export function useShortcuts(
  place: Place | undefined,
  go: (path: string) => void,
  showHelp: () => void,
): void {
  useEffect(() => {
    let gotoUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (!areLetterKeysOn()) return;
      const target = event.timeStamp < gotoUntil ? targets[event.key] : undefined;
      gotoUntil = event.key === "g" ? event.timeStamp + gotoMs : 0;
      if (target !== undefined && place !== undefined) {
        event.stopImmediatePropagation();
        go(target(place));
      } else if (event.key === "?") showHelp();
      else if (event.key === "/") focusOn("[data-filter]");
      else if (event.key === "n" && place !== undefined) go(pages.newJob(place));
      else if ((event.key === "j" || event.key === "k") && !isInGrid(event.target)) focusOn("[data-grid]");
      else return;
      event.preventDefault();
    };
    // Before the grid sees it: `g j` is a page, `j` a row.
    document.addEventListener("keydown", onKey, true);
    return () => document.removeEventListener("keydown", onKey, true);
  }, [place, go, showHelp]);
}

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

const isInGrid = (target: EventTarget | null) =>
  target instanceof Element && target.closest("[data-grid]") !== null;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("textarea, select, input:not([type=checkbox]), [contenteditable], dialog") !== null
  );
}
