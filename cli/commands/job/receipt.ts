// `batchai job receipt`: what a job was made of and what it left, with digests; to be kept beside the model.
import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobReceipt = command({
  examples: [
    "job receipt -w lab -e digits -n first",
    "job receipt -n first --query predicate.inputsDigest.sha256 -o tsv",
  ],
  options: { ...inExperiment, name: required(text("-n, --name <name>", "the job")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    await printOne(await service.client.jobs.receipt(jobRef(service, given, given.name)), [], given, context);
  },
});
