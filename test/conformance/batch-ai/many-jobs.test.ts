// Many submissions at once, as the utilities of 2018 did with 30 threads.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../support/batch-ai-client.ts";
import { place, startJobLab } from "../../support/job-lab.ts";
import type { JobLab } from "../../support/job-lab.ts";
import { apiOf } from "../../support/raw-api.ts";

let lab: JobLab;
beforeAll(async () => {
  lab = await startJobLab();
});
afterAll(() => lab.dispose());

describe("one hundred jobs", () => {
  it(
    "row 116: are submitted in parallel through 30 connections without a 5xx, and all run",
    { timeout: 180_000 },
    async () => {
      const cluster = await lab.cluster("two", 2);
      const api = apiOf(lab.cloud, place[1]);
      const names = Array.from({ length: 100 }, (_, index) => `j${index}`);
      const replies = await Promise.all(
        names.map((name, index) =>
          api.send("PUT", `${api.workspace}/experiments/e/jobs/${name}`, {
            properties: {
              cluster: { id: cluster },
              nodeCount: 1 + (index % 2),
              stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
              customToolkitSettings: { commandLine: `echo ${name}` },
            },
          }),
        ),
      );
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
      const jobs = await until(
        "all to end",
        async () => {
          const found = await lab.client.jobs.listByExperiment(...place);
          return found.every(
            ({ executionState }) => executionState === "succeeded" || executionState === "failed",
          )
            ? found
            : undefined;
        },
        150_000,
      );
      expect(jobs.map(({ name }) => name).sort()).toEqual(names.toSorted());
      expect(jobs.filter(({ executionState }) => executionState === "failed")).toEqual([]);
      expect(await lab.read("j99", "stdout.txt")).toBe("j99\n");
    },
  );
});
