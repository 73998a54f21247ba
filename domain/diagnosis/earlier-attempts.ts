// That a job was started before, and why it had to be again: by its attempts where they were told, else by its events.
import type { AttemptResponse } from "../job/attempt.ts";
import type { Cause, Facts } from "./facts.ts";

const words: Readonly<Record<string, string>> = {
  preempted: "its nodes were taken away",
  rehearsed: "an eviction was rehearsed",
  moved: "its spot policy moved it to other nodes",
  nodeFault: "a node failed under it",
  filesLost: "its staged files were gone",
  resized: "its cluster shrank",
  userRetry: "its program failed",
};

const remedies = {
  lost: "Let the program go on from a checkpoint in $AZ_BATCHAI_CHECKPOINT_DIR, so that a lost node costs little.",
  failed: "Read the output of its program; a fault that comes again each time is not mended by retries.",
};

/** At most one reason. */
export function earlierAttempts(facts: Facts): Cause[] {
  const { attempts, changes } = facts;
  if (attempts === undefined) return ofChanges(changes);
  const again = attempts.value.filter(({ cause }) => cause !== undefined && cause in words);
  const last = again.at(-1);
  if (last === undefined) return [];
  const times = again.length + attempts.omitted;
  return [
    {
      code: "RanBefore",
      says: `The job began again ${count(times)}: ${reasons(again).join("; ")}`,
      because: `attempt ${last.number} ended at ${String(last.endTime)}: ${String(last.cause)}${codeOf(last)}`,
      remedy: last.cause === "userRetry" ? remedies.failed : remedies.lost,
    },
  ];
}

const count = (times: number) => `${times} ${times === 1 ? "time" : "times"}`;
const codeOf = ({ exitCode }: AttemptResponse) =>
  exitCode === undefined ? "" : ` with exit code ${exitCode}`;

function reasons(again: readonly AttemptResponse[]): readonly string[] {
  const kinds = [...new Set(again.map(({ cause }) => String(cause)))];
  return kinds.map((kind) => {
    const times = again.filter(({ cause }) => cause === kind).length;
    return `${words[kind] ?? kind} (${count(times)})`;
  });
}

function ofChanges(changes: Facts["changes"]): Cause[] {
  const losses = changes.filter(({ from, to }) => from === "running" && to === "queued");
  const last = losses.at(-1);
  if (last === undefined) return [];
  return [
    {
      code: "RanBefore",
      says: `The job was put back ${count(losses.length)} and began again: ${last.cause}`,
      because: `event of ${last.time}: running → queued`,
      remedy: remedies.lost,
    },
  ];
}
