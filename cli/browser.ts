// Opens an address in the person's browser. An address may sign in: it stands on no command line, where others on the machine could read it, but
// in a page of a file that the person alone can read.
import { platform } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Context } from "./command.ts";
import { userFolder, writeOwn } from "./config/files.ts";

/** False where there is no browser, or none came. */
export async function openInBrowser(address: string, context: Context): Promise<boolean> {
  const folder = userFolder(context.environment);
  if (folder === undefined) return false;
  const page = join(folder, "open.html");
  const link = address.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
  await writeOwn(
    page,
    `<!doctype html><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0; url=${link}">\n`,
  );
  const [program, ...words] = opener(context.environment);
  try {
    return (await context.runProgram(program, [...words, pathToFileURL(page).href], {})) === 0;
  } catch {
    return false;
  }
}

function opener(environment: Context["environment"]): readonly [string, ...string[]] {
  const chosen = environment["BROWSER"];
  if (chosen) return [chosen];
  if (platform() === "darwin") return ["open"];
  return platform() === "win32" ? ["explorer"] : ["xdg-open"];
}
