// Where two bodies differ: every place that one has and the other has not, or has otherwise.
export interface Difference {
  /** `environmentVariables.0.value` */
  readonly path: string;
  /** Undefined: not there. */
  readonly here: string | undefined;
  readonly there: string | undefined;
}

export function differences(here: object, there: object): readonly Difference[] {
  const [left, right] = [leavesOf(here), leavesOf(there)];
  return [...new Set([...left.keys(), ...right.keys()])]
    .sort()
    .map((path) => ({ path, here: left.get(path), there: right.get(path) }))
    .filter((row) => row.here !== row.there);
}

/** Values that hold no others, by their paths. Parts of a list are told apart by their names where they have some. */
function leavesOf(value: unknown, path = "", into = new Map<string, string>()): ReadonlyMap<string, string> {
  const parts = typeof value === "object" && value !== null ? entriesOf(value) : [];
  if (parts.length === 0) into.set(path, typeof value === "string" ? value : JSON.stringify(value));
  for (const [name, part] of parts) leavesOf(part, path === "" ? name : `${path}.${name}`, into);
  return into;
}

function entriesOf(value: object): readonly (readonly [string, unknown])[] {
  if (!Array.isArray(value)) return Object.entries(value);
  const names = (value as readonly unknown[]).map((part) => nameOf(part));
  const areNamed = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  return (value as readonly unknown[]).map((part, index) => [
    areNamed ? (names[index] ?? "") : String(index),
    part,
  ]);
}

function nameOf(part: unknown): string | undefined {
  const { name, id } = (part ?? {}) as { readonly name?: unknown; readonly id?: unknown };
  return typeof name === "string" ? name : typeof id === "string" ? id : undefined;
}
