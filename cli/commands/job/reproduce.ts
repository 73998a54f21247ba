// `batchai job reproduce`: a job with a receipt once more, as another job, and which of its outputs came out the same. The service makes the copy,
// because nobody else has the job's secrets.
import { randomBytes } from "node:crypto";
import { ApiError } from "../../../client/api-error.ts";
import { comparedFiles, reproductionDifferences } from "../../../domain/receipt/differences.ts";
import type { ComparedFile } from "../../../domain/receipt/differences.ts";
import { command } from "../../command.ts";
import { notify } from "../../hints.ts";
import { printErrors } from "../../job-end.ts";
import { flag, required, text } from "../../options.ts";
import { outputSizes } from "../../output-digests.ts";
import { exitCodes } from "../../output/exit-codes.ts";
import type { Columns } from "../../output/print.ts";
import { printing, printParts } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";
import { untilEnded, waiting } from "../../until-ended.ts";

interface Row {
  readonly what: string;
  readonly verdict: ComparedFile["verdict"];
  readonly first?: Left | undefined;
  readonly second?: Left | undefined;
}

interface Left {
  readonly sha256: string;
  readonly sizeBytes?: number | undefined;
}

const shortened = (left: Left | undefined) =>
  left === undefined
    ? undefined
    : `${left.sha256.slice(0, 12)}${left.sizeBytes === undefined ? "" : ` (${left.sizeBytes} B)`}`;

const columns: Columns<Row> = [
  ["What", ({ what }) => what],
  ["Verdict", ({ verdict }) => verdict],
  ["First", ({ first }) => shortened(first)],
  ["Second", ({ second }) => shortened(second)],
];

export const jobReproduce = command({
  examples: [
    "job reproduce -w lab -e digits -n first",
    "job reproduce -n first --as again --allow-changed",
    "job reproduce -n first --query reproduced -o tsv",
  ],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "the job: one that has ended and has a receipt")),
    as: text("--as <name>", "name of the job that is made (default: of the first one, and chance)"),
    allowChanged: flag(
      "--allow-changed",
      "run also where an input, the image or the size of the nodes is another one by now",
    ),
    ...waiting,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { client } = service;
    const original = jobRef(service, given, given.name);
    const name = given.as ?? `${given.name.slice(0, 50)}-again-${randomBytes(2).toString("hex")}`;
    const copy = { ...original, job: name };
    await client.jobs.reproduce(original, { name, allowChanged: given.allowChanged });
    notify(context, `${name} runs what ${given.name} ran`);
    const job = await untilEnded(service, copy, given, context);
    const first = await client.jobs.receipt(original);
    const second = await client.jobs.receipt(copy).catch((error: unknown) => {
      // Why there is none, the job's own errors say better.
      if (!(error instanceof ApiError) || error.code !== "InvalidState") throw error;
      if (job.properties.executionState === "succeeded") throw error;
      return undefined;
    });
    if (second === undefined) {
      printErrors(job, context);
      return exitCodes.failed;
    }
    const outputs = comparedFiles(first.subject, second.subject);
    const differences = reproductionDifferences(first, second);
    const directories = job.properties.outputDirectories.map(({ id }) => id);
    const [before, after] = await Promise.all(
      [original, copy].map((ref) => outputSizes(client, ref, directories, context.fetch)),
    );
    const leftIn = (sizes: ReadonlyMap<string, number> | undefined, file: string, sha256?: string) =>
      sha256 === undefined ? undefined : { sha256, sizeBytes: sizes?.get(file) };
    const rows = outputs.map((one): Row => ({
      what: `output ${one.name}`,
      verdict: one.verdict,
      first: leftIn(before, one.name, one.first),
      second: leftIn(after, one.name, one.second),
    }));
    const others = differences.filter(({ what }) => !what.startsWith("output "));
    const reproduced = differences.length === 0;
    await printParts(
      { job: given.name, copy: name, reproduced, differences: others, outputs: rows },
      { parts: [...others, ...rows], columns },
      given,
      context,
    );
    return reproduced ? exitCodes.ok : exitCodes.failed;
  },
});
