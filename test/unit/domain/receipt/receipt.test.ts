// Receipts: what a node recorded becomes a statement, and two statements tell by name where they differ.
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  comparedFiles,
  keptDifferences,
  receiptDifferences,
  reproductionDifferences,
} from "../../../../domain/receipt/differences.ts";
import { parseRecord } from "../../../../domain/receipt/record.ts";
import { checkReceipt } from "../../../../domain/receipt/request.ts";
import { receiptOf } from "../../../../domain/receipt/statement.ts";
import { ReceiptResponse } from "../../../../domain/receipt/wire.ts";
import { job } from "../samples.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const [one, two] = [sha256("1"), sha256("2")];
const base = { inputDirectories: [{ id: "DATA", path: "$AZ_BATCHAI_MOUNT_ROOT/afs/data" }] };
const lines = (...files: readonly string[]) => `run g 1\n${files.join("\n")}\nend\n`;
const record = (model = one, data = two) =>
  lines("input DATA", `${data}  ./a b.csv`, "output MODEL", `${model}  ./m.bin`);

function receipt(text = record(), properties: object = {}): ReceiptResponse {
  const read = parseRecord(text);
  if (read === undefined) throw new Error("no record");
  return receiptOf(job({ ...base, ...properties }), read, sha256);
}

describe("a record", () => {
  it("is read whole or not at all", () => {
    expect(parseRecord(record())?.files.map(({ path }) => path)).toEqual(["a b.csv", "m.bin"]);
    expect(parseRecord(record().replace("end\n", ""))).toBeUndefined();
    expect(parseRecord("")).toBeUndefined();
    expect(parseRecord(lines(`${one}  ./before any directory`))).toBeUndefined();
    expect(parseRecord(lines("output MODEL", "no digest"))).toBeUndefined();
    expect(parseRecord(lines("image sha256:abc", "output MODEL"))).toMatchObject({
      image: "sha256:abc",
      files: [],
    });
  });
});

describe("a receipt", () => {
  it("names files by directory and path, and has no value of a secret", () => {
    const secret = { name: "TOKEN", value: "for nobody" };
    const made = receipt(record(), { secrets: [secret] });
    expect(JSON.stringify(made)).not.toContain(secret.value);
    expect(ReceiptResponse.parse(made)).toEqual(made);
    expect(made.subject).toEqual([{ name: "MODEL/m.bin", digest: { sha256: one } }]);
    expect(made.predicate.inputs).toEqual([{ name: "DATA/a b.csv", digest: { sha256: two } }]);
    expect(made.predicate.definition).toMatchObject({ secretNames: ["TOKEN"] });
  });

  it("has the same digest of inputs for the same work, wherever its results go and whenever it ran", () => {
    const first = receipt().predicate.inputsDigest;
    const elsewhere = {
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/afs/other",
      schedulingPriority: "low",
    } as const;
    expect(receipt(record(two), elsewhere).predicate.inputsDigest).toEqual(first);
    expect(receipt(record(one, one)).predicate.inputsDigest).not.toEqual(first);
    const asked = { customToolkitSettings: { commandLine: "another" } };
    expect(receipt(record(), asked).predicate.inputsDigest).not.toEqual(first);
  });

  it("tells by name what is otherwise in another one", () => {
    expect(receiptDifferences(receipt(), receipt())).toEqual([]);
    const [other, more] = [
      receipt(record(two, one)),
      lines("output MODEL", `${one}  ./m.bin`, `${one}  ./n.bin`),
    ];
    expect(receiptDifferences(receipt(), other)).toEqual([
      { what: "input DATA/a b.csv", verdict: "changed" },
      { what: "output MODEL/m.bin", verdict: "changed" },
    ]);
    expect(receiptDifferences(receipt(), receipt(more))).toEqual([
      { what: "input DATA/a b.csv", verdict: "missing" },
      { what: "output MODEL/n.bin", verdict: "new" },
    ]);
    const environment = { environmentVariables: [{ name: "RATE", value: "2" }] };
    expect(receiptDifferences(receipt(), receipt(record(), environment))).toContainEqual({
      what: "environmentVariables",
      verdict: "changed",
    });
  });

  it("that was kept is not that of another job of the same name", () => {
    const { predicate, ...rest } = receipt();
    const other = { ...rest, predicate: { ...predicate, job: { ...predicate.job, guid: "another" } } };
    expect(keptDifferences(receipt(), receipt())).toEqual([]);
    expect(keptDifferences(receipt(), other)).toEqual([{ what: "guid", verdict: "changed" }]);
  });

  it("of a job that ran once more says of each output whether it is equal, and of the exit code", () => {
    const more = lines("output MODEL", `${two}  ./m.bin`, `${one}  ./n.bin`, `${one}  ./o.bin`);
    const less = lines("output MODEL", `${one}  ./m.bin`, `${one}  ./o.bin`, `${two}  ./p.bin`);
    expect(comparedFiles(receipt(more).subject, receipt(less).subject)).toEqual([
      { name: "MODEL/m.bin", verdict: "changed", first: two, second: one },
      { name: "MODEL/n.bin", verdict: "missing", first: one },
      { name: "MODEL/o.bin", verdict: "equal", first: one, second: one },
      { name: "MODEL/p.bin", verdict: "new", second: two },
    ]);
    const failed = { ...receipt(), predicate: { ...receipt().predicate, exitCode: 3 } };
    const ended = { ...receipt(), predicate: { ...receipt().predicate, exitCode: 0 } };
    expect(reproductionDifferences(failed, failed)).toEqual([]);
    expect(reproductionDifferences(ended, failed)).toEqual([{ what: "exitCode", verdict: "changed" }]);
  });

  it("is refused to a job that could not have one, by the member at fault", () => {
    const refused = (properties: object) => () => checkReceipt(job({ ...base, ...properties }));
    expect(refused({ receipt: { inputs: ["DATA", "MORE"] } })).toThrow(
      "properties.receipt.inputs[1]: the job has no input directory 'MORE'",
    );
    expect(refused({ receipt: {}, stdOutErrPathPrefix: "/tmp" })).toThrow(
      "properties.receipt: what it is made of",
    );
    expect(refused({ receipt: {} })).not.toThrow();
  });
});
