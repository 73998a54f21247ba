// Homes of the accounts that log in: below the folder that stands for the machine, so that nobody's own settings are read or changed.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { quote } from "../batch-emulator/agent/launch-script.ts";

/** Batch's rules for names of accounts allow no path; a name that is one has no home of its own. */
export function homeOf(machine: string, name: string): string {
  return join(machine, "home", /^[\w][\w.-]*$/.test(name) ? name : "nobody");
}

const ours = "# Written by the local cloud: the shell's own profile takes the node's commands off the PATH.";

/** @returns the folder, made when it is missing. */
export async function prepareHome(machine: string, name: string, path: string): Promise<string> {
  const home = homeOf(machine, name);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const profile = join(home, ".profile");
  const kept = await readFile(profile, "utf8").catch(() => ours);
  if (kept.startsWith(ours)) await writeFile(profile, `${ours}\nexport PATH=${quote(path)}\n`);
  return home;
}
