// The local cloud of a data folder, as `up`, `down` and `status` show it: where it answers, and its process.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "./failure.ts";
import type { Columns } from "./output/print.ts";

const Described = z.object({
  urls: z.object({ api: z.string() }),
  resourceGroup: z.string(),
  pid: z.number(),
});

export interface LocalCloudRow {
  readonly api: string;
  readonly resourceGroup: string;
  readonly pid: number;
  readonly cloudFile: string;
}

export const cloudColumns: Columns<LocalCloudRow> = [
  ["API", ({ api }) => api],
  ["Resource Group", ({ resourceGroup }) => resourceGroup],
  ["Process", ({ pid }) => pid],
  ["Details", ({ cloudFile }) => cloudFile],
];

export async function describeCloud(folder: string): Promise<LocalCloudRow> {
  const cloudFile = join(folder, "cloud.json");
  try {
    const { urls, resourceGroup, pid } = Described.parse(JSON.parse(await readFile(cloudFile, "utf8")));
    return { api: urls.api, resourceGroup, pid, cloudFile };
  } catch (error) {
    throw new CommandError(`${cloudFile} is not the cloud.json of a local cloud.`, undefined, error);
  }
}
