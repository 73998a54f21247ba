// Keys of a spec that its schema does not have. The service drops them, so that a misspelt one would be as if it were not there.
import type { z } from "zod";

export interface UnknownKey {
  readonly path: readonly (string | number)[];
  /** Those that may stand beside it. */
  readonly known: readonly string[];
}

export function unknownKeys(schema: z.ZodType, value: unknown): UnknownKey[] {
  return [...found(schema, value, [])];
}

/** What zod tells of a schema, as far as it is walked. */
interface Schema {
  readonly def: {
    readonly type: string;
    readonly innerType?: Schema;
    readonly in?: Schema;
    readonly element?: Schema;
    readonly shape?: Readonly<Record<string, Schema>>;
    /** What further members are; absent where there are none. */
    readonly catchall?: Schema;
  };
}

function* found(schema: Schema, value: unknown, path: UnknownKey["path"]): Generator<UnknownKey> {
  const { innerType, in: input, element, shape, catchall } = schema.def;
  const inside = innerType ?? input;
  if (inside !== undefined) yield* found(inside, value, path);
  else if (element !== undefined && Array.isArray(value))
    for (const [index, item] of value.entries()) yield* found(element, item, [...path, index]);
  else if (shape !== undefined && typeof value === "object" && value !== null && !Array.isArray(value))
    for (const [key, item] of Object.entries(value)) {
      const member = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (member !== undefined) yield* found(member, item, [...path, key]);
      // Files of 2018 name their schema, and people write comments.
      else if ((catchall === undefined || catchall.def.type === "never") && !/^(?:\$|_|\/\/|#)/.test(key))
        yield { path: [...path, key], known: Object.keys(shape) };
    }
}
