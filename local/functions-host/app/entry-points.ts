// Finds and loads the files that register an app's functions: `package.json`'s `main`, a glob below the app folder as the
// genuine worker reads it (no suffix is added; a folder stands for every file in it), matches in order. Invariant: the core
// module is installed before anything here runs. Finding no file is an error here; the worker only logs it and serves nothing.
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import picomatch from "picomatch";
import { z } from "zod";
import { HostStartError } from "./app-error.ts";

const PackageJson = z.object({
  main: z.string().optional(),
  type: z.enum(["module", "commonjs"]).optional(),
});

export interface EntryPoints {
  readonly files: readonly string[];
  readonly packageType: "module" | "commonjs";
}

export async function findEntryPoints(appDirectory: string): Promise<EntryPoints> {
  const file = join(appDirectory, "package.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined)
    throw new HostStartError([
      `${file} does not exist. A v4-model app names its entry points in its "main".`,
    ]);
  let manifest: z.infer<typeof PackageJson>;
  try {
    manifest = PackageJson.parse(JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch (error) {
    throw new HostStartError([`${file} cannot be read: ${(error as Error).message}`]);
  }
  if (!manifest.main)
    throw new HostStartError([
      `${file} has no "main", so no function can be found. Set it to the file or glob that registers them.`,
    ]);
  const files = await matches(appDirectory, manifest.main);
  if (files.length === 0)
    throw new HostStartError([
      `No file matches "main" (${manifest.main}) of ${file}. Build the app first, or correct "main": it is a path or glob with its suffix, as on Azure, where nothing is added to it.`,
    ]);
  return { files, packageType: manifest.type ?? "commonjs" };
}

async function matches(appDirectory: string, main: string): Promise<string[]> {
  const pattern = main.replace(/^\.\//, "").replace(/\/$/, "");
  const isFolder = (await stat(resolve(appDirectory, pattern)).catch(() => undefined))?.isDirectory();
  const glob = isFolder ? `${pattern}/**` : pattern;
  const { base } = picomatch.scan(glob);
  const isMatch = picomatch(glob);
  const found: string[] = [];
  const walked = new Set<string>();
  const look = async (path: string): Promise<void> => {
    // Links are followed, each folder once.
    const stats = await stat(join(appDirectory, path)).catch(() => undefined);
    if (stats?.isFile() && isMatch(path)) found.push(resolve(appDirectory, path));
    if (!stats?.isDirectory()) return;
    const real = await realpath(join(appDirectory, path));
    if (walked.has(real)) return;
    walked.add(real);
    for (const name of await readdir(real)) await look(path === "" ? name : `${path}/${name}`);
  };
  await look(base === "." ? "" : base);
  return found.sort();
}

/** Loads every entry point; the first that throws ends the start with its error. */
export async function loadEntryPoints(entryPoints: EntryPoints): Promise<void> {
  for (const file of entryPoints.files) {
    try {
      const isModule =
        file.endsWith(".mjs") || (entryPoints.packageType === "module" && !file.endsWith(".cjs"));
      if (isModule) await import(pathToFileURL(file).href);
      else createRequire(file)(file);
    } catch (error) {
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new HostStartError([`${file} failed while it was loaded: ${cause}`]);
    }
  }
}
