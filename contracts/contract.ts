// What a contract is: a name and two schemas. Orchestrations call by contract, activities are defined by it, and both
// sides check what crosses. No behaviour.
import type { z } from "zod";

export interface Contract<Input, Output> {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  readonly output: z.ZodType<Output>;
}

export function contract<Input, Output>(
  name: string,
  input: z.ZodType<Input>,
  output: z.ZodType<Output>,
): Contract<Input, Output> {
  return { name, input, output };
}

/** What an activity or orchestration of this contract answers. */
export type OutputOf<Of> = Of extends { readonly output: z.ZodType<infer Output> } ? Output : never;
