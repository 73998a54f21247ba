// What a run's nodes fetch before they start: the launcher, which is the same for all, the plan where it does not go with the
// task itself, and the secrets, sealed.
import { secretsOf } from "../../application/secrets.ts";
import { launcherPath, stagingFolder } from "../../services/batch-names.ts";
import type { BatchResourceFile } from "../../services/batch.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { planLaunch } from "../../domain/launch/plan.ts";
import type { LaunchPlan } from "../../domain/launch/plan.ts";
import {
  launchFiles,
  needsSecrets,
  planInTask,
  renderPlan,
  renderSecrets,
} from "../../domain/launch/render.ts";
import type { SecretValues } from "../../domain/shared/secrets.ts";
import { stopPath } from "./stop-file.ts";
import { sealedForNodes } from "../lib/sealed-for-nodes.ts";
import type { Services } from "../../services/services.ts";

/** A run is dispatched when its nodes are free; seven days is the most that a user delegation key allows. */
export const linkLifetimeMs = 7 * 24 * 3_600_000 - 3_600_000;

/** Launchers that this process knows to be staged. */
const launchersStaged = new WeakMap<object, Set<string>>();

interface Staged {
  readonly files: readonly BatchResourceFile[];
  /** The plan, where it goes with the task itself and not as a file. */
  readonly planText: string | undefined;
}

/** Writes the files; repeating it writes the same again. The links are made here and stored nowhere else. */
export async function stageFiles(services: Services, job: JobDocument, plan: LaunchPlan): Promise<Staged> {
  const secrets = needsSecrets(plan) ? await sealedSecrets(services, job, plan) : undefined;
  const text = renderPlan(plan);
  const planText = planInTask(text, plan.nodeCount);
  const files = [
    ...(planText === undefined ? [{ path: planPath(job, job.attempt), content: text }] : []),
    ...(secrets === undefined ? [] : [{ path: secretsPath(job, job.attempt), content: secrets }]),
  ];
  await Promise.all([stageLauncher(services, job.attempt > 1), services.staging.put(files)]);
  const link = async (filePath: string, path: string, fileMode: string) => ({
    filePath,
    httpUrl: await services.staging.link(path, linkLifetimeMs),
    fileMode,
  });
  const links = await Promise.all([
    link(launchFiles.launcher, launcherPath(services.launcher), "0755"),
    ...(planText === undefined ? [link(launchFiles.plan, planPath(job, job.attempt), "0755")] : []),
    ...(secrets === undefined ? [] : [link(launchFiles.secrets, secretsPath(job, job.attempt), "0600")]),
  ]);
  return { files: links, planText };
}

/**
 * The files of one run are of no use after its end; the launcher is everybody's and stays.
 * @param mayHaveBeenAsked to stop: there may be a file of that.
 */
export async function removeStagedFiles(
  services: Services,
  job: JobDocument,
  attempt: number,
  mayHaveBeenAsked = false,
): Promise<void> {
  const plan = planLaunch(job);
  const inTask = planInTask(renderPlan(plan), plan.nodeCount) !== undefined;
  await services.staging.remove([
    ...(inTask ? [] : [planPath(job, attempt)]),
    ...(needsSecrets(plan) ? [secretsPath(job, attempt)] : []),
    ...(mayHaveBeenAsked ? [stopPath(job.guid, attempt)] : []),
  ]);
}

/** @param anew a run before may have failed because what this process knows is not so any more. */
async function stageLauncher({ staging, launcher }: Services, anew: boolean): Promise<void> {
  const staged = launchersStaged.get(staging) ?? new Set<string>();
  launchersStaged.set(staging, staged);
  const path = launcherPath(launcher);
  if (staged.has(path) && !anew) return;
  await staging.put([{ path, content: launcher }]);
  staged.add(path);
}

async function sealedSecrets(services: Services, job: JobDocument, plan: LaunchPlan): Promise<string> {
  const [ofJob, ofCluster, ofService] = await Promise.all([
    secretsOf(services, job.guid),
    services.secrets.get(job.clusterGuid),
    registryToken(services, plan),
  ]);
  return sealedForNodes(services, ofCluster, renderSecrets(plan, new Map([...ofJob, ...ofService])) ?? "");
}

/** What the service itself knows of a run. Without a password the launcher does not log in. */
async function registryToken({ registries }: Services, { container }: LaunchPlan): Promise<SecretValues> {
  if (container?.login?.byIdentity !== true) return new Map();
  return new Map([[container.login.secret, (await registries.password(container.registry)) ?? ""]]);
}

function planPath(job: JobDocument, attempt: number): string {
  return `${stagingFolder(job.guid, attempt)}${launchFiles.plan}`;
}

function secretsPath(job: JobDocument, attempt: number): string {
  return `${stagingFolder(job.guid, attempt)}${launchFiles.secrets}`;
}
