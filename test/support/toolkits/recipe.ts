// A recipe as a user takes it: its files uploaded, the placeholders of its cluster file filled in, its job file put as it is.
// Only values of its environment variables may be changed, as the recipe's README tells its reader to.
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { ClusterCreate, JobCreate } from "../batch-ai-client.ts";
import type { EndedJob, Lab } from "./lab.ts";

const root = fileURLToPath(new URL("../../../recipes", import.meta.url));
const digits = fileURLToPath(new URL("../../../dist/recipes/mnist-tfjs/data", import.meta.url));

/** Uploads every recipe, and the digits, to where their job files look for them. */
export async function uploadRecipes(lab: Lab): Promise<void> {
  await Promise.all([lab.upload(root, ""), lab.upload(digits, "data/mnist")]);
}

async function read(
  recipe: string,
  file: string,
  values: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const text = await readFile(join(root, recipe, file), "utf8");
  const filled = text.replace(/<([A-Z_]+)>/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${recipe}/${file} has the unknown placeholder <${name}>`);
    return JSON.stringify(value).slice(1, -1);
  });
  return (JSON.parse(filled) as { properties: unknown }).properties;
}

export async function runRecipe(
  lab: Lab,
  recipe: string,
  options: { readonly file?: string; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<EndedJob> {
  const { name, key } = lab.cloud.description.storageAccount;
  const cluster = (await read(recipe, "cluster.json", {
    AZURE_BATCHAI_STORAGE_ACCOUNT: name,
    AZURE_BATCHAI_STORAGE_KEY: key,
    ADMIN_USER_PASSWORD: "Correct-horse-7",
  })) as ClusterCreate;
  const file = options.file ?? "job.json";
  const job = (await read(recipe, file)) as JobCreate;
  const environment = { ...options.environment };
  const environmentVariables = (job.environmentVariables ?? []).map((variable) => ({
    ...variable,
    value: environment[variable.name] ?? variable.value,
  }));
  return lab.run(`${recipe}-${file}`.replace(/[^\w-]+/g, "-"), {
    ...job,
    environmentVariables,
    cluster: { id: await lab.cluster(cluster) },
  });
}

/** `toolkit/name/job….json` of every recipe, sorted. */
export async function jobFiles(): Promise<string[]> {
  const files = await readdir(root, { recursive: true });
  return files
    .filter((file) => /job[\w-]*\.json$/.test(file))
    .map((file) => file.split(sep).join("/"))
    .sort();
}
