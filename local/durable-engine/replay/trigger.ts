// The JSON texts handed to orchestrator, entity and activity functions. They are assembled from stored JSON text, so
// that a long history is never parsed and written again only to be passed on.

/** Numbers by which the SDK knows the replay schemas (V1 = 0). */
export const schemaNumbers = { V3: 2, V4: 3 } as const;

/** Timers longer than `maximumShortTimerMs` are made of legs of `longTimerLegMs` (the extension's defaults). */
export const timerLimits = {
  maximumShortTimerMs: 6 * 24 * 3_600_000,
  longTimerLegMs: 3 * 24 * 3_600_000,
  defaultHttpPollMs: 30_000,
} as const;

export interface OrchestrationTrigger {
  /** Event texts joined by commas. */
  historyText: string;
  /** JSON text or null. */
  inputText: string | null;
  instanceId: string;
  parentInstanceId: string | null;
  isReplaying: boolean;
  schema: keyof typeof schemaNumbers;
}

/** The trigger value of one turn. The misspelt last property is the extension's own. */
export function orchestrationTrigger(o: OrchestrationTrigger): string {
  const tail = {
    instanceId: o.instanceId,
    isReplaying: o.isReplaying,
    parentInstanceId: o.parentInstanceId,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: schemaNumbers[o.schema],
    longRunningTimerIntervalDuration: "3.00:00:00",
    maximumShortTimerDuration: "6.00:00:00",
    defaultHttpAsyncRequestSleepTimeMillseconds: timerLimits.defaultHttpPollMs,
  };
  return `{"history":[${o.historyText}],"input":${o.inputText ?? "null"},${JSON.stringify(tail).slice(1)}`;
}

/**
 * The text an activity receives for an input: objects as JSON, strings as they are (the SDK has made JSON of them),
 * booleans as .NET writes them, null and undefined not at all.
 */
export function activityText(input: unknown): string | null {
  if (input === undefined || input === null) return null;
  if (typeof input === "string") return input;
  if (typeof input === "boolean") return input ? "True" : "False";
  return JSON.stringify(input) ?? null;
}

/** How an activity's input is written into history: a JSON array with one element. */
export function activityArguments(input: unknown): string {
  return JSON.stringify([input ?? null]);
}
