// `batchai notebook`: Jupyter on a node of a cluster, as if it ran here. Ctrl-C ends the job, unless it is to be kept; what was saved stays on the
// share.
import { randomBytes, randomInt } from "node:crypto";
import type { JobResponse } from "../../domain/job/wire.ts";
import type { JobRef } from "../../domain/shared/resource-id.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { CommandError, usageError } from "../failure.ts";
import { hint, notify } from "../hints.ts";
import { exitCodeOf, printErrors } from "../job-end.ts";
import { sitBefore } from "../notebook-session.ts";
import { amount, flag, port, text } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { loginOptions } from "../remote.ts";
import { jobNameOf } from "../run-names.ts";
import { clusterWishes, clusterWishOf, makeMissing, placeToRun } from "../run-places.ts";
import { inExperiment, jobRef, openService } from "../service.ts";
import type { Service } from "../service.ts";
import { notebookFolder, notebookSpec, notInstalled } from "../spec/notebook-spec.ts";
import { fillSpec } from "../spec/read-spec.ts";
import { runShare } from "../spec/run-spec.ts";
import { makeShare, namedAccount } from "../spec/storage-options.ts";
import { variableOf, variablesOption } from "../variables-option.ts";

export const notebook = command({
  examples: [
    "notebook -c nodes",
    'notebook --size STANDARD_NC4AS_T4_V3 --prepare "pip install jupyterlab"',
    "notebook -c nodes --keep --hours 24",
  ],
  options: {
    ...inExperiment,
    ...clusterWishes,
    name: text("-n, --name <name>", "name of the job (default: of the time)"),
    prepare: text("--prepare <command>", "run this on the node before, such as what installs Jupyter"),
    variables: variablesOption,
    hours: amount("--hours <number>", "end the job after this time, whatever happens", 8),
    port: port(
      "--port <number>",
      "port of this machine that leads to Jupyter (default: 8888, on a local cloud one by chance)",
    ),
    keep: flag("--keep", "Ctrl-C leaves Jupyter running"),
    password: loginOptions.password,
    sshKey: loginOptions.sshKey,
  },
  async run(given, context) {
    const variables = given.variables.map(variableOf);
    if (given.hours === 0) throw usageError("--hours takes a number above 0.");
    if (given.port === 0)
      throw usageError("--port takes a port that a browser can be told, from 1 to 65535.");
    const wish = clusterWishOf(given, 1, context);
    const service = await openService(given, context);
    const storage = namedAccount(service.storage);
    const token = randomBytes(24).toString("hex");
    // Below those that systems give to whoever asks. A node of a local cloud is this machine.
    const chance = randomInt(20_000, 32_000);
    const there = service.isLocalCloud ? (given.port ?? chance) : chance;
    const { hours, prepare: preparation } = given;
    const spec = notebookSpec({ port: there, token, hours, preparation, variables });
    const name = given.name ?? jobNameOf(["notebook"], context.now(), randomBytes(2).toString("hex"));
    const ref = jobRef(service, placeToRun(given, context), name);
    await makeShare(storage, runShare);
    const cluster = { id: await makeMissing(service, ref, wish, context) };
    const { properties } = fillSpec(spec, storage);
    await service.client.jobs.create(ref, { properties: { ...properties, cluster } });
    const login = { node: undefined, password: given.password, sshKey: given.sshKey };
    const session = {
      ref,
      port: there,
      tunnel: service.isLocalCloud ? undefined : { port: given.port ?? 8888, login },
      onReady(here: number) {
        context.out(`http://127.0.0.1:${here}/?token=${token}\n`);
        const end = given.keep ? "Ctrl-C leaves it running" : "Ctrl-C ends it";
        notify(context, `${end}. Saved notebooks: batchai cp share:${runShare}/${notebookFolder} notebooks`);
      },
    };
    return ended(ref, await seen(service, session, given.keep, context), context);
  },
});

/** Whatever ends the session ends the job, unless it is to be kept. */
async function seen(
  { client }: Service,
  session: Parameters<typeof sitBefore>[1],
  keep: boolean,
  context: Context,
): Promise<JobResponse | undefined> {
  let job: JobResponse | undefined;
  try {
    job = await sitBefore(client, session, context);
  } finally {
    if (job === undefined && !keep) await client.jobs.terminate(session.ref, { wait: false });
  }
  if (job === undefined && keep) {
    const { workspace, experiment, job: name } = session.ref;
    context.err(`The job '${name}' goes on.\n`);
    hint(
      context,
      `port-forward -w ${workspace} -e ${experiment} -j ${name} ${session.tunnel?.port ?? session.port}:${session.port}`,
      `job terminate -w ${workspace} -e ${experiment} -n ${name} -y`,
    );
  }
  return job;
}

function ended({ job: name }: JobRef, job: JobResponse | undefined, context: Context): number {
  if (job === undefined) return exitCodes.interrupted;
  if (job.properties.executionInfo?.exitCode === notInstalled)
    throw new CommandError(
      `Jupyter is not installed on the node. Install it before with --prepare "pip install jupyterlab", in the cluster's setup task or in its image; or point to it with --env PATH=…. See: batchai logs ${name} --stderr`,
    );
  printErrors(job, context);
  return exitCodeOf(job);
}
