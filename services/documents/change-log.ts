// Says which documents of an experiment were written, in the partition and the transaction of each. A process numbers its writes; beside the
// row of each write it has one row of its own, which every one of them replaces. So a look reads the few rows of the writers, and of those
// whose row is another one what they wrote since. Two writes under way at once may arrive in either order: each says up to which number all
// was decided when it went off. Retention removes the rows.
// Why it is so: docs/adr/0047-lists-of-jobs-come-from-a-view.md
import { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import type { ChangePosition, WriterPosition } from "../changes.ts";
import type { Random } from "../clock.ts";
import type { DocumentStore, DocumentWrite, Etags, StoredDocument } from "../documents.ts";
import { forgetOldest } from "../forget-oldest.ts";
import { inLanes } from "../in-lanes.ts";
import { allRows } from "./all-rows.ts";
import { removeBelow } from "./remove-rows.ts";

export const allChanges = "changed|";
const pageSize = 1_000;
/** No invocation waits for storage that long: what has not arrived by then never will. */
const arrivingMs = 10 * 60_000;
/** Reading documents again costs as much as reading all soon: of more than so many writes of one process nobody asks which. */
const mostWrites = 3_000;
/** A process writes to few experiments at a time. */
const mostWriters = 1_000;

/** All numbers below `settled` were decided when this one was sent. */
const Sent = z.object({ at: z.number(), number: z.int(), settled: z.int() });
type Sent = z.infer<typeof Sent>;
const WriteRow = z.object({ ...Sent.shape, row: z.string() });

interface Writer {
  readonly id: string;
  next: number;
  /** Numbers under way, and when one whose end nobody knows counts as decided. */
  readonly open: Map<number, number>;
}

export interface ChangeLog {
  /** The writes, and that this row is among them. */
  commit(place: Place, row: string, writes: readonly DocumentWrite[]): Promise<Etags | "conflict">;
  position(place: Place): Promise<ChangePosition>;
  /** Rows that were written since then. */
  since(
    place: Place,
    position: ChangePosition,
  ): Promise<{ readonly position: ChangePosition; readonly keys: readonly string[] } | "lost">;
  /** Of an experiment that goes. */
  forget(place: Place): Promise<void>;
}

export interface Place {
  readonly partition: string;
  readonly experiment: string;
}

const changesOf = ({ experiment }: Place) => `${allChanges}${experiment.toLowerCase()}|`;
const writersOf = (place: Place) => `${changesOf(place)}writer|`;
const writesOf = (place: Place, writer: string) => `${changesOf(place)}write|${writer}|`;
const digits = (number: number) => String(number).padStart(12, "0");

export function changeLog(context: {
  readonly store: DocumentStore;
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): ChangeLog {
  const { store, now } = context;
  const writerOf = writersIn(context.random);
  return {
    async commit(place, row, writes) {
      const { partition } = place;
      const writer = writerOf(place);
      const sent = begin(writer, now());
      const { number } = sent;
      const said: readonly DocumentWrite[] = [
        { kind: "put", row: `${writesOf(place, writer.id)}${digits(number)}`, value: { ...sent, row } },
        { kind: "put", row: `${writersOf(place)}${writer.id}`, value: sent },
      ];
      try {
        const written = await store.commit(partition, [...writes, ...said]);
        writer.open.delete(number);
        return written;
      } catch (error) {
        if (error instanceof AppError && !error.retryable) writer.open.delete(number);
        else writer.open.set(number, now() + arrivingMs);
        throw error;
      }
    },
    async position(place) {
      const first = {
        kind: "insert",
        row: `${writersOf(place)}${origin}`,
        value: { at: now(), number: 0, settled: 0 },
      } as const;
      const found = await writerRows(store, place);
      if (found.every(({ id }) => id !== origin)) await store.commit(place.partition, [first]);
      const writers = found[0]?.id === origin ? found : await writerRows(store, place);
      const each = await inLanes(writers, async (writer) => {
        const rows = writer.id === origin ? [] : await writesSince(store, place, writer.id, writer.settled);
        return [writer.id, positionAfter(writer, writer.settled, rows)] as const;
      });
      return Object.fromEntries(each);
    },
    since: (place, position) => since(store, place, position),
    forget: (place) => removeBelow(store, place.partition, changesOf(place)),
  };
}

/** One for each experiment to which this process writes, the latest of them. */
function writersIn(random: Random): (place: Place) => Writer {
  const writers = new Map<string, Writer>();
  return ({ partition, experiment }) => {
    const name = `${partition}|${experiment.toLowerCase()}`;
    const writer: Writer = writers.get(name) ?? { id: random.uuid(), next: 1, open: new Map() };
    writers.delete(name);
    writers.set(name, writer);
    forgetOldest(writers, mostWriters);
    return writer;
  };
}

function begin(writer: Writer, at: number): Sent {
  const number = writer.next;
  writer.next += 1;
  for (const [open, until] of writer.open) if (until <= at) writer.open.delete(open);
  writer.open.set(number, Number.POSITIVE_INFINITY);
  const settled = Math.min(...writer.open.keys());
  return { at, number, settled };
}

type WriterRow = Sent & { readonly id: string; readonly stamp: string };

async function writerRows(store: DocumentStore, place: Place): Promise<readonly WriterRow[]> {
  const prefix = writersOf(place);
  const found = await allRows(store, { partition: place.partition, prefix, size: pageSize });
  return found.map(({ row, value, etag }) => {
    const sent = Sent.parse(value);
    return { ...sent, id: row.slice(prefix.length), stamp: `${etag} ${sent.number}` };
  });
}

async function since(
  store: DocumentStore,
  place: Place,
  position: ChangePosition,
): ReturnType<ChangeLog["since"]> {
  const writers = await writerRows(store, place);
  if (writers[0]?.id !== origin) return "lost";
  if (!(await wereOutdated(store, place, missing(position, writers)))) return "lost";
  const keys = new Set<string>();
  const next: Record<string, WriterPosition> = {};
  const isFollowed = await inLanes(writers, async (writer) => {
    const known = position[writer.id] ?? fromTheFirst;
    if (known.stamp === writer.stamp) {
      next[writer.id] = known;
      return true;
    }
    if (writer.id === origin) return false;
    if (writer.number - known.from > mostWrites) return false;
    const rows = await writesSince(store, place, writer.id, known.from);
    const numbers = new Set(rows.map(({ number }) => number));
    // What was read is not there any more: somebody has put back older rows. Or it comes so late that its own row was passed by.
    if (writer.number < known.from || !known.taken.every((number) => numbers.has(number))) return false;
    const taken = new Set(known.taken);
    for (const { number, row } of rows) if (!taken.has(number)) keys.add(row);
    next[writer.id] = positionAfter(writer, known.from, rows);
    return true;
  });
  return isFollowed.includes(false) ? "lost" : { position: next, keys: [...keys] };
}

/** Among the writers, before all of them: a row that nobody replaces. It is another one where rows were written back from a copy. */
const origin = "!";
const fromTheFirst: WriterPosition = { stamp: "", at: 0, from: 0, taken: [] };

function positionAfter(
  { stamp, at, settled }: WriterRow,
  before: number,
  rows: readonly Sent[],
): WriterPosition {
  const from = Math.max(before, settled, ...rows.map((row) => row.settled));
  return { stamp, at, from, taken: rows.map(({ number }) => number).filter((number) => number >= from) };
}

function missing(position: ChangePosition, writers: readonly WriterRow[]): readonly WriterPosition[] {
  const present = new Set(writers.map(({ id }) => id));
  return Object.entries(position).flatMap(([id, known]) => (present.has(id) ? [] : [known]));
}

/** Whether retention has removed them, which says so; they may also be missing because older rows were put back. */
async function wereOutdated(
  store: DocumentStore,
  { partition }: Place,
  writers: readonly WriterPosition[],
): Promise<boolean> {
  if (writers.length === 0) return true;
  const stored = await store.get({ partition, row: outdatedRow });
  const before = stored === undefined ? 0 : Time.parse(stored.value).at;
  return writers.every(({ at }) => at < before);
}

async function writesSince(store: DocumentStore, place: Place, writer: string, from: number) {
  const prefix = writesOf(place, writer);
  const { partition } = place;
  const found = await allRows(store, {
    partition,
    prefix,
    from: `${prefix}${digits(from)}`,
    size: pageSize,
  });
  return found.map(({ value }) => WriteRow.parse(value));
}

const Time = z.object({ at: z.number() });
/** Says before when retention has removed what was said; no experiment has an empty name. */
const outdatedRow = `${allChanges}|outdated`;

export const isOldChange = ({ row, value }: StoredDocument, before: number) =>
  row !== outdatedRow && Time.parse(value).at < before;

/** To be written before such rows are removed. */
export const outdatedBefore = (before: number): DocumentWrite => ({
  kind: "put",
  row: outdatedRow,
  value: { at: before },
});
