// How failures are written down: the texts and details that orchestrators and status queries see.
import { z } from "zod";
import type { FailureDetails } from "../replay/history-events.ts";

export interface RecordedFailure {
  reason: string;
  /** JSON text. Must be a string, or the SDK can't read the event. */
  details: string;
  failureDetails?: FailureDetails;
}

/** What the SDK writes into an error's message when the app has registered an exception properties provider. */
const providedDetails = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  isNonRetriable: z.boolean().optional(),
  properties: z.record(z.string(), z.unknown()).nullish(),
  stackTrace: z.string().optional(),
});

export function activityFailure(
  name: string,
  message: string,
  errorType: string | undefined,
): RecordedFailure {
  const provided = readProvided(message);
  const reason = `Activity function '${name}' failed: ${provided?.ErrorMessage ?? message}`;
  return {
    reason,
    details: exceptionJson(errorType ?? provided?.ErrorType ?? "Error", provided?.ErrorMessage ?? message),
    ...(provided === undefined ? {} : { failureDetails: provided }),
  };
}

export function orchestratorFailure(name: string, message: string, failureDetails: unknown): RecordedFailure {
  const inner = failureDetails === undefined ? undefined : (failureDetails as FailureDetails);
  return {
    reason: `Orchestrator function '${name}' failed: ${message}`,
    details: exceptionJson("OrchestrationFailureException", message),
    ...(inner === undefined ? {} : { failureDetails: inner }),
  };
}

/** The .NET layout of these details isn't stable, so only the two fields that everybody reads are written. */
function exceptionJson(errorType: string, message: string): string {
  return JSON.stringify({ ClassName: errorType, Message: message });
}

function readProvided(message: string): FailureDetails | undefined {
  if (!message.startsWith("{")) return undefined;
  try {
    const parsed = providedDetails.safeParse(JSON.parse(message));
    if (!parsed.success) return undefined;
    return {
      ErrorType: parsed.data.errorType,
      ErrorMessage: parsed.data.errorMessage,
      StackTrace: parsed.data.stackTrace,
      IsNonRetriable: parsed.data.isNonRetriable ?? false,
      Properties: parsed.data.properties ?? undefined,
    };
  } catch {
    return undefined;
  }
}
