// Small marks: a state by colour, shape and word; a time; a bar of counts.
import { useSyncExternalStore } from "react";
import { formats } from "../lib/formats.ts";
import { agoText } from "../lib/texts.ts";
import { stateText } from "../texts/texts.ts";

const marks: Readonly<Record<string, string>> = {
  queued: "○",
  running: "▶",
  terminating: "◐",
  deleting: "◐",
  scheduled: "○",
  finished: "✓",
  killed: "■",
  succeeded: "✓",
  failed: "✕",
  steady: "●",
  resizing: "⇅",
  creating: "○",
  idle: "●",
  preparing: "◔",
  leaving: "◐",
  unusable: "✕",
  stopping: "◐",
  stopped: "■",
  canceled: "–",
  enabled: "●",
  paused: "‖",
  started: "✓",
  replayed: "↻",
  skipped: "»",
  duplicate: "=",
  batched: "⊂",
  waiting: "◔",
};

export function StateMark({ state }: { state: string }) {
  return (
    <span className={`state state-${state}`}>
      <span aria-hidden="true" className="state-mark">
        {marks[state] ?? "·"}
      </span>
      {stateText(state)}
    </span>
  );
}

const tick = { nowMs: 0, listeners: new Set<() => void>(), timer: 0 };
const read = () => tick.nowMs;

function subscribe(listener: () => void): () => void {
  tick.listeners.add(listener);
  if (tick.timer === 0) tick.timer = window.setInterval(beat, 1_000);
  return () => {
    tick.listeners.delete(listener);
    if (tick.listeners.size > 0) return;
    window.clearInterval(tick.timer);
    tick.timer = 0;
  };
}

function beat(): void {
  tick.nowMs = Date.now();
  for (const listener of tick.listeners) listener();
}

/** The time, once a second: one clock for all that shows how long ago something was. */
export function useNow(): number {
  if (tick.nowMs === 0) tick.nowMs = Date.now();
  return useSyncExternalStore(subscribe, read);
}

export function Time({ value }: { value: string }) {
  const now = useNow();
  return (
    <time dateTime={value} title={formats.moment(new Date(value))}>
      {agoText(value, now)}
    </time>
  );
}

export function AbsoluteTime({ value }: { value: string }) {
  return <time dateTime={value}>{formats.moment(new Date(value))}</time>;
}
