// A recorded or invented sequence of evictions, as a file and as a request body: a list of entries, each saying how long
// after the begin of the replay how many low-priority nodes are evicted, and of which pool (any, when it says none).
import { z } from "zod";

const Entry = z.strictObject({
  afterMs: z.number().min(0),
  count: z.int().min(1),
  poolId: z.string().min(1).optional(),
});
export const EvictionTrace = z.array(Entry).max(100_000);
export type EvictionTrace = z.infer<typeof EvictionTrace>;
