// Statistics of pools: core time is nodes × cores since their allocation; what machines measure is zero.
import { formatDuration } from "../schema/values.ts";
import type { Pool } from "../service/entities/model.ts";
import { coresOf } from "../service/account/quota.ts";
import { isoTime } from "./fields.ts";

const unmeasured = [
  ...["avgCPUPercentage", "avgMemoryGiB", "peakMemoryGiB", "avgDiskGiB", "peakDiskGiB", "diskReadGiB"],
  ...["diskWriteGiB", "networkReadGiB", "networkWriteGiB"],
];

export function poolStatistics(pools: Iterable<Pool>, since: number, now: number) {
  let coreMs = 0;
  for (const pool of pools)
    for (const node of pool.nodes)
      if (node.isDedicated && node.allocatedAt > 0)
        coreMs += (now - node.allocatedAt) * coresOf(pool.spec.vmSize);
  const span = { startTime: isoTime(since), lastUpdateTime: isoTime(now) };
  return {
    ...span,
    usageStats: { ...span, dedicatedCoreTime: formatDuration(coreMs) },
    resourceStats: {
      ...span,
      diskReadIOps: "0",
      diskWriteIOps: "0",
      ...Object.fromEntries(unmeasured.map((name) => [name, 0])),
    },
  };
}
