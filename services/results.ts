// Which job has the result of a trial, by the digest of what it depends on (domain/sweep/reuse.ts): one row each, so that finding one is one read.
import type { JobRef, WorkspaceRef } from "../domain/shared/resource-id.ts";

export interface KnownResult {
  readonly job: JobRef;
  readonly jobGuid: string;
}

export interface Results {
  /** It may be of a job that is gone by now. */
  find(workspace: WorkspaceRef, key: string): Promise<KnownResult | undefined>;
  /** In place of one that was there. */
  keep(workspace: WorkspaceRef, key: string, result: KnownResult): Promise<void>;
  /** Unless it is another job's by now. Absence is a success. */
  remove(workspace: WorkspaceRef, key: string, jobGuid: string): Promise<void>;
}
