// A turn while it is being made: what it was given and the events it adds. Nothing here is stored.
import { eventText, type HistoryEvent } from "../replay/history-events.ts";
import type { EngineParts } from "./engine-parts.ts";
import type { LoadedInstance } from "./instance-cache.ts";
import type { Selection } from "./mail-selection.ts";

export interface Turn {
  readonly parts: EngineParts;
  readonly loaded: LoadedInstance;
  readonly selection: Selection;
  /** New events of this turn and their texts, in step. */
  readonly events: HistoryEvent[];
  readonly texts: string[];
  readonly nowMs: number;
}

export function addEvent(turn: Turn, event: HistoryEvent): void {
  turn.events.push(event);
  turn.texts.push(eventText(event));
}
