// Run by the build, beside the program that it made: writes the texts that ready-texts.ts reads.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { commands } from "./commands/index.ts";
import { completionOf, shells } from "./completion-rows.ts";
import { helpPage } from "./help-page.ts";
import { textFile, textsFolder } from "./ready-texts.ts";

const folder = textsFolder(dirname(fileURLToPath(import.meta.url)));

async function write(words: readonly string[], text: string): Promise<void> {
  const file = textFile(words);
  if (file === undefined) throw new Error(`'${words.join(" ")}' is not among the texts that can be ready.`);
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

for (const row of commands) await write([...row.name.split(" "), "--help"], helpPage(row, await row.load()));
for (const shell of shells) await write(["completion", shell], (await completionOf(shell, commands)) ?? "");
