// An answer is held against its schema and given on as it came: members that this client does not know are not lost.
import type { z } from "zod";

/** @throws Error naming the member that is not as agreed. */
export function checked<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return body as z.output<Schema>;
  const issue = result.error.issues[0];
  throw new Error(
    `The service answered something else than agreed: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
  );
}
