// What `batchai cp` copies from and to, as it is typed: `share:NAME/PATH`, `container:NAME/PATH`, `job:NAME/DIRECTORY/PATH`, else a path of this
// machine.
import { usageError } from "../failure.ts";

export type Place =
  | { readonly kind: "here"; readonly path: string }
  | { readonly kind: "share" | "container"; readonly name: string; readonly path: string }
  | { readonly kind: "job"; readonly name: string; readonly directoryId: string; readonly path: string };

/** How a place is told; no path here may look like one. */
const forms = "share:NAME/PATH, container:NAME/PATH or job:NAME/DIRECTORY/PATH";

export function placeOf(word: string): Place {
  const [, kind, rest = ""] = /^(share|container|job):(.*)$/s.exec(word) ?? [];
  // A path of Windows has one letter before its colon, and `./` in front makes any name a path.
  if (kind === undefined) {
    if (/^[a-z]{2,}:/i.test(word)) throw usageError(`'${word}': a place in storage is ${forms}.`);
    return { kind: "here", path: word };
  }
  const [name = "", ...folders] = rest.split("/").filter((part) => part !== "" && part !== ".");
  if (name === "" || folders.includes("..")) throw usageError(`'${word}' is none of ${forms}.`);
  if (kind !== "job") return { kind: kind as "share" | "container", name, path: folders.join("/") };
  const [directoryId, ...below] = folders;
  if (directoryId === undefined)
    throw usageError(
      `'${word}': which of the job's directories? stdouterr, or one that batchai ls ${name} names.`,
    );
  return { kind: "job", name, directoryId, path: below.join("/") };
}

/** What is meant to be a folder, by the slash at its end. */
export const namesFolder = (word: string) => /[/\\]$|^\.{1,2}$/.test(word);
