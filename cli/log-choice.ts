// Which log of a job is meant: by its name, by the node that wrote it, of which attempt. What is not there is told with what is.
import type { Client } from "../client/client.ts";
import { all } from "../client/paging.ts";
import type { AttemptResponse } from "../domain/job/attempt.ts";
import { logsOfNode } from "../domain/job/log-names.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import { CommandError, usageError } from "./failure.ts";
import { flag, parsed, text, wholeNumber } from "./options.ts";
import { exitCodes } from "./output/exit-codes.ts";

const streams = ["stdout", "stderr"] as const;
type Stream = (typeof streams)[number];

export const logChoice = {
  stream: parsed("--stream <stream>", "stdout (default) or stderr", streamOf),
  stderr: flag("--stderr", "the same as --stream stderr"),
  node: wholeNumber("--node <number>", "what the job's process on this node wrote; 0 is the first"),
  file: text("--file <name>", "another file of the logs, by its name, such as execution.log"),
  attempt: wholeNumber(
    "--attempt <number>",
    "only if the log is of this attempt: each begins it anew, as `job attempts` lists them",
  ),
};

interface Chosen {
  readonly stream: Stream | undefined;
  readonly stderr: boolean;
  readonly node: number | undefined;
  readonly file: string | undefined;
}

export async function logFileOf(client: Pick<Client, "jobs">, ref: JobRef, given: Chosen): Promise<string> {
  const { file, node } = given;
  const stream = given.stream ?? (given.stderr ? "stderr" : "stdout");
  if (given.stderr && stream === "stdout")
    throw usageError("--stderr and --stream stdout exclude each other.");
  if (file === undefined) return node === undefined ? `${stream}.txt` : ofNode(client, ref, node, stream);
  if (node !== undefined || given.stderr || given.stream !== undefined)
    throw usageError("--file names the log: leave out --node, --stream and --stderr.");
  return file;
}

async function ofNode(
  client: Pick<Client, "jobs">,
  ref: JobRef,
  node: number,
  stream: Stream,
): Promise<string> {
  const { properties } = await client.jobs.get(ref);
  const { nodeCount } = properties;
  if (node >= nodeCount)
    throw new CommandError(
      `The job '${ref.job}' has no node ${node}; it has ${nodeCount === 1 ? "node 0 alone" : `0 to ${nodeCount - 1}`}.`,
      exitCodes.notFound,
    );
  const names = logsOfNode(properties, node).map((log) => log[stream]);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  if (only === undefined)
    throw new CommandError(
      `The job '${ref.job}' starts no process of its own on node ${node}: what runs there writes to the log of node 0. ${await whatThereIs(client, ref)}`,
      exitCodes.notFound,
    );
  throw usageError(`Node ${node} has several processes; name the log with --file: ${names.join(", ")}.`);
}

/** Throws unless the log that is there is of this attempt, as far as the service has seen the job start. */
export async function checkAttempt(
  client: Pick<Client, "jobs">,
  ref: JobRef,
  asked: number | undefined,
): Promise<void> {
  if (asked === undefined) return;
  const { value, omitted } = await client.jobs.attempts(ref);
  const started = value.filter(({ cause }) => cause !== "withdrawn");
  const latest = started.at(-1)?.number;
  if (latest === asked) return;
  const wasThere = asked >= 1 && (asked <= omitted || started.some(({ number }) => number === asked));
  throw new CommandError(
    latest === undefined
      ? `The job '${ref.job}' was not started yet: batchai why ${ref.job}`
      : `${wasThere ? `The log of attempt ${asked} is not kept` : `The job '${ref.job}' has no attempt ${asked}`}: each attempt begins the log anew, and what is there is of attempt ${latest}. Attempts: ${started.map(attemptText).join(", ")}.`,
    exitCodes.notFound,
  );
}

const attemptText = ({ number, cause }: AttemptResponse) => `${number} (${cause ?? "goes on"})`;

/** The error of a log that is not there. */
export async function missingLog(
  client: Pick<Client, "jobs">,
  ref: JobRef,
  file: string,
): Promise<CommandError> {
  return new CommandError(
    `The job '${ref.job}' has no log '${file}'. ${await whatThereIs(client, ref)}`,
    exitCodes.notFound,
  );
}

async function whatThereIs(client: Pick<Client, "jobs">, ref: JobRef): Promise<string> {
  const there = await all(client.jobs.outputFiles(ref, { directoryId: "stdouterr" }));
  return there.length === 0
    ? `It has written nothing yet: batchai why ${ref.job}`
    : `It has ${there.map(({ name }) => name).join(", ")}.`;
}

function streamOf(text: string): Stream {
  const found = streams.find((stream) => stream === text);
  if (found === undefined) throw new Error("It takes stdout or stderr.");
  return found;
}
