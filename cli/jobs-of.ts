// The jobs of a workspace, of all its experiments or of one.
import { all } from "../client/paging.ts";
import type { JobResponse } from "../domain/job/wire.ts";
import { workspaceRef } from "./service.ts";
import type { Service } from "./service.ts";

export async function jobsOf(
  service: Service,
  given: { readonly workspace: string | undefined; readonly experiment: string | undefined },
): Promise<JobResponse[]> {
  const { client } = service;
  const workspace = workspaceRef(service, given);
  const named = given.experiment ?? service.environment["BATCHAI_EXPERIMENT"];
  const experiments = named
    ? [named]
    : (await all(client.experiments.list(workspace))).map(({ name }) => name);
  const found: JobResponse[] = [];
  for (const experiment of experiments)
    found.push(...(await all(client.jobs.list({ ...workspace, kind: "experiment", experiment }))));
  return found;
}
