// `--query`: JMESPath, by the package whose author wrote the one that `az` uses.
import { usageError } from "../failure.ts";

/** @throws CommandError that shows the expression. */
export async function queried(data: unknown, expression: string): Promise<unknown> {
  const { default: jmespath } = await import("jmespath");
  try {
    return jmespath.search(data, expression) as unknown;
  } catch (error) {
    throw usageError(`--query '${expression}' cannot be used: ${(error as Error).message}`);
  }
}
