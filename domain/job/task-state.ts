// What Azure Batch's word on a task says of its run, without a look at anything else.

interface SeenTask {
  readonly state: "active" | "preparing" | "running" | "completed";
  readonly startTime?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly failure?: object | undefined;
}

type SaidOfRun =
  | { readonly kind: "started"; readonly startTime: string }
  | { readonly kind: "succeeded" }
  /** A failure, a loss, a task that waits again: it depends on the job and its cluster, too. */
  | { readonly kind: "unclear" };

export function saysOfRun({ state, startTime, exitCode, failure }: SeenTask): SaidOfRun {
  if (state === "running" && startTime !== undefined) return { kind: "started", startTime };
  const succeeded = state === "completed" && exitCode === 0 && failure === undefined;
  return { kind: succeeded ? "succeeded" : "unclear" };
}
