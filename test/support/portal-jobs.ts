// Many jobs for the portal's list, answered in the browser: to make them would take longer than to show them.
import type { Page } from "playwright-core";

export const jobsOfExperiment = /\/experiments\/e\/jobs\?/;
const pageSize = 1_000;

/** Until the route is taken away, the experiment `e` has so many jobs. */
export async function answerJobs(page: Page, count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => syntheticJob(index));
  await page.route(jobsOfExperiment, (route) => {
    const url = new URL(route.request().url());
    const start = Number(url.searchParams.get("$skiptoken") ?? "0");
    url.pathname = url.pathname.replace("/portal/api", "");
    url.searchParams.set("$skiptoken", String(start + pageSize));
    const value = jobs.slice(start, start + pageSize);
    return route.fulfill({
      json: { value, ...(start + pageSize < jobs.length ? { nextLink: url.href } : {}) },
    });
  });
}

function syntheticJob(index: number): object {
  const at = new Date(Date.UTC(2026, 10, 1) + index * 1000).toISOString();
  const executionState = index % 10 === 0 ? "failed" : "succeeded";
  return {
    id: `/subscriptions/s/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab/experiments/e/jobs/job-${index}`,
    name: `job-${index}`,
    type: "Microsoft.BatchAI/workspaces/experiments/jobs",
    properties: {
      experimentName: "e",
      cluster: { id: "/a/clusters/nodes" },
      nodeCount: 1,
      toolType: "custom",
      schedulingPriority: "normal",
      executionState,
      executionStateTransitionTime: at,
      executionInfo: { startTime: at, endTime: at, exitCode: 0 },
      creationTime: at,
      provisioningState: "succeeded",
      provisioningStateTransitionTime: at,
      customToolkitSettings: { commandLine: "x".repeat(200) },
      jobOutputDirectoryPathSegment: "a".repeat(150),
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/out",
      inputDirectories: [],
      outputDirectories: [],
      environmentVariables: [],
      secrets: [],
      constraints: { maxWallClockTime: "P7D" },
    },
  };
}
