// Why an attempt of a job ended, in words.
import type { AttemptCause } from "../../domain/job/attempt.ts";

const words: Readonly<Record<AttemptCause, string>> = {
  finished: "finished",
  failed: "failed",
  userRetry: "failed and was tried again",
  preempted: "its nodes were taken",
  rehearsed: "taken away on request, as a rehearsal",
  moved: "went on at another cluster, as its spot policy says",
  nodeFault: "a node failed",
  filesLost: "staged files were lost",
  resized: "the cluster shrank",
  terminated: "terminated",
  timeOver: "its time was over",
  clusterDeleted: "the cluster was deleted",
  withdrawn: "went back to the queue before it started",
};

/** @param cause undefined: it goes on. */
export function causeText(cause: AttemptCause | undefined): string {
  return cause === undefined ? "goes on" : words[cause];
}
