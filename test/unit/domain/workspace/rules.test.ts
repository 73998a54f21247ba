import { describe, expect, it } from "vitest";
import { newExperiment, putExperimentAgain } from "../../../../domain/experiment/rules.ts";
import { ExperimentDocument } from "../../../../domain/experiment/schema.ts";
import { experimentWire } from "../../../../domain/experiment/wire.ts";
import { deleting } from "../../../../domain/kinds.ts";
import { newWorkspace, patchWorkspace, putWorkspaceAgain } from "../../../../domain/workspace/rules.ts";
import { WorkspaceDocument } from "../../../../domain/workspace/schema.ts";
import { workspaceWire } from "../../../../domain/workspace/wire.ts";
import { later, now, workspace } from "../samples.ts";

describe("a workspace", () => {
  const made = newWorkspace(workspace, { location: "East US", tags: { team: "vision" } }, now);

  it("is ready at once and shown as the service showed it", () => {
    expect(WorkspaceDocument.parse(made)).toEqual(made);
    expect(workspaceWire(made)).toEqual({
      id: "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/lab/providers/Microsoft.BatchAI/workspaces/research",
      name: "research",
      type: "Microsoft.BatchAI/workspaces",
      location: "eastus",
      tags: { team: "vision" },
      properties: {
        creationTime: "2026-03-04T05:06:07.008Z",
        provisioningState: "succeeded",
        provisioningStateTransitionTime: "2026-03-04T05:06:07.008Z",
      },
    });
  });

  it("stays as it is when it is put again, but cannot move", () => {
    expect(putWorkspaceAgain(made, { location: "eastus" })).toBe(made);
    expect(() => putWorkspaceAgain(made, { location: "westus" })).toThrow(
      expect.objectContaining({ code: "Conflict" }),
    );
  });

  it("takes other tags by PATCH and nothing else", () => {
    expect(patchWorkspace(made, { tags: { a: "b" } })).toEqual({ ...made, tags: { a: "b" } });
    expect(patchWorkspace(made, {})).toBe(made);
  });

  it("is deleting once, and cannot be put meanwhile", () => {
    const gone = deleting(made, later);
    expect(gone).toMatchObject({
      provisioningState: "deleting",
      provisioningStateTransitionTime: later.toISOString(),
    });
    expect(deleting(gone, now)).toBe(gone);
    expect(() => putWorkspaceAgain(gone, { location: "eastus" })).toThrow(/is being deleted/);
  });
});

describe("an experiment", () => {
  const made = newExperiment({ ...workspace, kind: "experiment", experiment: "digits" }, now);

  it("is ready at once, stays the same when put again, and has no location", () => {
    expect(ExperimentDocument.parse(made)).toEqual(made);
    expect(putExperimentAgain(made)).toBe(made);
    expect(experimentWire(made)).toMatchObject({
      type: "Microsoft.BatchAI/workspaces/experiments",
      name: "digits",
    });
    expect(experimentWire(made)).not.toHaveProperty("location");
  });

  it("cannot be put while it is being deleted", () => {
    expect(() => putExperimentAgain(deleting(made, later))).toThrow(expect.objectContaining({ status: 409 }));
  });
});
