// `batchai explain CODE`: an error code in words, from the table of which the service makes its errors.
import { errorTable, failureTable } from "../../domain/shared/errors.ts";
import { command } from "../command.ts";
import { CommandError } from "../failure.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Columns } from "../output/print.ts";
import { printing, printOne } from "../output/print.ts";
import { nearest } from "../spec/nearest.ts";

interface Explained {
  readonly code: string;
  readonly reportedBy: string;
  readonly meaning: string;
  readonly remedy: string;
  /** Of the answer; absent for what is told after a request was accepted. */
  readonly status?: number;
}

const columns: Columns<Explained> = [
  ["Code", ({ code }) => code],
  ["Reported by", ({ reportedBy: reportedBy }) => reportedBy],
  ["Means", ({ meaning }) => meaning],
  ["What to do", ({ remedy }) => remedy],
];

export const explain = command({
  examples: ["explain NodeCountTooLarge", "explain JobNodeLost -o json"],
  withoutSettings: true,
  words: {
    usage: "<code>",
    description: "the code of an error, of the service or of a job, a cluster or an operation",
  },
  options: printing,
  async run(given, context, [asked = ""]) {
    const all = [...refusals(), ...failures()];
    const found = all.find(({ code }) => code.toLowerCase() === asked.toLowerCase());
    if (found !== undefined) return printOne(found, columns, given, context);
    const meant = nearest(
      asked,
      all.map(({ code }) => code),
    );
    throw new CommandError(
      `No error of ours has the code '${asked}'${meant === undefined ? "; Azure Batch's own are passed on as they are" : `. Is '${meant}' meant?`}`,
      exitCodes.notFound,
    );
  },
});

function refusals(): Explained[] {
  return Object.entries(errorTable).map(([code, { status, remedy, retryable }]) => ({
    code,
    reportedBy: "request",
    meaning: `The request is refused with status ${status}${retryable ? "; the same request may succeed later" : ""}`,
    remedy,
    status,
  }));
}

function failures(): Explained[] {
  return Object.entries(failureTable).map(([code, { reportedBy: reportedBy, meaning, remedy }]) => ({
    code,
    reportedBy: reportedBy,
    meaning,
    remedy,
  }));
}
