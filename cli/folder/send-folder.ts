// Sends the folder in which a command was typed to the share from which jobs take it. What is there already does not travel again.
import { join } from "node:path";
import type { Context } from "../command.ts";
import { notify } from "../hints.ts";
import type { StorageAccount } from "../service.ts";
import { codeFolder, codeStore, runShare } from "../spec/run-spec.ts";
import { listFiles } from "./list-files.ts";
import { openShareStore } from "./share-store.ts";
import { nameOfScript, unpackScript } from "./unpack-script.ts";

const atOnce = 8;

/** @returns the name of the script in the store that makes the folder again. */
export async function sendFolder(context: Context, storage: StorageAccount, output: string): Promise<string> {
  const files = await listFiles(context.directory, `/${output}`);
  const store = await openShareStore(storage, runShare, codeFolder);
  const byContent = [...new Map(files.map((file) => [file.sha256, file])).values()];
  let sent = 0;
  for (let next = 0; next < byContent.length; next += atOnce)
    await Promise.all(
      byContent.slice(next, next + atOnce).map(async ({ path, sizeBytes, sha256 }) => {
        const travelled = await store.put(sha256, { file: join(context.directory, path), sizeBytes });
        if (travelled) sent += 1;
      }),
    );
  const script = unpackScript(files, codeStore);
  const name = nameOfScript(script);
  await store.put(name, { text: script });
  notify(context, `${files.length} ${files.length === 1 ? "file" : "files"}, ${sent} of them sent`);
  return name;
}
