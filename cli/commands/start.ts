// `batchai start`: runs the local cloud until Ctrl-C.
import { readAzureRules } from "../../local/batch-emulator/alone.ts";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { command } from "../command.ts";
import { hint } from "../hints.ts";
import { flag, parsed, port, text } from "../options.ts";
import { alignColumns } from "../output/table.ts";

export const start = command({
  examples: ["start", "start --data DIR --port 0 --fresh", "start --containers=host"],
  options: {
    data: text("--data <dir>", "where it keeps everything", ".batchai"),
    port: port("--port <number>", "port of the API, 0 for any free one", 7180),
    containers: parsed(
      "--containers <where>",
      "where jobs that ask for a container run: engine (docker or podman), or host, without one",
      whereContainersRun,
    ),
    azureRules: parsed(
      "--azure-rules <mode>",
      "strict: the Batch emulator refuses what Azure refuses (default); off: it does what this machine can",
      readAzureRules,
    ),
    ssh: parsed(
      "--ssh <mode>",
      "on: nodes take logins from this machine, by the cluster's account (default); off: none",
      onOrOff,
    ),
    fresh: flag("--fresh", "forget what the data folder holds"),
  },
  async run(
    { data, port: apiPort, containers = "engine", azureRules = "strict", ssh = "on", fresh },
    context,
  ) {
    const stopRequested = context.stopRequested();
    const cloud = await startLocal({ data, apiPort, containers, azureRules, ssh, fresh });
    for (const line of describeCloud(cloud)) context.out(`${line}\n`);
    context.out("ready\n");
    hint(context, "run -- python3 train.py      (in another terminal, in this folder)");
    const failure = await Promise.race([stopRequested.then(() => undefined), cloud.failed]);
    await cloud.dispose();
    if (failure) throw failure;
  },
});

function whereContainersRun(where: string): "engine" | "host" {
  if (where === "engine" || where === "host") return where;
  throw new Error("It takes 'engine' or 'host'.");
}

function onOrOff(mode: string): "on" | "off" {
  if (mode === "on" || mode === "off") return mode;
  throw new Error("It takes 'on' or 'off'.");
}

function describeCloud({ description: { urls }, cloudFile, portalLink }: LocalCloud): string[] {
  return alignColumns([
    ["Portal", portalLink(), "opens once, within 15 minutes; later: batchai portal"],
    ["API", urls.api, "Batch AI REST, api-version 2018-05-01"],
    ["API, TLS", urls.apiHttps, "the same, with a certificate of its own (see Details)"],
    ["Batch", urls.batch, "Azure Batch emulator: data plane and resource manager"],
    ["Blobs", urls.blob, "Azurite"],
    ["Queues", urls.queue, "Azurite"],
    ["Tables", urls.table, "Azurite"],
    ["Files", urls.file, "Azure Files over plain folders"],
    ["Details", cloudFile, "keys and a token, readable by you alone"],
  ]);
}
