// An activity as a value: its contract and its one side effect. Input and output are checked here. A failure that may
// pass by itself is thrown, so that the caller's retry sees it; any other becomes a value. Must be idempotent: an
// activity runs at least once.
import { z } from "zod";
import type { ActivityResult } from "../../contracts/activity-result.ts";
import type { Contract } from "../../contracts/contract.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { Services } from "../../services/services.ts";

export interface DefinedActivity {
  readonly name: string;
  run(services: Services, input: unknown): Promise<ActivityResult>;
}

export function defineActivity<Input, Output>(
  contract: Contract<Input, Output>,
  effect: (services: Services, input: Input) => Promise<Output>,
): DefinedActivity {
  return {
    name: contract.name,
    async run(services, input) {
      try {
        const value = await effect(services, contract.input.parse(input));
        return { kind: "done", value: contract.output.parse(value) };
      } catch (error) {
        const failure = permanent(error);
        if (failure === undefined) throw error;
        services.logger.error("activity.failed", { activity: contract.name, ...failure });
        return { kind: "failed", ...failure };
      }
    },
  };
}

function permanent(error: unknown): { code: string; message: string } | undefined {
  if (error instanceof AppError && !error.retryable) return { code: error.code, message: error.message };
  // A value of the wrong shape is a bug, and stays one however often it is tried.
  if (error instanceof z.ZodError) return { code: "InternalError", message: z.prettifyError(error) };
  return undefined;
}
