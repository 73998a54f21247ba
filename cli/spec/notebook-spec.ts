// The job that `batchai notebook` means: Jupyter on the first node's own address, with a token that comes sealed and stands in no command line.
// Notebooks lie on a share, so that they outlive the node. A job.json as anybody could have written it, but for the token.
import { formatDuration } from "../../domain/shared/duration.ts";
import type { Spec } from "./read-spec.ts";
import { runShare, shareMounts } from "./run-spec.ts";

/** Folder of the share in which notebooks are opened and saved. */
export const notebookFolder = "notebooks";
/** Jupyter's own name for it. */
const tokenVariable = "JUPYTER_TOKEN";
/** As a shell has it for a program that is not there. */
export const notInstalled = 127;

export interface NotebookGiven {
  readonly port: number;
  readonly token: string;
  readonly hours: number;
  /** Shell text that the node runs before. */
  readonly preparation: string | undefined;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
}

export function notebookSpec({ port, token, hours, preparation, variables }: NotebookGiven): Spec {
  const mounted = `$AZ_BATCHAI_JOB_MOUNT_ROOT/${runShare}`;
  return {
    properties: {
      nodeCount: 1,
      customToolkitSettings: { commandLine: commandLine(port) },
      ...(preparation === undefined ? {} : { jobPreparation: { commandLine: preparation } }),
      stdOutErrPathPrefix: mounted,
      inputDirectories: [{ id: "SHARE", path: mounted }],
      environmentVariables: variables,
      secrets: [{ name: tokenVariable, value: token }],
      constraints: { maxWallClockTime: formatDuration(hours * 3_600_000) },
      mountVolumes: shareMounts,
    },
  };
}

/** JupyterLab, else the classic notebook; nobody else may open the port, and no other port will do. */
function commandLine(port: number): string {
  return [
    `cd "$AZ_BATCHAI_INPUT_SHARE" && mkdir -p ${notebookFolder} && cd ${notebookFolder}`,
    'export HOME="${HOME:-$AZ_BATCHAI_JOB_TEMP}"',
    "for kind in lab notebook; do jupyter $kind --version >/dev/null 2>&1 && break; kind=; done",
    `[ -n "$kind" ] || { echo "jupyter is not installed on this node" >&2; exit ${notInstalled}; }`,
    '[ "$(id -u)" != 0 ] || root=--allow-root',
    `exec jupyter $kind --no-browser --ip=127.0.0.1 --port=${port} --port-retries=0 $root`,
  ].join("\n");
}
