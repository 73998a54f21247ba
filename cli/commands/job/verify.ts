// `batchai job verify`: whether what a job left is still what its receipt says, byte for byte; or whether another job was made of the same and
// left the same. Says by name what is otherwise, and exits with 1 then.
import { fileDifferences, keptDifferences, receiptDifferences } from "../../../domain/receipt/differences.ts";
import type { Difference } from "../../../domain/receipt/differences.ts";
import { Envelope } from "../../../domain/receipt/envelope.ts";
import { ReceiptResponse } from "../../../domain/receipt/wire.ts";
import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { notify } from "../../hints.ts";
import { required, text } from "../../options.ts";
import { signerOf } from "../../receipt-signature.ts";
import { outputDigests } from "../../output-digests.ts";
import { exitCodes } from "../../output/exit-codes.ts";
import type { Columns } from "../../output/print.ts";
import { printAll, printing } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";
import { readJson } from "../../spec/read-spec.ts";

const columns: Columns<Difference> = [
  ["What", ({ what }) => what],
  ["Verdict", ({ verdict }) => verdict],
];

export const jobVerify = command({
  examples: [
    "job verify -w lab -e digits -n first",
    "job verify -n first --receipt first.json",
    "job verify -n first --against again",
  ],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "the job")),
    receipt: text(
      "--receipt <file>",
      "a receipt of the job that was kept, signed or not (default: the service's)",
    ),
    against: text("--against <job>", "compare its receipt with this job's, instead of reading what it left"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { client } = service;
    const ref = jobRef(service, given, given.name);
    const file = given.receipt === undefined ? undefined : await readJson(given.receipt, context.directory);
    const envelope = Envelope.safeParse(file);
    const signer = envelope.success
      ? signerOf(envelope.data, await client.jobs.receiptKeys(ref.subscriptionId))
      : undefined;
    if (envelope.success && signer === undefined) {
      await printAll([{ what: "signature", verdict: "changed" }], columns, given, context);
      return exitCodes.failed;
    }
    if (signer !== undefined) notify(context, `Signed by the service's key ${signer.kid}.`);
    const kept =
      given.receipt === undefined
        ? undefined
        : keptReceipt(given.receipt, envelope.success ? statementIn(envelope.data) : file);
    const receipt = kept ?? (await client.jobs.receipt(ref));
    let differences: readonly Difference[];
    if (given.against === undefined) {
      const { properties } = await client.jobs.get(ref);
      const directories = properties.outputDirectories.map(({ id }) => id);
      const now = await outputDigests(client, ref, directories, context.fetch);
      const asked = kept === undefined ? [] : keptDifferences(kept, await client.jobs.receipt(ref));
      const files = fileDifferences("output", receipt.subject, now);
      differences = [...asked.filter(({ what }) => !files.some((file) => file.what === what)), ...files];
    } else {
      const other = await client.jobs.receipt(jobRef(service, given, given.against));
      differences = receiptDifferences(receipt, other);
    }
    await printAll(differences, columns, given, context);
    if (differences.length === 0)
      notify(context, `${receipt.subject.length} files are as the receipt says, and nothing else is there.`);
    return differences.length === 0 ? exitCodes.ok : exitCodes.failed;
  },
});

const statementIn = ({ payload }: Envelope): unknown => JSON.parse(Buffer.from(payload, "base64").toString());

function keptReceipt(file: string, content: unknown): ReceiptResponse {
  const parsed = ReceiptResponse.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw usageError(`${file} is no receipt of a job: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
