// Jupyter of a job as one sits before it: the way to its node, the address once it answers, until the person or the job ends it. The way may break
// and come back: notebooks go on in the meantime.
import type { Client } from "../client/client.ts";
import { hasEnded } from "../client/follow-job.ts";
import { withPatience } from "../client/patience.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import type { Context } from "./command.ts";
import { CommandError } from "./failure.ts";
import { statePrinter } from "./job-end.ts";
import { nodesOfJob } from "./remote-of.ts";
import { openSession } from "./remote.ts";
import type { Login } from "./remote.ts";
import { untilStopped } from "./until-stopped.ts";

export interface NotebookSession {
  readonly ref: JobRef;
  /** On the node. */
  readonly port: number;
  /** The port of this machine that leads there by ssh; undefined where the node is this machine. */
  readonly tunnel: { readonly port: number; readonly login: Login } | undefined;
  /** It answers there. */
  readonly onReady: (port: number) => void;
}

const pollIntervalMs = 500;

/** The job, when it ended by itself; undefined when the person ends the session. */
export async function sitBefore(
  client: Client,
  { ref, port, tunnel, onReady }: NotebookSession,
  context: Context,
): Promise<JobResponse | undefined> {
  const surroundings = { ...untilStopped(context), pollIntervalMs };
  const patient = withPatience(surroundings);
  const tell = statePrinter(context);
  const here = tunnel?.port ?? port;
  const way: Way = { isOpen: false, failed: undefined };
  for (let isReady = false; !surroundings.isStopped(); await context.sleep(pollIntervalMs)) {
    const job = await patient(() => client.jobs.get(ref));
    tell(job);
    if (hasEnded(job)) return job;
    if (job.properties.executionState !== "running") continue;
    if (tunnel !== undefined && !way.isOpen) {
      // Before Jupyter was ever reached a broken way is a wrong key or a port that is taken; later the network comes back.
      if (way.failed !== undefined && !isReady) throw way.failed;
      keepOpen(way, client, ref, { port, tunnel }, context);
    }
    if (!isReady && (await answers(here, context))) {
      isReady = true;
      onReady(here);
    }
  }
  return undefined;
}

interface Way {
  isOpen: boolean;
  failed: Error | undefined;
}

function keepOpen(
  way: Way,
  client: Client,
  ref: JobRef,
  { port, tunnel }: { readonly port: number; readonly tunnel: NonNullable<NotebookSession["tunnel"]> },
  context: Context,
): void {
  way.isOpen = true;
  const opened = nodesOfJob(client, ref).then((nodes) =>
    openSession({ ...nodes, ports: [`127.0.0.1:${tunnel.port}:127.0.0.1:${port}`] }, tunnel.login, context),
  );
  void opened
    .then(
      (code) =>
        new CommandError(
          `ssh to the node ended with ${code}. Is the key right (-k), and the port ${tunnel.port} free here (--port)?`,
        ),
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
    .then((failed) => {
      way.failed = failed;
      way.isOpen = false;
    });
}

/** Jupyter tells its version to everybody. */
async function answers(port: number, { fetch: send }: Pick<Context, "fetch">): Promise<boolean> {
  try {
    const answer = await send(`http://127.0.0.1:${port}/api`);
    return answer.ok && typeof ((await answer.json()) as { version?: unknown }).version === "string";
  } catch {
    return false;
  }
}
