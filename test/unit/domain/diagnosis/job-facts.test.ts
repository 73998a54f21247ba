// Which answers a job wants, and what the rules are given of them.
import { describe, expect, it } from "vitest";
import { commandOf } from "../../../../domain/diagnosis/facts.ts";
import { jobFacts, neighbourOf, wantedFor } from "../../../../domain/diagnosis/job-facts.ts";
import type { JobResponse } from "../../../../domain/job/wire.ts";
import { start } from "../../../support/diagnosis-facts.ts";

const inWorkspace = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.BatchAI/workspaces/w";
const clusterId = (name: string) => `${inWorkspace}/clusters/${name}`;

const job = (name: string, properties: object = {}, experiment = "e") =>
  ({
    id: `${inWorkspace}/experiments/${experiment}/jobs/${name}`,
    name,
    properties: {
      cluster: { id: clusterId("c") },
      executionState: "queued",
      nodeCount: 1,
      schedulingPriority: "normal",
      creationTime: start,
      ...properties,
    },
  }) as unknown as JobResponse;

describe("the neighbours of a job", () => {
  const mine = job("mine");
  const isNeighbour = (other: JobResponse) => neighbourOf(mine, other) !== undefined;

  it("are those of its cluster that have not ended, whatever the letters of an id", () => {
    expect(neighbourOf(mine, job("other", { nodeCount: 3 }))).toEqual({
      name: "other",
      executionState: "queued",
      nodeCount: 3,
      schedulingPriority: "normal",
      creationTime: start,
    });
    expect(isNeighbour(job("other", { cluster: { id: clusterId("c").toUpperCase() } }))).toBe(true);
    expect(isNeighbour(job("other", { cluster: { id: `${clusterId("c")}/` } }))).toBe(true);
    expect(isNeighbour(job("other", { cluster: { id: clusterId("d") } }))).toBe(false);
    for (const executionState of ["running", "terminating"])
      expect(isNeighbour(job("other", { executionState }))).toBe(true);
    for (const executionState of ["succeeded", "failed"])
      expect(isNeighbour(job("other", { executionState }))).toBe(false);
  });

  it("are not the job itself, but one of its name in another experiment", () => {
    expect(isNeighbour(job("MINE"))).toBe(false);
    expect(isNeighbour(job("mine", {}, "f"))).toBe(true);
  });

  it("are those of the cluster to which a spot policy moved a job", () => {
    const spot = { cluster: { id: clusterId("d") }, place: "dedicated" };
    expect(isNeighbour(job("other", { spot }))).toBe(false);
    expect(isNeighbour(job("other", { spot: { ...spot, place: "spot" } }))).toBe(true);
    const moved = job("moved", { spot });
    expect(neighbourOf(moved, job("other", { spot }))?.name).toBe("other");
    const nothing = { cluster: undefined, neighbours: [], events: [], errorOutput: undefined };
    expect(jobFacts(moved, { ...nothing, attempts: undefined }, 0).clusterName).toBe("d");
  });
});

it("a job that waits wants its neighbours, one that failed its last words", () => {
  const wanted = (executionState: string) => wantedFor(job("mine", { executionState }));
  expect(wanted("queued")).toEqual({ neighbours: true, errorOutput: false });
  expect(wanted("failed")).toEqual({ neighbours: false, errorOutput: true });
  expect(wanted("running")).toEqual({ neighbours: false, errorOutput: false });
});

it("a command names the workspace, unless it is about a region", () => {
  expect(commandOf("cluster resize -n c -t 1", "-w lab")).toBe("cluster resize -n c -t 1 -w lab");
  expect(commandOf("usage list", "-w lab")).toBe("usage list");
});
