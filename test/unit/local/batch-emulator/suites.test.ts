// Starts nothing: reads the sources of the tests that it names.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { java, javaOld } from "../../../conformance/batch/suites/java.ts";
import { jsDataNext } from "../../../conformance/batch/suites/js-data-next.ts";
import { jsData } from "../../../conformance/batch/suites/js-data.ts";
import { jsManagement } from "../../../conformance/batch/suites/js-management.ts";
import { pythonManagement } from "../../../conformance/batch/suites/python-management.ts";
import { python } from "../../../conformance/batch/suites/python.ts";
import type { Suite, SuiteCase } from "../../../conformance/batch/suites/suite.ts";

const suites = [python, pythonManagement, jsManagement, jsData, jsDataNext, java, javaOld];
const folder = join(import.meta.dirname, "../../../conformance/batch");
const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => ({ name, source: readFileSync(join(folder, name), "utf8") }));
/** `test("…"`, `it("…"`, or `test.each(…)("…"`: a short title may be an argument of other calls, too. */
const filesWith = (title: string) =>
  sources
    .filter(({ source }) => ["test", "it", ")"].some((call) => source.includes(`${call}("${title}"`)))
    .map(({ name }) => name);

test("every case of the suites is asked for by a test that exists, or there is a reason why it cannot pass", () => {
  const cases = suites.flatMap((suite) => suite.cases);
  const missing = cases.flatMap(({ by = [] }) => by).filter((title) => filesWith(title).length === 0);
  expect(missing).toEqual([]);
  expect(cases.filter(({ by, not }) => by === undefined && not === undefined)).toEqual([]);
});

test("the page of the suites is the one made from their cases", async () => {
  await expect(page()).toMatchFileSnapshot("../../../../docs/reference/batch-suites.md");
});

function page(): string {
  const lines = [
    "# The Batch emulator and the suites of Azure's own clients",
    "",
    "Made from `test/conformance/batch/suites`; do not edit. The cases are those of the teams that make the clients. *asked by* names the tests here",
    "that ask the same of the emulator through genuine clients, *does not pass* what keeps the case from passing as it is written. What is judged is",
    "read from the cases; the suites themselves, which need a subscription or recordings, are not run here.",
    ...suites.flatMap(section),
  ];
  return `${lines.join("\n")}\n`;
}

function section({ title, source, cases }: Suite): string[] {
  const open = cases.filter(({ not }) => not !== undefined).length;
  return [
    "",
    `## ${title}`,
    "",
    `${source}: ${cases.length - open} of ${cases.length} cases are asked for in full.`,
    "",
    "| case | asked by | does not pass |",
    "| --- | --- | --- |",
    ...cases.map(row),
  ];
}

const row = ({ name, by = [], not = "" }: SuiteCase) =>
  `| ${name} | ${by.map((title) => `${filesWith(title).join(", ")}: ${title}`).join("; ")} | ${not} |`;
