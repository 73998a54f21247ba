// Where the artifacts of a job's runs lie: in its first output directory that storage keeps, else beside its logs, so that whoever may
// read the job's output reads them, too.
import { locateReadable, outputPath, stdOutErrPath } from "../job/directories.ts";
import type { JobDocument } from "../job/schema.ts";
import { parseRunId } from "./run-id.ts";
import type { RunKey } from "./run-id.ts";
import { isModelId } from "./created-id.ts";

/** The folder in that directory. */
export const artifactFolder = "mlflow";

/** Id of the output directory; undefined when storage keeps none. */
export function artifactDirectory(job: JobDocument): string | undefined {
  const kept = job.spec.outputDirectories.find(
    (directory) => locateReadable(job, outputPath(job, directory)) !== undefined,
  );
  if (kept !== undefined) return kept.id;
  return locateReadable(job, stdOutErrPath(job)) === undefined ? undefined : "stdouterr";
}

export interface ArtifactPath {
  readonly owner: { readonly run: RunKey } | { readonly model: string };
  /** Below the folder of artifacts. */
  readonly path: string;
}

/** What a path `RUN/artifacts/…` or `models/MODEL/artifacts/…` is of; undefined when it is nothing's. */
export function parseArtifactPath(path: string): ArtifactPath | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.some((segment) => segment === ".." || segment === ".")) return undefined;
  const whole = segments.join("/");
  const [first = "", second = ""] = segments;
  if (first === "models") return isModelId(second) ? { owner: { model: second }, path: whole } : undefined;
  const run = parseRunId(first);
  return run === undefined ? undefined : { owner: { run }, path: whole };
}
