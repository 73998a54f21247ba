// `batchai why JOB`: why it waits, runs so long, or failed. The rules are the domain's; here the facts are gathered and the answer shown.
import { diagnose } from "../../domain/diagnosis/diagnose.ts";
import type { Cause } from "../../domain/diagnosis/facts.ts";
import { parseId } from "../../domain/shared/resource-id.ts";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { hint } from "../hints.ts";
import type { Columns } from "../output/print.ts";
import { printAll, printing } from "../output/print.ts";
import { inExperiment, jobRef, openService } from "../service.ts";
import { whyFacts } from "../why-facts.ts";

const columns: Columns<Cause> = [
  ["Why", ({ says }) => says],
  ["Because", ({ because }) => because],
  ["What helps", ({ remedy }) => remedy],
];

export const why = command({
  examples: ["why first -w lab -e digits", "why first -o json"],
  words: { usage: "<job>", description: "the job, by its name or its ARM id" },
  options: { ...inExperiment, ...printing },
  async run(given, context, [job = ""]) {
    const service = await openService(given, context);
    const ref = job.startsWith("/") ? parseId(job) : jobRef(service, given, job);
    if (ref.kind !== "job") throw usageError(`'${job}' is no job.`);
    const causes = diagnose(await whyFacts(service.client, ref, context));
    await printAll(causes, columns, given, context);
    const commands = causes.flatMap((cause) => (cause.command === undefined ? [] : [cause.command]));
    const place = `-w ${ref.workspace}`;
    const next = commands.map((line) => (line.startsWith("usage") ? line : `${line} ${place}`));
    if (next.length > 0) hint(context, ...new Set(next));
  },
});
