// What the setup task of a cluster's nodes wrote.
import { locateSetupFiles } from "../domain/cluster/setup-logs.ts";
import type { ClusterRef } from "../domain/shared/resource-id.ts";
import type { OutputFile } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import type { Page } from "../services/state.ts";
import { existing } from "./existing.ts";
import type { OutputQuery } from "./job-files.ts";
import { withKey } from "./storage-places.ts";

export async function listSetupFiles(
  services: Services,
  ref: ClusterRef,
  { directory, linkLifetimeMs, page }: Omit<OutputQuery, "directoryId">,
): Promise<Page<OutputFile>> {
  const place = locateSetupFiles(await existing(services, ref), directory);
  if (place === undefined) return { items: [] };
  return services.outputFiles.list(await withKey(services, place), { linkLifetimeMs, page });
}
