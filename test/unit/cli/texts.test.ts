// Starts nothing: commands that make texts of what is here.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { bashCompletion, fishCompletion } from "../../../cli/completion.ts";
import { textFile } from "../../../cli/ready-texts.ts";
import { errorTable, failureTable } from "../../../domain/shared/errors.ts";
import { batchai } from "../../support/command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "texts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const type = (line: string) => batchai(line.split(" "), { directory: folder });

describe("a code of an error", () => {
  it("is explained from the service's own table, however it is spelled", async () => {
    for (const code of [...Object.keys(errorTable), ...Object.keys(failureTable)])
      expect(JSON.parse((await type(`explain ${code.toLowerCase()}`)).out)).toMatchObject({ code });
    expect((await type("explain JobNodeLost -o table")).out).toContain(failureTable.JobNodeLost.remedy);
  });

  it("that is none of ours is told with the near one", async () => {
    const said = await type("explain NodeCountTooLrge");
    expect(said).toMatchObject({ code: 3, out: "" });
    expect(said.err).toContain("Is 'NodeCountTooLarge' meant?");
    expect((await type("explain AllocationTimedOut")).err).toContain("Azure Batch's own");
  });
});

test("a spec of 2018 becomes YAML that means the same, and comes back", async () => {
  const properties = {
    nodeCount: 1,
    a: "$X/<AZURE_BATCHAI_STORAGE_ACCOUNT>",
    b: "no",
    c: ["012", true, null],
  };
  writeFileSync(join(folder, "job.json"), JSON.stringify({ $schema: "gone", properties }));
  const { out } = await type("convert job.json");
  expect(parse(out)).toEqual({ properties });
  writeFileSync(join(folder, "job.yaml"), out);
  expect(JSON.parse((await type("convert job.yaml --to json")).out)).toEqual({ properties });
  writeFileSync(join(folder, "bad.yaml"), "a: [");
  expect(await type("convert bad.yaml")).toMatchObject({ code: 2, out: "" });
  expect((await type("convert none.json")).err).toContain("none.json cannot be read");
});

const rows = [
  { name: "job file list", summary: "List the job's files", flags: ["--help", "-j", "--job"] },
  { name: "job show", summary: "Show", flags: ["-n"] },
];

test("what a shell reads knows each command, its next words and its options", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await type(`completion ${shell}`);
    expect(code).toBe(0);
    expect(out).toContain("--only-show-errors".slice(shell === "fish" ? 2 : 0));
  }
  expect(await type("completion tcsh")).toMatchObject({ code: 2 });
  expect(bashCompletion(rows)).toContain('"job") COMPREPLY=($(compgen -W "file show" -- "$word")) ;;');
  expect(fishCompletion(rows)).toContain(
    String.raw`complete -c batchai -n '__batchai_at job file' -a list -d 'List the job\'s files'`,
  );
});

test("texts are ready for help and completion typed just so; whatever else is typed is the command's to read", () => {
  expect(textFile(["job", "file", "list", "--help"])).toBe(join("help", "job.file.list.txt"));
  expect(textFile(["run", "-h"])).toBe(join("help", "run.txt"));
  expect(textFile(["completion", "zsh"])).toBe(join("completion", "zsh"));
  for (const words of [
    ["--help"],
    ["job", "show", "-n", "--help"],
    ["run", "--", "tool", "--help"],
    ["completion", "../help"],
    ["..", "--help"],
  ])
    expect(textFile(words)).toBeUndefined();
});
