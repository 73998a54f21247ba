// How many nodes a cluster is to have, in words.
import type { ScaleSettings } from "../../domain/cluster/schema.ts";
import { countText } from "./texts.ts";

export function scaleText({ manual, autoScale }: ScaleSettings): string {
  if (autoScale !== undefined)
    return `by its jobs, ${autoScale.minimumNodeCount} to ${autoScale.maximumNodeCount} nodes`;
  return countText(manual?.targetNodeCount ?? 0, "node");
}
