// Which node sees what where, kept on disk: after a crash of the local cloud its reattached tasks still write through their
// links, so the containers behind these must be kept equal with storage again before anybody asks. No secret in here.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { isPlaced } from "./mount-points.ts";

const placed = {
  nodeId: z.string(),
  target: z.string(),
  /** The folder that is bound there; absent where there is a link. */
  bound: z.string().optional(),
};
const Attachment = z.discriminatedUnion("kind", [
  z.object({
    ...placed,
    kind: z.enum(["azureBlobFileSystem", "azureFileShare"]),
    accountName: z.string(),
    container: z.string(),
  }),
  z.object({ ...placed, kind: z.literal("nfs"), source: z.string() }),
]);
export type Attachment = z.infer<typeof Attachment>;

/** Those whose link is still there, and all that were bound: the system forgets these. A file that cannot be read counts as empty. */
export async function readAttachments(file: string): Promise<Attachment[]> {
  const text = await readFile(file, "utf8").catch(() => "[]");
  let rows: Attachment[];
  try {
    rows = z.array(Attachment).parse(JSON.parse(text));
  } catch {
    return [];
  }
  const there = await Promise.all(
    rows.map(async (row) => row.bound !== undefined || (await isPlaced(row.target))),
  );
  return rows.filter((_row, index) => there[index] === true);
}

export async function writeAttachments(file: string, rows: readonly Attachment[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.tmp`, JSON.stringify(rows), { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}
