// What the launcher wrote of the files of a run: which went in when it began, and which were there when it ended, each with its SHA-256
// (node/launcher/receipt.sh). A record without its last line is of a run that did not come to its end.
import { z } from "zod";

/** Name of the file beside the logs. */
export const recordName = "receipt";

export const recordedKinds = ["input", "output"] as const;

export const RecordedFile = z.object({
  kind: z.enum(recordedKinds),
  /** Of the directory. */
  id: z.string(),
  /** Below it, with slashes. */
  path: z.string(),
  /** Lower-case hex. */
  sha256: z.string(),
});
export type RecordedFile = z.infer<typeof RecordedFile>;

export interface RunRecord {
  readonly guid: string;
  readonly attempt: number;
  /** Id of the container's image, as the engine says it. */
  readonly image?: string;
  /** In order of kinds, ids and paths. */
  readonly files: readonly RecordedFile[];
}

/** Undefined for a record that is not complete. */
export function parseRecord(text: string): RunRecord | undefined {
  const lines = text.split("\n");
  if (lines.at(-1) !== "" || lines.at(-2) !== "end") return undefined;
  const [word, guid, attempt] = (lines[0] ?? "").split(" ");
  if (word !== "run" || guid === undefined || attempt === undefined) return undefined;
  const files: RecordedFile[] = [];
  let image: string | undefined;
  let place: Pick<RecordedFile, "kind" | "id"> | undefined;
  for (const line of lines.slice(1, -2)) {
    const [, kind, id] = /^(input|output) (\w+)$/.exec(line) ?? [];
    const file = fileOf(line);
    if (kind === "input" || kind === "output") place = { kind, id: id ?? "" };
    else if (file !== undefined && place !== undefined) files.push({ ...place, ...file });
    else if (line.startsWith("image ")) image = line.slice("image ".length);
    else return undefined;
  }
  const ordered = files.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { guid, attempt: Number(attempt), ...(image === undefined ? {} : { image }), files: ordered };
}

export const keyOf = ({ kind, id, path }: Pick<RecordedFile, "kind" | "id" | "path">) =>
  `${kind} ${id} ${path}`;

/** A line of `sha256sum`, which begins with a backslash where the name has one, or has line ends. */
function fileOf(line: string): Pick<RecordedFile, "path" | "sha256"> | undefined {
  const [, escaped, sha256, name] = /^(\\?)([0-9a-f]{64}) [ *](.*)$/.exec(line) ?? [];
  if (sha256 === undefined || name === undefined) return undefined;
  const path =
    escaped === "" ? name : name.replaceAll(/\\([\\nr])/g, (_, sign: string) => meant[sign] ?? sign);
  return { sha256, path: path.replace(/^\.\//, "") };
}
const meant: Readonly<Record<string, string>> = { n: "\n", r: "\r", "\\": "\\" };
