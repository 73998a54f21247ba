// `batchai job receipt`: what a job was made of and what it left, with digests; to be kept beside the model.
import { command } from "../../command.ts";
import { flag, required, text } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobReceipt = command({
  examples: [
    "job receipt -w lab -e digits -n first",
    "job receipt -n first --query predicate.inputsDigest.sha256 -o tsv",
    "job receipt -n first --signed",
  ],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "the job")),
    signed: flag("--signed", "in an envelope of DSSE with the signature of the service"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { jobs } = service.client;
    const ref = jobRef(service, given, given.name);
    await printOne(
      given.signed ? await jobs.signedReceipt(ref) : await jobs.receipt(ref),
      [],
      given,
      context,
    );
  },
});
