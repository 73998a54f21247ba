// Settings of the hosted app: local.settings.json, `%NAME%` in binding strings, named connections. Precedence as in
// Azure Functions Core Tools: a variable that is already set wins over the file. Values are secrets: never logged.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { HostStartError } from "./app-error.ts";

export type Settings = Readonly<Record<string, string | undefined>>;

const LocalSettings = z.object({
  IsEncrypted: z.boolean().default(false),
  Values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  ConnectionStrings: z
    .record(
      z.string(),
      z.union([
        z.string(),
        z.object({ ConnectionString: z.string() }).transform((entry) => entry.ConnectionString),
      ]),
    )
    .default({}),
  Host: z.object({ CORS: z.string().optional(), CORSCredentials: z.boolean().default(false) }).prefault({}),
});
export type LocalSettings = z.infer<typeof LocalSettings>;

/** An app without the file has the defaults. Throws HostStartError for a broken or an encrypted one. */
export async function readLocalSettings(appDirectory: string): Promise<LocalSettings> {
  const file = join(appDirectory, "local.settings.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return LocalSettings.parse({});
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new HostStartError([`${file} is not JSON: ${(error as Error).message}`]);
  }
  const parsed = LocalSettings.safeParse(content);
  if (!parsed.success)
    throw new HostStartError(
      parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".")} ${issue.message}`),
    );
  if (parsed.data.IsEncrypted)
    throw new HostStartError([
      `${file} is encrypted. Run 'func settings decrypt' in the app folder, or set IsEncrypted to false and write plain values.`,
    ]);
  return parsed.data;
}

/** Replaces every `%NAME%`; throws an Error naming the first setting that is not there. */
export function resolveSettings(text: string, settings: Settings): string {
  return text.replace(/%([^%\s]+)%/g, (_whole, name: string) => {
    const value = settings[name];
    if (value === undefined)
      throw new Error(
        `'%${name}%' names a setting that does not exist. Add '${name}' to local.settings.json or the environment.`,
      );
    return value;
  });
}

/** Functions switched off by setting ("How to disable functions in Azure Functions"), the Linux spelling included. */
export function isDisabled(functionName: string, settings: Settings): boolean {
  const value =
    settings[`AzureWebJobs.${functionName}.Disabled`] ??
    settings[`AzureWebJobs_${functionName}_Disabled`] ??
    settings[`AzureWebJobs__${functionName}__Disabled`];
  return value === "1" || value?.toLowerCase() === "true";
}
