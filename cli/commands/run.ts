// `batchai run -- PROGRAM ARGS`: the shortest way from a script to its model. Sends the folder, makes what is missing, runs the program
// on a node, shows what it says, brings back what it wrote. Ctrl-C ends the looking, not the job.
import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { JobRef } from "../../domain/shared/resource-id.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { downloadFolder } from "../download.ts";
import { usageError } from "../failure.ts";
import { followOutput, hintWayBack } from "../follow-output.ts";
import { sendFolder } from "../folder/send-folder.ts";
import { notify } from "../hints.ts";
import { metricsOption, outputMetricsOf } from "../metrics-option.ts";
import { exitCodeOf, printErrors } from "../job-end.ts";
import { flag, text, wholeNumber } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { clusterWishes, clusterWishOf, makeMissing, placeToRun } from "../run-places.ts";
import { jobNameOf } from "../run-names.ts";
import { inExperiment, jobRef, openService } from "../service.ts";
import type { Service } from "../service.ts";
import { fillSpec } from "../spec/read-spec.ts";
import { outputsId, runSpec } from "../spec/run-spec.ts";
import { variableOf, variablesOption } from "../variables-option.ts";

export const run = command({
  examples: [
    "run -- python3 train.py --epochs 3",
    "run --output models --env SEED=7 -- python3 train.py",
    "run --size STANDARD_NC4AS_T4_V3 --spot --detach -- python3 train.py",
  ],
  words: { usage: "<program...>", description: "the program and its arguments" },
  passThrough: true,
  options: {
    ...inExperiment,
    cluster: clusterWishes.cluster,
    name: text("-n, --name <name>", "name of the job (default: of the script and the time)"),
    size: clusterWishes.size,
    gpus: clusterWishes.gpus,
    nodes: wholeNumber("--nodes <number>", "nodes of the job; the program runs on the first one", 1),
    spot: clusterWishes.spot,
    maxNodes: clusterWishes.maxNodes,
    output: text("--output <folder>", "what the program writes here comes back", "outputs"),
    variables: variablesOption,
    metrics: metricsOption,
    detach: flag("--detach", "do not wait for the end"),
    write: text("--write <file>", "send the folder and write its job.json instead of submitting it"),
  },
  async run(given, context, words) {
    const output = outputFolder(given.output);
    const variables = given.variables.map(variableOf);
    const printed = outputMetricsOf(given.metrics);
    if (given.nodes === 0) throw usageError("--nodes takes a number above 0.");
    const wish = clusterWishOf(given, given.nodes, context);
    const service = await openService(given, context);
    const { storage } = service;
    if (storage === undefined)
      throw usageError(
        "Where shall the folder go? Set AZURE_BATCHAI_STORAGE_ACCOUNT and AZURE_BATCHAI_STORAGE_KEY.",
      );
    const script = await sendFolder(context, storage, output);
    const spec = runSpec({ words, script, output, variables, nodeCount: given.nodes, printed });
    if (given.write !== undefined) {
      await writeFile(resolve(context.directory, given.write), `${JSON.stringify(spec, undefined, 2)}\n`);
      return exitCodes.ok;
    }
    const place = placeToRun(given, context);
    const name = given.name ?? jobNameOf(words, context.now(), randomBytes(2).toString("hex"));
    const ref = jobRef(service, place, name);
    const clusterId = await makeMissing(service, ref, wish, context);
    const { properties } = fillSpec(spec, storage);
    await service.client.jobs.create(ref, { properties: { ...properties, cluster: { id: clusterId } } });
    if (!given.detach) return followed(service, ref, output, context);
    context.out(`${name}\n`);
    hintWayBack(ref, context, download);
    return exitCodes.ok;
  },
});

async function followed(service: Service, ref: JobRef, output: string, context: Context): Promise<number> {
  const job = await followOutput(service, ref, context, download);
  if (job === undefined) return exitCodes.interrupted;
  const told = {
    ...context,
    out: (line: string | Uint8Array) => notify(context, String(line).trimEnd()),
  };
  const place = { directoryId: outputsId };
  await downloadFolder(service.client, ref, place, join(context.directory, output), told);
  printErrors(job, context);
  return exitCodeOf(job);
}

const download = `-d ${outputsId} --to outputs`;

/** A folder below the one in which the program runs, here and there. */
function outputFolder(text: string): string {
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  if (text.startsWith("/") || parts.length === 0 || parts.includes(".."))
    throw usageError(`--output takes a folder below this one, such as outputs; '${text}' is none.`);
  return parts.join("/");
}
