// Takes a right body and makes it wrong: a member gone, of another type, far too large, far too deep, or not JSON at all.
import * as fc from "fast-check";

export interface Mutation {
  readonly kind: "drop" | "replace" | "rename" | "wrap" | "grow" | "nest" | "truncate" | "garble";
  /** Chooses the place, from 0 to 1. */
  readonly at: number;
  readonly value: unknown;
}

const hostile = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0.5,
  1e308,
  "",
  "\0",
  "../..",
  "$AZ_BATCHAI_MOUNT_ROOT/x",
  "x".repeat(5_000),
  [],
  [[]],
  {},
  { __proto__: 1, constructor: 2 },
);

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("drop", "replace", "rename", "wrap", "grow", "nest", "truncate", "garble"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    value: fc.oneof(hostile, fc.jsonValue({ maxDepth: 2 })),
  }),
  { maxLength: 3 },
);

/** The body as text. */
export function mutated(body: unknown, changes: readonly Mutation[]): string {
  let value: unknown = structuredClone(body);
  let text: string | undefined;
  for (const change of changes) {
    if (change.kind === "truncate")
      text = (text ?? JSON.stringify(value)).slice(0, -1 - Math.floor(change.at * 8));
    else if (change.kind === "garble") text = `${text ?? JSON.stringify(value)}${String(change.value)}`;
    else value = changed(value, change);
  }
  return text ?? JSON.stringify(value) ?? "";
}

function changed(root: unknown, { kind, at, value }: Mutation): unknown {
  if (kind === "wrap") return [root];
  const places = placesIn(root);
  const place = places[Math.floor(at * places.length)];
  if (place === undefined) return value;
  const { parent, key } = place;
  const before = parent[key];
  if (kind === "drop") Reflect.deleteProperty(parent, key);
  if (kind === "replace") parent[key] = value;
  if (kind === "rename") parent[`${key}x`] = before;
  if (kind === "grow") parent[key] = Array.from({ length: copiesOf(before) }, () => before);
  if (kind === "nest") parent[key] = Array.from({ length: 70 }).reduce((inner) => ({ inner }), before);
  return root;
}

/** What was grown before is grown by less: three times fifty would be a body that nobody can print. */
function copiesOf(value: unknown): number {
  return Math.max(1, Math.min(50, Math.floor(1_000_000 / (JSON.stringify(value) ?? "").length)));
}

interface Place {
  readonly parent: Record<string, unknown>;
  readonly key: string;
}

function placesIn(value: unknown): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesIn(parent[key])]);
}
