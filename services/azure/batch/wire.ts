// What the Batch data plane answers (api-version 2025-06-01, "Batch Service REST API"), as far as we read it. Unknown
// members are dropped, enum values are compared in lower case because the service's casing varies.
import { z } from "zod";

const lower = z.string().transform((text) => text.toLowerCase());
/** 64-bit counters are JSON strings on this wire. */
const counter = z.union([z.number(), z.string().transform(Number)]);
const nameValues = z
  .array(z.object({ name: z.string().optional(), value: z.string().optional() }))
  .optional();

export const WireFailure = z.object({
  category: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  details: nameValues,
});
export type WireFailure = z.infer<typeof WireFailure>;

export const WireTask = z.object({
  id: z.string(),
  state: lower.pipe(z.enum(["active", "preparing", "running", "completed"])),
  stateTransitionTime: z.string(),
  executionInfo: z
    .object({
      startTime: z.string().optional(),
      endTime: z.string().optional(),
      exitCode: z.number().optional(),
      result: lower.optional(),
      failureInfo: WireFailure.optional(),
      requeueCount: counter.default(0),
    })
    .optional(),
  nodeInfo: z.object({ nodeId: z.string().optional() }).optional(),
});
export type WireTask = z.infer<typeof WireTask>;

export const WireAddedTask = z.object({
  taskId: z.string(),
  status: lower,
  error: z
    .object({
      code: z.string().optional(),
      message: z
        .object({ value: z.string() })
        .transform(({ value }) => value)
        .optional(),
    })
    .optional(),
});
export type WireAddedTask = z.infer<typeof WireAddedTask>;
export const WireAddedTasks = z.object({ value: z.array(WireAddedTask) });

export const WireJob = z.object({
  id: z.string(),
  creationTime: z.string().default(""),
  metadata: nameValues,
});

export const WireImage = z.object({
  nodeAgentSKUId: z.string(),
  imageReference: z.object({
    publisher: z.string().default(""),
    offer: z.string().default(""),
    sku: z.string().default(""),
  }),
});

export const WireSubtask = z.object({ nodeInfo: z.object({ nodeId: z.string().optional() }).optional() });

export const WireNode = z.object({
  id: z.string(),
  state: lower,
  lastBootTime: z.string().optional(),
  ipAddress: z.string().optional(),
  errors: z
    .array(
      z.object({
        code: z.string().optional(),
        message: z.string().optional(),
        errorDetails: nameValues,
      }),
    )
    .optional(),
  startTaskInfo: z
    .object({ exitCode: z.number().optional(), failureInfo: WireFailure.optional() })
    .optional(),
});
export type WireNode = z.infer<typeof WireNode>;

const count = z.number().default(0);
export const WireNodeCounts = z.object({
  creating: count,
  idle: count,
  leavingPool: count,
  offline: count,
  preempted: count,
  rebooting: count,
  reimaging: count,
  running: count,
  starting: count,
  startTaskFailed: count,
  unknown: count,
  unusable: count,
  waitingForStartTask: count,
  total: count,
});

export const WirePool = z.object({
  allocationState: lower.optional(),
  currentDedicatedNodes: count,
  currentLowPriorityNodes: count,
  targetDedicatedNodes: count,
  targetLowPriorityNodes: count,
  resizeErrors: z
    .array(
      z.object({
        code: z.string().default("Unknown"),
        message: z.string().default(""),
        values: z.array(z.object({ name: z.string().default(""), value: z.string().default("") })).optional(),
      }),
    )
    .optional(),
});

export const WirePoolCounts = z.object({
  poolId: z.string(),
  dedicated: WireNodeCounts.optional(),
  lowPriority: WireNodeCounts.optional(),
});

export const WireRemoteLogin = z.object({
  remoteLoginIPAddress: z.string(),
  remoteLoginPort: z.number(),
});

/** Absent until the node is allocated. */
export const WireAddress = z.object({ ipAddress: z.string().optional() });

export const WireError = z.object({
  code: z.string(),
  message: z.union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)]).default(""),
  values: z.array(z.object({ key: z.string(), value: z.string() })).default([]),
});

export function listOf<Item extends z.ZodType>(item: Item) {
  // Without its list an answer is no empty list.
  return z.object({ value: z.array(item), "odata.nextLink": z.string().optional() });
}
