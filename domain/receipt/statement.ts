// The receipt of a job, made of its document and of what its node recorded. The same wherever and whenever it is asked for.
import { attemptsWire } from "../job/attempts.ts";
import type { JobDocument } from "../job/schema.ts";
import { canonical } from "../shared/same-content.ts";
import { formatId, refOf } from "../shared/resource-id.ts";
import type { RecordedFile, RunRecord } from "./record.ts";
import { predicateType, statementType } from "./wire.ts";
import type { ReceiptResponse } from "./wire.ts";

/** @param sha256 of a text, as lower-case hex. */
export function receiptOf(
  job: JobDocument,
  { files, image }: RunRecord,
  sha256: (text: string) => string,
): ReceiptResponse {
  const { spec, executionInfo } = job;
  const inputs = named(files, "input");
  const definition = definitionOf(job);
  const machine = { vmSize: job.clusterVmSize, nodeCount: spec.nodeCount };
  const { startTime, endTime, exitCode } = executionInfo;
  return {
    _type: statementType,
    subject: named(files, "output"),
    predicateType,
    predicate: {
      job: { id: formatId(refOf(job)), guid: job.guid, attempt: job.attempt },
      inputsDigest: { sha256: sha256(canonical({ definition, machine, image, inputs })) },
      definition,
      machine,
      ...(image === undefined ? {} : { image }),
      inputs,
      attempts: attemptsWire(job).value,
      ...(startTime === undefined ? {} : { startTime }),
      ...(endTime === undefined ? {} : { endTime }),
      ...(exitCode === undefined ? {} : { exitCode }),
    },
  };
}

/** What decides what a run does, and not where its results lie, how long it may take or when it comes to its turn. */
export function definitionOf({ spec }: JobDocument) {
  const { toolkit, jobPreparation, environmentVariables, secrets, inputDirectories, containerSettings } =
    spec;
  return {
    toolkit: { [toolkit.block]: toolkit.settings },
    ...(jobPreparation === undefined ? {} : { jobPreparation }),
    environmentVariables: environmentVariables.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    secretNames: secrets.map(({ name }) => name).toSorted(),
    inputDirectories: inputDirectories.map(({ id }) => id).toSorted(),
    ...(containerSettings === undefined ? {} : { image: containerSettings.image }),
  };
}

const named = (files: readonly RecordedFile[], kind: RecordedFile["kind"]) =>
  files
    .filter((file) => file.kind === kind)
    .map(({ id, path, sha256 }) => ({ name: `${id}/${path}`, digest: { sha256 } }));
