// Branded strings: a name or id that was checked once is a type of its own, so that an unchecked string cannot take its
// place. No behaviour here.

declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Lower-case GUID of one creation of a cluster or job; a re-created name gets a new one. */
export type Guid = Brand<string, "Guid">;

const guidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isGuid(text: string): text is Guid {
  return guidPattern.test(text);
}

/** Checks and brands; throws a plain Error because a malformed GUID here is a bug, not bad input. */
export function guid(text: string): Guid {
  const lower = text.toLowerCase();
  if (!isGuid(lower)) throw new Error(`not a GUID: '${text}'`);
  return lower;
}

/** ISO 8601 with milliseconds and `Z`, the form of every time stamp on the wire. */
export type Timestamp = Brand<string, "Timestamp">;

export function timestamp(now: Date): Timestamp {
  return now.toISOString() as Timestamp;
}
