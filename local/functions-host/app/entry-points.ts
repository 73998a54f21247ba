// Finds and loads the files that register an app's functions: `package.json`'s `main`, a path or glob below the app
// folder, matches in order. Invariant: the core module is installed before anything here runs. Finding no file is an
// error here; the real worker only logs it and serves zero functions.
import { readdir, readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, relative, resolve, sep } from "node:path";
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
      `No file matches "main" (${manifest.main}) of ${file}. Build the app first, or correct "main".`,
    ]);
  return { files, packageType: manifest.type ?? "commonjs" };
}

async function matches(appDirectory: string, pattern: string): Promise<string[]> {
  const normal = pattern.replace(/^\.\//, "");
  if (!picomatch.scan(normal).isGlob) {
    for (const candidate of [normal, `${normal}.js`, join(normal, "index.js")]) {
      const path = resolve(appDirectory, candidate);
      if ((await stat(path).catch(() => undefined))?.isFile()) return [path];
    }
    return [];
  }
  const isMatch = picomatch(normal);
  const found: string[] = [];
  const walk = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith("."))
        await walk(path);
      else if (entry.isFile() && isMatch(relative(appDirectory, path).split(sep).join("/"))) found.push(path);
    }
  };
  await walk(appDirectory);
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
