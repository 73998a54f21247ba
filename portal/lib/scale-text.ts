// How many nodes a cluster is to have, in words.
import type { ScaleSettings } from "../../domain/cluster/schema.ts";
import { t } from "../texts/texts.ts";

export function scaleText({ manual, autoScale }: ScaleSettings): string {
  if (autoScale !== undefined)
    return t.clusters.byJobs(autoScale.minimumNodeCount, autoScale.maximumNodeCount);
  return t.counts.nodes(manual?.targetNodeCount ?? 0);
}
