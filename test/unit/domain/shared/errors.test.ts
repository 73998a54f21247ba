// The error table and the page that is made of it. After a change of the table: npx vitest run test/unit/domain -u
import { format } from "prettier";
import { describe, expect, it } from "vitest";
import { jobFailures } from "../../../../domain/job/failure.ts";
import { AppError, errorBody, errorTable } from "../../../../domain/shared/errors.ts";

const page = [
  "# Errors",
  "",
  "Made of `domain/shared/errors.ts` and `domain/job/failure.ts` by their test.",
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
  "Found in `executionInfo.errors` of a job whose `executionState` is `failed`.",
  "",
  "| Code | Message |",
  "| --- | --- |",
  ...Object.entries(jobFailures).map(([code, message]) => `| \`${code}\` | ${message} |`),
  "",
].join("\n");

describe("errors", () => {
  it("are all on the reference page", async () => {
    const text = await format(page, { parser: "markdown", printWidth: 110 });
    await expect(text).toMatchFileSnapshot("../../../../docs/reference/errors.md");
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
