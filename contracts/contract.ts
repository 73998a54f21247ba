// What a contract is: a name and two schemas. Orchestrations call by contract, activities are defined by it, and both
// sides check what crosses. No behaviour.
import type { z } from "zod";

export interface Contract<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly input: Input;
  readonly output: Output;
}

export function contract<Input extends z.ZodType, Output extends z.ZodType>(
  name: string,
  input: Input,
  output: Output,
): Contract<Input, Output> {
  return { name, input, output };
}
