// What is otherwise between a receipt and what is there now, or another receipt: by name, so that who reads it knows what to look at.
import type { ReceiptResponse } from "./wire.ts";
import { canonical } from "../shared/same-content.ts";

export interface Difference {
  /** `output MODEL/model.bin`, `input DATA/train.csv`, or a member of the definition such as `environmentVariables`. */
  readonly what: string;
  readonly verdict: "changed" | "missing" | "new";
}

type Files = ReceiptResponse["subject"];

/** Of the second against the first, in order of names. */
export function fileDifferences(
  kind: "input" | "output",
  first: Files,
  second: Files,
): readonly Difference[] {
  const digests = (files: Files) => new Map(files.map(({ name, digest }) => [name, digest.sha256]));
  const [before, after] = [digests(first), digests(second)];
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [one, other] = [before.get(name), after.get(name)];
    if (one === other) return [];
    const verdict = other === undefined ? "missing" : one === undefined ? "new" : "changed";
    return [{ what: `${kind} ${name}`, verdict } as const];
  });
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
