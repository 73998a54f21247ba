// What is otherwise between a receipt and what is there now, or another receipt: by name, so that who reads it knows what to look at.
import type { ReceiptResponse } from "./wire.ts";
import { canonical } from "../shared/same-content.ts";

export interface Difference {
  /** `output MODEL/model.bin`, `input DATA/train.csv`, or a member of the definition such as `environmentVariables`. */
  readonly what: string;
  readonly verdict: "changed" | "missing" | "new";
}

type Files = ReceiptResponse["subject"];

/** A file of two runs, with the digest that it has in each; absent where it is not there. */
export interface ComparedFile {
  readonly name: string;
  readonly verdict: "equal" | Difference["verdict"];
  readonly first?: string;
  readonly second?: string;
}

/** Every file of either, in order of names. */
export function comparedFiles(first: Files, second: Files): readonly ComparedFile[] {
  const digests = (files: Files) => new Map(files.map(({ name, digest }) => [name, digest.sha256]));
  const [before, after] = [digests(first), digests(second)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    return {
      name,
      verdict:
        one === other ? "equal" : other === undefined ? "missing" : one === undefined ? "new" : "changed",
      ...(one === undefined ? {} : { first: one }),
      ...(other === undefined ? {} : { second: other }),
    };
  });
}

/** Of the second against the first, in order of names. */
export function fileDifferences(
  kind: "input" | "output",
  first: Files,
  second: Files,
): readonly Difference[] {
  return comparedFiles(first, second).flatMap(({ name, verdict }) =>
    verdict === "equal" ? [] : [{ what: `${kind} ${name}`, verdict }],
  );
}

/** Whatever differs between what two runs were made of, and what they left. */
export function receiptDifferences(first: ReceiptResponse, second: ReceiptResponse): readonly Difference[] {
  const [one, other] = [first.predicate, second.predicate];
  return [
    ...memberDifferences(one.definition, other.definition),
    ...memberDifferences(one.machine, other.machine),
    ...memberDifferences({ image: one.image }, { image: other.image }),
    ...fileDifferences("input", one.inputs, other.inputs),
    ...fileDifferences("output", first.subject, second.subject),
  ];
}

/** The same for a receipt that was kept of a job and the job's own, which another job of that name has, too. */
export function keptDifferences(kept: ReceiptResponse, now: ReceiptResponse): readonly Difference[] {
  const madeOf = ({ predicate: { job } }: ReceiptResponse) => ({ guid: job.guid });
  return [...memberDifferences(madeOf(kept), madeOf(now)), ...receiptDifferences(kept, now)];
}

/** The same for two runs of one job, whose exit codes should be the same, too. */
export function reproductionDifferences(
  first: ReceiptResponse,
  second: ReceiptResponse,
): readonly Difference[] {
  const codeOf = ({ predicate: { exitCode } }: ReceiptResponse) => ({ exitCode });
  return [...receiptDifferences(first, second), ...memberDifferences(codeOf(first), codeOf(second))];
}

function memberDifferences(first: object, second: object): readonly Difference[] {
  const [before, after] = [first as Record<string, unknown>, second as Record<string, unknown>];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((what) => {
    const [one, other] = [before[what], after[what]];
    if (canonical(one) === canonical(other)) return [];
    const verdict = other === undefined ? "missing" : one === undefined ? "new" : "changed";
    return [{ what, verdict } as const];
  });
}
