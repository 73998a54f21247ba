// The small file `batchai-result` that the launcher leaves in the task's working directory, and the exit codes by which
// its preparation step tells failures apart on nodes whose files nobody reads. The launcher (node/) writes both.
import { z } from "zod";

export const launcherResultFile = "batchai-result";

/** Of a task: how long, in seconds, the launcher's own steps may take. */
export const stepLimitVariable = "BATCHAI_STEP_LIMIT_S";

/** What the file says by which a run is asked to stop. */
export const StopRequest = z.enum(["stop", "requeued", "deallocated", "rehearsed"]);
export type StopRequest = z.infer<typeof StopRequest>;

/** Of a task: seconds between SIGTERM and SIGKILL, how long its program may take, and where there is a file when it is to stop. */
export const graceVariable = "BATCHAI_TERMINATION_GRACE_S";
export const timeLimitVariable = "BATCHAI_TIME_LIMIT_S";
export const stopVariable = "BATCHAI_STOP_URL";

/** Of a task: where its program reports to, by MLflow's protocol and by plain requests, and the token by which it does. */
export const trackingUrlVariable = "BATCHAI_TRACKING_URL";
export const metricsUrlVariable = "BATCHAI_METRICS_URL";
export const trackingTokenVariable = "BATCHAI_TRACKING_TOKEN";

const launcherOutcomes = [
  "exited",
  "output-lost",
  "preparation-failed",
  "file-share-mount-failed",
  "blob-mount-failed",
  "container-failed",
  "inputs-changed",
  "launch-failed",
  "ended",
  "time-over",
  "evicted",
  "requeued",
  "deallocated",
  "rehearsed",
] as const;

export const LauncherResult = z.object({
  /**
   * `exited`: the job's processes ended. `output-lost`: they ended well, but storage did not take what they wrote. `ended`: a
   * request of the service, or a signal from outside. `time-over`: the job's time was. `evicted`: one of its machines is about to go.
   * `requeued`, `deallocated`: the cluster shrank, and the job is to run again, or not. `rehearsed`: somebody asked for an eviction.
   * `inputs-changed`: what it would be made of is not what the job that it reproduces was made of. `launch-failed`: they could not be started.
   */
  outcome: z.enum(launcherOutcomes),
  /** Exit code of the process (or preparation) that decided. */
  exitCode: z.int().optional(),
  /** Node that decided; "" when not known. */
  node: z.string(),
  /** One sentence; "" when there is nothing to add. */
  detail: z.string(),
  /** The image of the container that did not start. */
  image: z.string().optional(),
  /** When it was written, by the node's clock, ISO 8601; absent in results of older launchers. */
  at: z.string().optional(),
  /** What storage did not take; absent when it took everything. */
  lost: z.string().optional(),
  /** Hosts of the job that did not answer when it failed, with commas between. */
  silent: z.string().optional(),
});
export type LauncherResult = z.infer<typeof LauncherResult>;

/** Exit codes of `launch.sh prepare`; `outputLost` and `inputsChanged` are those of `launch.sh run` alone. */
export const reservedExits = {
  preparationFailed: 241,
  fileShareMountFailed: 242,
  blobMountFailed: 243,
  launchFailed: 244,
  outputLost: 245,
  containerFailed: 246,
  inputsChanged: 247,
} as const;

/** Reads `key value` lines; undefined when the text is not a result (absent, cut off). */
export function parseLauncherResult(text: string): LauncherResult | undefined {
  const values = new Map<string, string>();
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    if (space > 0) values.set(line.slice(0, space), line.slice(space + 1));
  }
  const outcome = launcherOutcomes.find((candidate) => candidate === values.get("outcome"));
  if (outcome === undefined || values.get("end") !== "result") return undefined;
  const code = values.get("exitCode") ?? "";
  return {
    outcome,
    exitCode: /^-?\d{1,5}$/.test(code) ? Number(code) : undefined,
    node: values.get("node") ?? "",
    detail: values.get("detail") ?? "",
    ...(values.has("image") ? { image: values.get("image") } : {}),
    ...(values.has("at") ? { at: values.get("at") } : {}),
    ...(values.has("lost") ? { lost: values.get("lost") } : {}),
    ...(values.has("silent") ? { silent: values.get("silent") } : {}),
  };
}
