// Lists of many jobs: large pages of our own version, each asked for as soon as the one before has said where it is, and of each answer no
// more looked at than that it holds resources. Who looks at what is in them takes `jobs.list`.
import type { JobResponse } from "../domain/job/wire.ts";
import { ownApiVersion } from "../domain/shared/api-versions.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../domain/shared/resource-id.ts";
import { inVersion } from "./http-api.ts";
import type { HttpApi } from "./http-api.ts";
import { nextPage } from "./paging.ts";

/** A quarter of ten thousand: whoever reads works while the service makes the next one. */
const pageSize = 2_500;

export async function* jobPages(
  api: HttpApi,
  experiment: ExperimentRef,
): AsyncGenerator<readonly JobResponse[]> {
  const query = { maxresults: String(pageSize) };
  const first = inVersion(api, ownApiVersion).send("GET", `${formatId(experiment)}/jobs`, { query });
  for (let page: typeof first | undefined = first; page !== undefined;) {
    const answer = await page;
    page = nextPage(api, "GET", answer);
    yield resourcesIn(answer.body) as readonly JobResponse[];
  }
}

function resourcesIn(body: unknown): readonly object[] {
  const value = (body as { readonly value?: unknown } | undefined)?.value;
  if (Array.isArray(value) && value.every(isResource)) return value;
  throw new Error("The service answered something else than agreed: no list of resources");
}

function isResource(item: unknown): item is object {
  const { id, name, properties } = (item ?? {}) as Partial<Record<"id" | "name" | "properties", unknown>>;
  return (
    typeof id === "string" &&
    typeof name === "string" &&
    typeof properties === "object" &&
    properties !== null
  );
}
