// The two files of settings. The person's own (`~/.config/batchai/config.yaml`) holds profiles: services with what is used there. The
// project's (`batchai.yaml`, the nearest above) holds what everybody who works on it uses; it names no service, because it came with
// somebody's code, and to what it named the person's token would go. Tokens are in neither.
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { places, Profile } from "./profile.ts";

const UserFile = z.strictObject({
  current: z.string().optional(),
  profiles: z.record(z.string(), Profile).default({}),
});
export type UserFile = z.infer<typeof UserFile>;

const ProjectFile = z.strictObject({ ...places, profile: z.string().optional() });
export type ProjectFile = z.infer<typeof ProjectFile>;

const projectFileName = "batchai.yaml";

interface Found<Content> {
  readonly path: string;
  readonly content: Content;
}

export async function readUserFile(
  environment: Context["environment"],
): Promise<Found<UserFile> | undefined> {
  const path = userFilePath(environment);
  if (path === undefined || !existsSync(path)) return undefined;
  return { path, content: await readYaml(path, UserFile) };
}

export async function readProjectFile({
  directory,
}: Pick<Context, "directory">): Promise<Found<ProjectFile> | undefined> {
  const path = nearestFile(directory, projectFileName);
  return path === undefined ? undefined : { path, content: await readYaml(path, ProjectFile) };
}

/** The nearest file of the name in the folder or above it. */
export function nearestFile(directory: string, name: string): string | undefined {
  for (let folder = directory; ; folder = dirname(folder)) {
    const file = join(folder, name);
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return undefined;
  }
}

/** Undefined where the person has no home. */
export function userFolder(environment: Context["environment"]): string | undefined {
  const config = environment["XDG_CONFIG_HOME"];
  const home = environment["HOME"] ?? environment["USERPROFILE"];
  if (config) return join(config, "batchai");
  return home ? join(home, ".config", "batchai") : undefined;
}

function userFilePath(environment: Context["environment"]): string | undefined {
  const folder = userFolder(environment);
  return folder === undefined ? undefined : join(folder, "config.yaml");
}

/** Changes the person's file; what it holds beside the change stays. */
export async function changeUserFile(
  environment: Context["environment"],
  change: (content: UserFile) => UserFile,
): Promise<string> {
  const path = userFilePath(environment);
  if (path === undefined) throw usageError("Settings are kept below your home folder; HOME is not set.");
  const known = (await readUserFile(environment))?.content ?? { profiles: {} };
  await writeOwn(path, await yamlOf(change(known)));
  return path;
}

export async function changeProjectFile(
  { directory }: Pick<Context, "directory">,
  change: (content: ProjectFile) => ProjectFile,
): Promise<string> {
  const path = nearestFile(directory, projectFileName) ?? join(directory, projectFileName);
  const known = existsSync(path) ? await readYaml(path, ProjectFile) : {};
  await writeFile(path, await yamlOf(change(known)));
  return path;
}

/** Whole or not at all, for the person alone. */
export async function writeOwn(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, text, { mode: 0o600 });
  await rename(beside, path);
}

async function yamlOf(content: object): Promise<string> {
  const { stringify } = await import("../yaml.ts");
  return stringify(content);
}

async function readYaml<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
  const { parse } = await import("../yaml.ts");
  const text = await readFile(path, "utf8");
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    throw usageError(`${path}: this is not YAML. ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === "unrecognized_keys" && issue.keys.includes("endpoint"))
    throw usageError(
      `${path}: a project's file names no endpoint, as your token would go there. Name a profile of yours: profile: NAME.`,
    );
  throw usageError(`${path}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
}
