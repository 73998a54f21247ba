// What stories about triggers do again and again.
import { experimentPath, jobBody, workspacePath } from "./stories.ts";
import type { worldWithCluster } from "./stories.ts";

export type World = Awaited<ReturnType<typeof worldWithCluster>>;

export const ours = "api-version=2026-11-01";
export const at = (name: string, rest = "") => `${workspacePath}/triggers/${name}${rest}?${ours}`;
export const command = (commandLine: string) => ({ customToolkitSettings: { commandLine } });
export const everyMinute = { on: { schedule: { cron: "* * * * *" } }, overlap: "allow" };
export const uploads = { on: { blobCreated: { container: "data", path: "in/{file}.csv" } } };
export const messages = { on: { queueMessage: { queue: "work" } }, parameters: { epochs: 3 } };

export async function save(
  world: World,
  name: string,
  properties: object,
  job: object = {},
  token = "role-submitter",
) {
  const body = { properties: { action: { experiment: "e", job: jobBody(job) }, ...properties } };
  const saved = await world.api("PUT", at(name), { body, token });
  if (saved.status !== 200) throw new Error(JSON.stringify(saved.body));
  return saved.body as Saved;
}

interface Saved {
  readonly properties: {
    readonly action: { readonly job: { readonly properties: { environmentVariables: { value: string }[] } } };
  };
}

export interface Told {
  readonly decision: string;
  readonly reason: string;
  readonly event: Record<string, string>;
  readonly job?: { readonly id: string };
  readonly sweep?: { readonly id: string };
  readonly duplicates: number;
}

export async function ledger(world: World, name: string, query = ""): Promise<Told[]> {
  const all: Told[] = [];
  let path: string | undefined = `${at(name, "/firings")}&maxresults=500${query}`;
  while (path !== undefined) {
    const { status, body } = await world.api("GET", path);
    if (status !== 200) throw new Error(JSON.stringify(body));
    const page = body as { value: readonly { properties: Told }[]; nextLink?: string };
    all.push(...page.value.map(({ properties }) => properties));
    path = page.nextLink?.slice(page.nextLink.indexOf("/subscriptions"));
  }
  return all.toReversed();
}

export async function jobNames(world: World): Promise<string[]> {
  const { body } = await world.api("GET", `${experimentPath}/jobs`);
  return (body as { value: readonly { name: string }[] }).value.map(({ name }) => name);
}

export async function tick(world: World, ms = 0): Promise<void> {
  if (ms > 0) await world.advance(ms);
  await world.tickTriggers();
}

/** Ends the job whose task is at work, as well as it can. */
export async function endJobs(world: World, exitCode = 0): Promise<void> {
  await world.advance(3_000);
  for (const { task } of world.azure.tasks()) {
    if (task.state === "completed") continue;
    world.azure.start(task.id);
    await world.advance(3_000);
    world.azure.complete(task.id, { exitCode });
  }
  await world.advance(10_000);
}

export const decisions = (told: readonly Told[]) => told.map(({ decision }) => decision);

export function blobEvent(id: string, name: string, eTag: string, api: string): object {
  return {
    id,
    eventType: "Microsoft.Storage.BlobCreated",
    subject: `/blobServices/default/containers/data/blobs/${name}`,
    data: { api, eTag, contentLength: 10, blobType: "BlockBlob" },
  };
}

const names = () => {
  const [, , subscriptionId = "", , resourceGroup = ""] = workspacePath.split("/");
  return { subscriptionId, resourceGroup, workspace: "w" };
};
export const refOfTrigger = (trigger: string) => ({ kind: "trigger" as const, ...names(), trigger });
export const refOfJob = (job: string) => ({ kind: "job" as const, ...names(), experiment: "e", job });
