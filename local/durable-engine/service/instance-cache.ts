// Instances with their histories, kept between turns so that a turn need not read and parse what the one before had in
// hand. Invariant: an entry equals what the store holds; only committed turns change it. Bounded by the size of the
// histories, least recently used first out, so that thousands of waiting instances cost next to nothing.
import {
  eventText,
  eventTypes,
  parseEvents,
  slimEvent,
  type HistoryEvent,
} from "../replay/history-events.ts";
import type { DurableStore, InstanceRow } from "../store/durable-store.ts";
import type { AppWarning } from "./interpreter/decisions.ts";

export interface LoadedInstance {
  row: InstanceRow;
  /** Earlier turns' events as the interpreter needs them. */
  events: HistoryEvent[];
  /** Those of them that the SDK reads, as JSON text joined by commas, marked as played. */
  text: string;
  chunks: number;
  /** How long the last turn took: what gathering more completions before the next one may cost. */
  lastTurnMs: number;
  readonly cancelledTimers: Set<number>;
  readonly warned: Set<AppWarning>;
}

/** Characters of history text kept; an entry costs a small multiple of its text. */
const capacity = 8_000_000;
/** What an entry costs besides its text. */
const overhead = 2_000;

export class InstanceCache {
  readonly #store: DurableStore;
  readonly #entries = new Map<string, LoadedInstance>();
  #size = 0;

  constructor(store: DurableStore) {
    this.#store = store;
  }

  peek(id: string): LoadedInstance | undefined {
    return this.#entries.get(id);
  }

  load(id: string): LoadedInstance | undefined {
    const known = this.#entries.get(id);
    if (known !== undefined) {
      this.#entries.delete(id);
      this.#entries.set(id, known);
      return known;
    }
    const row = this.#store.instance(id);
    if (row === undefined) return undefined;
    const chunks = this.#store.history(id);
    const events = parseEvents(chunks);
    const loaded: LoadedInstance = {
      row,
      events: events.map(slimEvent),
      text: replayText(events, events.map(eventText)),
      chunks: chunks.length,
      lastTurnMs: 0,
      cancelledTimers: new Set(),
      warned: new Set(),
    };
    if (row.endedMs === null) this.#keep(id, loaded);
    return loaded;
  }

  /** Records a committed turn; `texts` are its events' texts, marked as played. */
  append(loaded: LoadedInstance, events: readonly HistoryEvent[], texts: readonly string[]): void {
    for (const event of events) loaded.events.push(slimEvent(event));
    const text = replayText(events, texts);
    loaded.text = loaded.text === "" ? text : `${loaded.text},${text}`;
    loaded.chunks += 1;
    if (this.#entries.get(loaded.row.id) === loaded) this.#grow(text.length);
  }

  forget(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#size -= entry.text.length + overhead;
  }

  #keep(id: string, loaded: LoadedInstance): void {
    this.#entries.set(id, loaded);
    this.#grow(loaded.text.length + overhead);
  }

  #grow(by: number): void {
    this.#size += by;
    for (const [id, entry] of this.#entries) {
      if (this.#size <= capacity || this.#entries.size <= 1) return;
      this.#entries.delete(id);
      this.#size -= entry.text.length + overhead;
    }
  }
}

/**
 * What of a history is sent to the SDK: everything it reads. Scheduled tasks and the end of each turn, which it ignores,
 * are half of all events; parsing them in every turn is the largest avoidable cost of a long history.
 */
export function replayText(events: readonly HistoryEvent[], texts: readonly string[]): string {
  return texts.filter((_text, index) => !ignoredBySdk.has(events[index]?.EventType ?? -1)).join(",");
}

const ignoredBySdk: ReadonlySet<number> = new Set([
  eventTypes.taskScheduled,
  eventTypes.subOrchestrationCreated,
  eventTypes.timerCreated,
  eventTypes.orchestratorCompleted,
  eventTypes.genericEvent,
]);
