import { z } from "zod";
import { JobRequest } from "../job/schema.ts";
import { parse } from "../shared/parse.ts";
import { parseClusterId } from "../shared/resource-id.ts";
import type { ClusterRef } from "../shared/resource-id.ts";

const Named = z.object({ properties: JobRequest.shape.properties.pick({ cluster: true, spot: true }) });

/** On whose nodes the trials of a template run: its cluster's, and those that its spot policy may go on on. */
export function clustersOfTemplate(template: unknown): readonly ClusterRef[] {
  const { cluster, spot } = parse(Named, template).properties;
  return [cluster.id, ...(spot === undefined ? [] : [spot.cluster.id])].map((id) => parseClusterId(id));
}
