// Where artifacts lie: those of a job in its first output directory that storage keeps, else beside its logs, so that whoever may
// read the job's output reads them, too; those that no output of a job holds in a container of the service's own.
import { locateReadable, outputPath, stdOutErrPath } from "../job/directories.ts";
import type { JobDocument } from "../job/schema.ts";
import { AppError } from "../shared/errors.ts";
import { hasControlCharacter } from "../shared/fields.ts";
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
  readonly owner: { readonly run: RunKey; readonly id: string } | { readonly model: string };
  /** Below the folder of artifacts. */
  readonly path: string;
  /** What comes before what a client calls the path of an artifact: `RUN/artifacts`. */
  readonly root: string;
}

/** What a path `RUN/artifacts/…` or `models/MODEL/artifacts/…` is of; undefined when it is nothing's. */
export function parseArtifactPath(path: string): ArtifactPath | undefined {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (segments.some((segment) => segment === ".." || segment === ".")) return undefined;
  const whole = segments.join("/");
  const [first = "", second = "", third = ""] = segments;
  if (first === "models")
    return isModelId(second)
      ? { owner: { model: second }, path: whole, root: `models/${second}/${third}` }
      : undefined;
  const run = parseRunId(first);
  return run === undefined
    ? undefined
    : { owner: { run, id: first }, path: whole, root: `${first}/${second}` };
}

/** Of the whole, so that with the folders before it a blob may have it for its name (1,024 characters). */
const longestPath = 800;
const longestName = 250;

/**
 * Names that every storage and every file system can have. Azure drops dots at the ends of names.
 * @throws AppError InvalidRequest
 */
export function checkArtifactName({ path, root }: ArtifactPath): void {
  const names = path.slice(root.length + 1).split("/");
  const refuse = (what: string) => {
    throw new AppError("InvalidRequest", `path: ${what}`, { target: "path" });
  };
  if (!/\/artifacts$/.test(root) || !path.startsWith(`${root}/`))
    refuse("expected RUN/artifacts/NAME, or models/MODEL/artifacts/NAME.");
  if (path.length > longestPath) refuse(`has ${path.length} characters; at most ${longestPath} are kept.`);
  for (const name of names) {
    const shown = `'${name.slice(0, 40)}'`;
    if (name.length > longestName) refuse(`${shown} is longer than ${longestName} characters.`);
    if (name.includes("\\") || hasControlCharacter(name))
      refuse(`${shown} holds a backslash or a control character; rename the file.`);
    if (name.endsWith(".") || name.endsWith(" "))
      refuse(`${shown} ends in a dot or a blank; rename the file.`);
  }
}
