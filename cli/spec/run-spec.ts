// The job that `batchai run` means: the folder comes as files named by their content, the program runs in a copy of it, and what it
// writes below its output folder is kept. A job.json as anybody could have written it, with placeholders for the storage account.
import { quoteWord } from "../../domain/launch/quote.ts";
import type { Spec } from "./read-spec.ts";

export const runShare = "batchai";
/** Folder of the share for files by their content. */
export const codeFolder = "code";
export const codeStore = '"$AZ_BATCHAI_INPUT_CODE"';
export const outputsId = "OUTPUTS";

/** The share as a job mounts it. */
export const shareMounts = {
  azureFileShares: [
    {
      accountName: "<AZURE_BATCHAI_STORAGE_ACCOUNT>",
      azureFileUrl: `https://<AZURE_BATCHAI_STORAGE_ACCOUNT>.file.core.windows.net/${runShare}`,
      credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
      relativeMountPath: runShare,
    },
  ],
};

export interface RunGiven {
  /** Of the words of the program; none is shell text. */
  readonly words: readonly string[];
  /** Name of the script in the store that makes the folder. */
  readonly script: string;
  /** Relative path of the folder whose content is kept. */
  readonly output: string;
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  readonly nodeCount: number;
  /** Of what it prints is a metric. */
  readonly printed: object;
}

export function runSpec({ words, script, output, variables, nodeCount, printed }: RunGiven): Spec {
  const mounted = `$AZ_BATCHAI_JOB_MOUNT_ROOT/${runShare}`;
  return {
    properties: {
      nodeCount,
      ...program(words, [...folderOf(script), ...outputLink(output)], nodeCount),
      stdOutErrPathPrefix: mounted,
      inputDirectories: [{ id: "CODE", path: `${mounted}/${codeFolder}` }],
      outputDirectories: [{ id: outputsId, pathPrefix: mounted, pathSuffix: "outputs" }],
      environmentVariables: withUnbuffered(variables),
      mountVolumes: shareMounts,
      ...printed,
    },
  };
}

/** Python would keep back what it prints to a file, and nobody could follow it. */
function withUnbuffered(variables: RunGiven["variables"]): RunGiven["variables"] {
  const name = "PYTHONUNBUFFERED";
  return variables.some((variable) => variable.name === name)
    ? variables
    : [{ name, value: "1" }, ...variables];
}

/** Of several nodes each has the folder, also those on which the first one's program starts others. */
function program(words: RunGiven["words"], preparation: readonly string[], nodeCount: number) {
  const line = words.map((word) => (/^[\w./=:@%+,-]+$/.test(word) ? word : quoteWord(word))).join(" ");
  const inOrder = (lines: readonly string[]) => ({ commandLine: lines.join(" && ") });
  return nodeCount === 1
    ? { customToolkitSettings: inOrder([...preparation, line]) }
    : { jobPreparation: inOrder(preparation), customToolkitSettings: inOrder([line]) };
}

const folderOf = (script: string) => [`sh ${codeStore}/${script}`];

function outputLink(output: string): readonly string[] {
  const folder = output.split("/").slice(0, -1).join("/");
  return [
    ...(folder === "" ? [] : [`mkdir -p -- ${quoteWord(`./${folder}`)}`]),
    `ln -s -- "$AZ_BATCHAI_OUTPUT_${outputsId}" ${quoteWord(`./${output}`)}`,
  ];
}
