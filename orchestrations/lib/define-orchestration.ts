// An orchestration as a value: its contract and its steps. Input is checked here, registration happens in functions/lib.
import type { OrchestrationContext, OrchestrationHandler, Task } from "durable-functions";
import type { Contract } from "../../contracts/contract.ts";
import type { Steps } from "./call.ts";

export interface DefinedOrchestration {
  readonly name: string;
  readonly handler: OrchestrationHandler;
}

export function defineOrchestration<Input, Output>(
  contract: Contract<Input, Output>,
  steps: (context: OrchestrationContext, input: Input) => Steps<Output>,
): DefinedOrchestration {
  return {
    name: contract.name,
    *handler(context): Generator<Task, unknown, unknown> {
      const input: unknown = context.df.getInput();
      return yield* steps(context, contract.input.parse(input));
    },
  };
}

/**
 * Ends this execution and begins the next with a short history; return right after it. Signals that nothing has waited for are lost
 * with this one, in Azure as here: the next execution must look before it waits.
 */
export function continueAsNew(context: OrchestrationContext, input: object): void {
  context.df.continueAsNew(input);
}

/** Says something about this instance to whoever asks for its status; overwrites what was noted before. */
export function note(context: OrchestrationContext, about: object): void {
  context.df.setCustomStatus(about);
}
