// What was logged to runs beside their points, and the models that they made. Guarded by optimistic concurrency: scripts log from
// several threads and nodes at once.
import type { ExperimentRef, WorkspaceRef } from "../domain/shared/resource-id.ts";
import type { ModelRecord } from "../domain/tracking/model.ts";
import type { RunRecord } from "../domain/tracking/run.ts";
import type { FollowedDocuments } from "./changes.ts";

/** A run of a job, by the job's GUID and, unless it is the job's own, what is unique to it; or one of no job. */
export interface RunPlace {
  readonly experiment: ExperimentRef;
  readonly jobGuid?: string | undefined;
  readonly unique?: string | undefined;
}

export interface Stored<Item> {
  readonly item: Item;
  /** Changes with every write; opaque. */
  readonly etag: string;
}

export interface Runs {
  get(place: RunPlace): Promise<Stored<RunRecord> | undefined>;
  /** @param etag of what was read; absent for the first one. `conflict`: somebody else wrote meanwhile. */
  write(place: RunPlace, run: RunRecord, etag: string | undefined): Promise<"written" | "conflict">;
  /** Every run of the experiment, or of one of its jobs, to which something was logged. */
  list(experiment: ExperimentRef, jobGuid?: string): Promise<readonly RunRecord[]>;
  /** Every run of an experiment to which something was logged, for views of them. */
  readonly followed: FollowedDocuments<RunRecord>;
  /** Of the experiment, or of one of its jobs. */
  remove(experiment: ExperimentRef, jobGuid?: string): Promise<void>;
  getModel(workspace: WorkspaceRef, id: string): Promise<Stored<ModelRecord> | undefined>;
  writeModel(
    workspace: WorkspaceRef,
    model: ModelRecord,
    etag: string | undefined,
  ): Promise<"written" | "conflict">;
  listModels(workspace: WorkspaceRef): Promise<readonly ModelRecord[]>;
  removeModels(workspace: WorkspaceRef, ids: readonly string[]): Promise<void>;
}
