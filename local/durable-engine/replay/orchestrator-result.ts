// Reads what an orchestrator function gave back, be it returned or thrown. A failed turn's state travels inside the
// exception's message behind a marker; a message without it means that the failure lies outside the orchestrator code.
import { z } from "zod";
import type { InvokeOutcome } from "../engine-contract.ts";

const failureMarker = "\n\n$OutOfProcData$:";

const orchestratorState = z.object({
  isDone: z.boolean(),
  actions: z.array(z.array(z.unknown())),
  output: z.unknown().optional(),
  customStatus: z.unknown().optional(),
  error: z.string().optional(),
  schemaVersion: z.number().optional(),
  failureDetails: z.unknown().optional(),
});

export interface OrchestratorTurn {
  isDone: boolean;
  /** Everything asked for since the execution began, one entry per yield. */
  actions: readonly unknown[];
  output: unknown;
  customStatus: unknown;
  /** The user's message; present when the orchestrator threw. */
  error?: string;
  failureDetails?: unknown;
}

export type TurnOutcome = { ok: true; turn: OrchestratorTurn } | { ok: false; message: string };

export function readTurn(outcome: InvokeOutcome): TurnOutcome {
  if (outcome.ok) return readState(outcome.value);
  const marker = outcome.message.indexOf(failureMarker);
  if (marker < 0) return { ok: false, message: outcome.message };
  try {
    const read = readState(JSON.parse(outcome.message.slice(marker + failureMarker.length)) as unknown);
    // A thrown error with an empty message leaves no `error` in the state, yet the turn has failed.
    if (read.ok && read.turn.error === undefined) read.turn.error = "";
    return read;
  } catch {
    return { ok: false, message: outcome.message };
  }
}

function readState(value: unknown): TurnOutcome {
  const parsed = orchestratorState.safeParse(value);
  if (!parsed.success)
    return { ok: false, message: "Out of proc orchestrators must return a valid JSON schema." };
  const { actions, error, isDone, output, customStatus, failureDetails } = parsed.data;
  const [list] = actions;
  if (actions.length !== 1 || list === undefined) {
    return {
      ok: false,
      message: `Expected the actions array to be of length 1 in its outer layer but got size: ${actions.length}`,
    };
  }
  return {
    ok: true,
    turn: {
      isDone,
      actions: list,
      output,
      customStatus,
      ...(error === undefined ? {} : { error }),
      ...(failureDetails === undefined ? {} : { failureDetails }),
    },
  };
}
