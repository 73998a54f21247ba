// Looks of one process at the documents of one kind in an experiment: following what was written, going on from what another process has
// left, or reading all.
// Why it is so: docs/adr/0047-lists-of-jobs-come-from-a-view.md
import { idKey } from "../../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../../domain/shared/resource-id.ts";
import { positionKeptMs } from "../../services/changes.ts";
import type { ChangePosition, FollowedDocuments } from "../../services/changes.ts";
import type { Clock } from "../../services/clock.ts";
import { inLanes } from "../../services/in-lanes.ts";
import type { Logger } from "../../services/logger.ts";
import type { ViewSnapshots } from "../../services/view-snapshots.ts";
import { readViewText, viewText } from "../../services/view-text.ts";

/** As it is: who asked uses it at once, or copies it. */
export interface View<Item> {
  readonly items: ReadonlyMap<string, Item>;
  /** Ascending. */
  readonly keys: readonly string[];
}

export interface ViewKind<Document, Item> {
  readonly name: string;
  readonly itemOf: (document: Document) => Item;
  /** Without line breaks. */
  readonly textOf: (item: Item) => string;
  readonly itemIn: (text: string) => Item;
  /** About what it takes of memory. */
  readonly bytesOf: (item: Item) => number;
}

export interface ViewLimits {
  /** Of all experiments together. */
  readonly bytes: number;
  /** Reading one document costs as much as some of a page: of more changes than that, and than a tenth, all are read. */
  readonly changes: number;
  /** Fewer items are read faster than a snapshot of them. */
  readonly snapshotItems: number;
  /** Between two snapshots of an experiment. */
  readonly snapshotMs: number;
}
export const usualLimits: ViewLimits = {
  bytes: 128 * 2 ** 20,
  changes: 200,
  snapshotItems: 500,
  snapshotMs: 60_000,
};
export interface Kept<Item> extends View<Item> {
  readonly of: string;
  /** When its last look began. */
  lookedAt: number;
  position: ChangePosition;
  readonly items: Map<string, Item>;
  readonly going: Set<string>;
  keys: readonly string[];
  bytes: number;
  /** When the last snapshot was, and how many documents changed since. */
  snapshot: { readonly at: number; readonly changes: number };
}

export interface Reading<Document, Item> {
  readonly kind: ViewKind<Document, Item>;
  readonly followed: FollowedDocuments<Document>;
  readonly snapshots: ViewSnapshots;
  readonly clock: Pick<Clock, "now">;
  readonly limits: ViewLimits;
}

/** Undefined for more than is kept. */
export async function readView<Document, Item>(
  reading: Reading<Document, Item>,
  {
    ref,
    of,
    before,
    logger,
  }: {
    readonly ref: ExperimentRef;
    readonly of: string;
    readonly before: Kept<Item> | undefined;
    readonly logger: Logger;
  },
): Promise<Kept<Item> | undefined> {
  if (before !== undefined && isFollowed(reading, before, of) && (await follow(reading, ref, before)))
    return before.bytes > reading.limits.bytes ? undefined : before;
  const left = before === undefined ? await fromSnapshot(reading, ref, of, logger) : undefined;
  return left ?? readAll(reading, ref, of);
}

/** Leaves it for processes that have seen nothing yet, where that is worth it. */
export async function leaveSnapshot<Document, Item>(
  { kind, snapshots, clock, limits }: Reading<Document, Item>,
  ref: ExperimentRef,
  view: Kept<Item>,
  logger: Logger,
): Promise<void> {
  const { at, changes } = view.snapshot;
  const now = clock.now();
  const isWorth = view.items.size >= limits.snapshotItems && now - at >= limits.snapshotMs;
  const isFar = changes > Math.max(limits.changes, view.items.size / 10) / 2 || now - at > positionKeptMs / 2;
  if (!isWorth || !isFar) return;
  const head = { of: view.of, at: view.lookedAt, position: view.position, going: [...view.going] };
  view.snapshot = { at: now, changes: 0 };
  try {
    const texts = view.keys.flatMap((key) => {
      const item = view.items.get(key);
      return item === undefined ? [] : [[key, kind.textOf(item)] as const];
    });
    await snapshots.write(snapshotOf(ref, kind.name), viewText(head, texts));
  } catch (error) {
    logger.warn("view.snapshotUnwritten", { experiment: idKey(ref), reason: String(error) });
  }
}

function isFollowed(
  { clock }: Pick<Reading<never, never>, "clock">,
  view: Pick<Kept<unknown>, "of" | "lookedAt">,
  of: string,
): boolean {
  return view.of === of && Math.abs(clock.now() - view.lookedAt) < positionKeptMs;
}

/** False when all is to be read. */
async function follow<Document, Item>(
  reading: Reading<Document, Item>,
  ref: ExperimentRef,
  view: Kept<Item>,
): Promise<boolean> {
  const { kind, followed, clock, limits } = reading;
  const lookedAt = clock.now();
  const written = await followed.since(ref, view.position);
  if (written === "lost") return false;
  // When a removal is over nobody says.
  const keys = new Set([...written.keys, ...view.going]);
  if (keys.size > Math.max(limits.changes, view.items.size / 10)) return false;
  const found = await inLanes([...keys], async (key) => [key, await followed.read(ref, key)] as const);
  let isReordered = false;
  for (const [key, document] of found) {
    const before = view.items.get(key);
    if (before !== undefined) view.bytes -= kind.bytesOf(before);
    if ((before === undefined) !== (document === undefined)) isReordered = true;
    view.going.delete(key);
    if (document === undefined) view.items.delete(key);
    else put(kind, view, document);
  }
  if (isReordered) view.keys = sortedKeys(view.items);
  view.position = written.position;
  view.lookedAt = lookedAt;
  view.snapshot = { ...view.snapshot, changes: view.snapshot.changes + written.keys.length };
  return true;
}

function put<Document, Item>(
  kind: ViewKind<Document, Item>,
  view: Kept<Item>,
  { key, item: document, isGoing }: { key: string; item: Document; isGoing?: boolean | undefined },
): void {
  const item = kind.itemOf(document);
  view.items.set(key, item);
  view.bytes += kind.bytesOf(item);
  if (isGoing === true) view.going.add(key);
}

/** Undefined for more than is kept. */
async function readAll<Document, Item>(
  { kind, followed, clock, limits }: Reading<Document, Item>,
  ref: ExperimentRef,
  of: string,
): Promise<Kept<Item> | undefined> {
  const lookedAt = clock.now();
  const position = await followed.position(ref);
  const view: Kept<Item> = {
    ...{ of, lookedAt, position, bytes: 0, keys: [] },
    ...{ items: new Map<string, Item>(), going: new Set<string>() },
    snapshot: { at: 0, changes: Number.POSITIVE_INFINITY },
  };
  for await (const page of followed.all(ref)) {
    for (const found of page) put(kind, view, found);
    if (view.bytes > limits.bytes) return undefined;
  }
  view.keys = sortedKeys(view.items);
  return view;
}

async function fromSnapshot<Document, Item>(
  reading: Reading<Document, Item>,
  ref: ExperimentRef,
  of: string,
  logger: Logger,
): Promise<Kept<Item> | undefined> {
  const { kind, snapshots } = reading;
  try {
    const text = await snapshots.read(snapshotOf(ref, kind.name));
    const found = text === undefined ? undefined : readViewText(text);
    if (found === undefined) return undefined;
    const { at, position, going } = found.head;
    const view: Kept<Item> = {
      ...{ of: found.head.of, lookedAt: at, position, bytes: 0, going: new Set(going) },
      items: new Map(found.items.map(([key, line]) => [key, kind.itemIn(line)])),
      keys: found.items.map(([key]) => key),
      snapshot: { at, changes: 0 },
    };
    for (const item of view.items.values()) view.bytes += kind.bytesOf(item);
    return isFollowed(reading, view, of) && (await follow(reading, ref, view)) ? view : undefined;
  } catch (error) {
    logger.warn("view.snapshotUnread", { experiment: idKey(ref), reason: String(error) });
    return undefined;
  }
}

const snapshotOf = (ref: ExperimentRef, kind: string) => `${snapshotsOf(ref)}/${kind}`;
/** What their names begin with. */
export const snapshotsOf = (ref: ExperimentRef) => idKey(ref).slice(1);

const sortedKeys = (items: ReadonlyMap<string, unknown>) => [...items.keys()].sort();
