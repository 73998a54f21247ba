// How much one request may bring and one run may hold. Those of a request are what MLflow's clients keep to.
import { AppError } from "../shared/errors.ts";

export const limits = {
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entitiesPerBatch: 1000,
  keyLength: 250,
  paramLength: 6000,
  tagLength: 8000,
  /** Names of metrics in one run. */
  metricsPerRun: 1000,
  /** Characters of a stored run: a table's entity holds twice as much, in bytes of text outside ASCII a sixth of that. */
  runLength: 350_000,
} as const;

export function refuse(name: string, told: string): never {
  throw new AppError("InvalidRequest", `${name}: ${told}`, { target: name });
}

/** @throws AppError InvalidRequest */
export function checkBatch(counts: {
  readonly metrics: number;
  readonly params: number;
  readonly tags: number;
}): void {
  const { metrics, params, tags } = counts;
  const rows = [
    ["metrics", metrics, limits.metricsPerBatch],
    ["params", params, limits.paramsPerBatch],
    ["tags", tags, limits.tagsPerBatch],
  ] as const;
  for (const [name, count, most] of rows)
    if (count > most) refuse(name, `a batch holds at most ${most}, got ${count}; send several batches.`);
  const all = metrics + params + tags;
  if (all > limits.entitiesPerBatch)
    refuse(
      "metrics",
      `a batch holds at most ${limits.entitiesPerBatch} metrics, params and tags together, got ${all}; send several batches.`,
    );
}

/** @throws AppError InvalidRequest */
export function checkKey(what: string, key: string): string {
  if (key === "") refuse(what, "expected a name, got an empty text.");
  if (key.length > limits.keyLength)
    refuse(
      what,
      `a name has at most ${limits.keyLength} characters, got ${key.length}: '${key.slice(0, 40)}…'.`,
    );
  // A name is a file's name for other servers of this protocol, whose clients do the same.
  if (!/^[\p{L}\p{N}_.\-/ :]+$/u.test(key))
    refuse(what, `'${key.slice(0, 40)}': expected letters, digits, and any of _ - . / : and blanks.`);
  if (key === "__proto__") refuse(what, "'__proto__' cannot be kept; take another name.");
  if (key.startsWith("/") || key.split("/").some((part) => part === "." || part === ".."))
    refuse(what, `'${key.slice(0, 40)}': must not begin with '/' or hold '.' or '..' between slashes.`);
  return key;
}

/** @throws AppError InvalidRequest */
export function checkValue(what: string, key: string, value: string, most: number): string {
  if (value.length <= most) return value;
  return refuse(
    what,
    `the value of '${key.slice(0, 40)}' has ${value.length} characters; at most ${most} are kept.`,
  );
}
