// The error table and the page that is made of it. After a change of the table: npx vitest run test/unit/domain -u
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { AppError, errorBody, errorTable, failureTable } from "../../../../domain/shared/errors.ts";

const told = (by: "job" | "cluster" | "operation" | "sweep") => [
  "| Code | What happened | What to do |",
  "| --- | --- | --- |",
  ...Object.entries(failureTable)
    .filter(([, { reportedBy }]) => reportedBy === by)
    .map(([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`),
  "",
];

const page = [
  "# Errors",
  "",
  "Made of `domain/shared/errors.ts` by its test. Codes that are not here are Azure Batch's own, passed on as they are.",
  "",
  "## Refused requests",
  "",
  'Body: `{"error":{"code","message","target"?,"details"?}}`. The message names the field or resource and what to do.',
  "",
  "| Code | Status | Again? | What to do |",
  "| --- | --- | --- | --- |",
  ...Object.entries(errorTable).map(
    ([code, { status, retryable, remedy }]) =>
      `| \`${code}\` | ${status} | ${retryable ? "yes" : ""} | ${remedy} |`,
  ),
  "",
  "## Failed jobs",
  "",
  "Found in `executionInfo.errors` of a job whose `executionState` is `failed`; what happened is the message.",
  "",
  ...told("job"),
  "## Clusters",
  "",
  "Found in `errors` of a cluster, beside errors of Azure Batch about its nodes and resizes.",
  "",
  ...told("cluster"),
  "## Operations",
  "",
  "Found in `error` of an operation's status document that is `Failed`, beside the codes of refused requests and of Azure Batch.",
  "",
  ...told("operation"),
  "## Sweeps",
  "",
  "Found in `errors` of a sweep whose `executionState` is `failed`; the first also in `warnings` while it runs.",
  "",
  ...told("sweep"),
].join("\n");

const app = ["activities", "application", "contracts", "domain", "functions", "orchestrations", "services"];

/** What the sources of the app write as the code of an error. */
async function writtenCodes(): Promise<ReadonlySet<string>> {
  const root = new URL("../../../../", import.meta.url).pathname;
  const found = new Set<string>();
  for (const folder of app)
    for (const file of await readdir(join(root, folder), { recursive: true })) {
      // Causes of waiting and failing are told by their own rules (situations.test.ts); no answer carries them as an error.
      if (!file.endsWith(".ts") || file.startsWith("diagnosis/")) continue;
      const source = await readFile(join(root, folder, file), "utf8");
      for (const [, code = ""] of source.matchAll(/\bcode: "([A-Z]\w+)"/g)) found.add(code);
    }
  return found;
}

describe("errors", () => {
  it("are all on the reference page", async () => {
    const text = await format(page, { parser: "markdown", printWidth: 110 });
    await expect(text).toMatchFileSnapshot("../../../../docs/reference/errors.md");
  });

  it("are written nowhere that are not in the table", async () => {
    const known = new Set([...Object.keys(errorTable), ...Object.keys(failureTable)]);
    const written = await writtenCodes();
    expect(written.size).toBeGreaterThan(5);
    expect([...written].filter((code) => !known.has(code))).toEqual([]);
  });

  it("are 4xx when the caller must change something, and only what may pass is worth another try", () => {
    for (const [code, { status, retryable }] of Object.entries(errorTable)) {
      expect([code, status >= 400 && status < 600]).toEqual([code, true]);
      if (status >= 500) expect([code, retryable]).toEqual([code, true]);
    }
  });

  it("have the service's shape and leave out what they do not have", () => {
    const plain = new AppError("JobNotFound", "The specified job x is not found");
    expect(errorBody(plain)).toEqual({
      error: { code: "JobNotFound", message: "The specified job x is not found" },
    });
    const full = new AppError("InvalidRequest", "m", {
      target: "properties.x",
      details: [{ code: "c", message: "d" }],
    });
    expect(errorBody(full)).toEqual({
      error: {
        code: "InvalidRequest",
        message: "m",
        target: "properties.x",
        details: [{ code: "c", message: "d" }],
      },
    });
    expect(full).toMatchObject({ status: 400, retryable: false });
  });
});
