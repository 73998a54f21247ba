// What a service answered, by its schema. An answer that cannot be read is none: it was cut off, or something in between gave it. It is asked
// for again, and nothing is concluded from it.
import type { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";

/** @throws AppError ServiceUnavailable, which may pass by itself. */
export function readAnswer<Schema extends z.ZodType>(
  service: string,
  schema: Schema,
  text: string,
): z.infer<Schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError("ServiceUnavailable", `${service} gave an answer that cannot be read.`, { cause });
  }
}
