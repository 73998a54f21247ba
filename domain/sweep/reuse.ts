// What the result of a trial depends on, as a text that is the same for equal trials alone: what its job is asked to do, on which nodes, with which
// image, of which files, and how its metrics are read. Files are known by their places and ETags: storage tells these without reading a file, and
// gives a file another one with every write.
import type { JobDocument } from "../job/schema.ts";
import { definitionOf } from "../receipt/statement.ts";
import type { StorageLocation } from "../shared/mount-location.ts";
import { canonical } from "../shared/same-content.ts";
import type { SweepSpec } from "./spec.ts";

export interface InputState {
  /** Of the input directory. */
  readonly id: string;
  readonly place: Pick<StorageLocation, "kind" | "accountName" | "container" | "directory">;
  /** Path below the directory, ETag and bytes of each file. */
  readonly files: readonly (readonly [path: string, etag: string, sizeBytes: number])[];
}

/** Input directories that are a part of what a run is made of. */
export function inputsOf({ spec: { receipt, inputDirectories } }: JobDocument) {
  const named = receipt?.inputs;
  return inputDirectories.filter(({ id }) => named === undefined || named.includes(id));
}

export function reuseText(
  job: JobDocument,
  inputs: readonly InputState[],
  { metrics, presets }: Pick<SweepSpec, "metrics" | "presets">,
): string {
  const { spec, clusterVmSize: vmSize } = job;
  const files = inputs
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, place, files: all }) => {
      const { kind, accountName, container, directory } = place;
      return {
        id,
        kind,
        accountName,
        container,
        directory,
        files: all.toSorted(([a], [b]) => (a < b ? -1 : 1)),
      };
    });
  const machine = { vmSize, nodeCount: spec.nodeCount };
  return canonical({ version: 1, definition: definitionOf(job), machine, files, metrics, presets });
}

/** An image by its tag may be another one tomorrow. */
export const isPinned = (image: string) => image.includes("@");
