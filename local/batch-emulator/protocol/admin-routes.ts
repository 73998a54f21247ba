// The emulator's own controls under /_emulator: evictions and faults that the real service produces by itself. Same
// authentication as the data plane; not part of Azure Batch.
import { z } from "zod";
import { checkFormula } from "../autoscale/check-formula.ts";
import { BatchFault } from "../service/account/fault.ts";
import type { Evictions } from "../service/evictions/evictions.ts";
import { loseMachine } from "../service/evictions/unseen-loss.ts";
import { quotasOf } from "../service/account/quota.ts";
import { nodeChanged } from "../service/pools/pool-control.ts";
import { findNode, findPool } from "../service/pools/pool-commands.ts";
import type { Node } from "../service/entities/model.ts";
import { EvictionTrace } from "../schema/eviction-trace.ts";
import { isoTime } from "./fields.ts";
import { bodyOf, optionalBodyOf } from "./bodies.ts";
import type { Throttle } from "./throttle.ts";
import { json, param } from "./wire.ts";
import type { Call, Route } from "./wire.ts";

const Notice = { noticeMs: z.number().min(0).optional() };
const PreemptBody = z
  .strictObject({ ...Notice, unseenMs: z.number().min(0).optional() })
  .refine(({ noticeMs, unseenMs }) => noticeMs === undefined || unseenMs === undefined, {
    error: "an eviction is announced (noticeMs) or seen late (unseenMs), not both",
    path: ["unseenMs"],
  });
const EvictBody = z.strictObject({ count: z.int().min(1), poolId: z.string().optional(), ...Notice });
const RateBody = z.strictObject({ perNodeHour: z.number().min(0) });
const TraceBody = z.strictObject({ trace: EvictionTrace });
const FormulaBody = z.strictObject({
  autoScaleFormula: z.string().max(8192),
  maxDedicated: z.int().min(0).optional(),
  maxLowPriority: z.int().min(0).optional(),
});
const CapacityBody = z.strictObject({ lowPriorityNodes: z.int().min(0).nullish() });
const QuotasBody = z.strictObject({
  accountQuota: z.int().min(0).optional(),
  poolQuota: z.int().min(0).optional(),
  activeJobAndJobScheduleQuota: z.int().min(0).optional(),
  dedicatedCoreQuota: z.int().min(0).optional(),
  lowPriorityCoreQuota: z.int().min(0).optional(),
});
const ThrottleBody = z.strictObject({
  requestsPerSecond: z.number().min(0),
  status: z.union([z.literal(429), z.literal(503)]).optional(),
  path: z.string().optional(),
});

/** Without an event the eviction has begun already. */
const evictionShape = ({ id, eviction }: Node) => ({
  nodeId: id,
  ...(eviction === undefined ? {} : { eventId: eviction.eventId, notBefore: isoTime(eviction.notBefore) }),
});

/** What a request to Azure's support raises: of the account that is asked, and of all for `accountQuota`. */
function setQuotas(call: Call) {
  const { account, accounts } = call;
  const given = bodyOf(call, QuotasBody);
  const now = quotasOf(account);
  accounts.accountQuota = given.accountQuota ?? accounts.accountQuota;
  account.settings.quotas = {
    poolQuota: given.poolQuota ?? now.poolQuota,
    activeJobAndJobScheduleQuota: given.activeJobAndJobScheduleQuota ?? now.activeJobAndJobScheduleQuota,
    dedicatedCoreQuota: given.dedicatedCoreQuota ?? now.dedicatedCoreQuota,
    lowPriorityCoreQuota: given.lowPriorityCoreQuota ?? now.lowPriorityCoreQuota,
  };
  accounts.changed();
  return { accountQuota: accounts.accountQuota, ...account.settings.quotas };
}

export function adminRoutes(evictions: Evictions, throttle: Throttle): Route[] {
  const post = (path: string, handle: (call: Call) => unknown): Route => ({
    operation: `Emulator ${path}`,
    method: "POST",
    path: `/_emulator${path}`,
    handle: (call) => json(200, handle(call)),
  });
  return [
    post("/pools/{poolId}/nodes/{nodeId}/preempt", (call) => {
      const node = findNode(findPool(call.account, param(call, "poolId")), param(call, "nodeId"));
      const { noticeMs, unseenMs } = optionalBodyOf(call, PreemptBody);
      if (unseenMs !== undefined) loseMachine(call.account, node, unseenMs);
      else evictions.announced.announce(node, noticeMs ?? call.account.parameters.evictionNoticeMs);
      return { evictions: [evictionShape(node)] };
    }),
    post("/evictions", (call) => {
      const { count, poolId, noticeMs } = bodyOf(call, EvictBody);
      return { evictions: evictions.evict(count, poolId, noticeMs).map(evictionShape) };
    }),
    post("/evictions/rate", (call) => {
      const { perNodeHour } = bodyOf(call, RateBody);
      evictions.setRate(perNodeHour);
      return { perNodeHour };
    }),
    post("/evictions/trace", (call) => {
      const { trace } = bodyOf(call, TraceBody);
      evictions.replay(trace);
      return { entries: trace.length };
    }),
    post("/formula", (call) => {
      const { autoScaleFormula, maxDedicated, maxLowPriority } = bodyOf(call, FormulaBody);
      const findings = checkFormula(autoScaleFormula, {
        ...(maxDedicated === undefined ? {} : { maxDedicated }),
        ...(maxLowPriority === undefined ? {} : { maxLowPriority }),
      });
      return { findings };
    }),
    post("/capacity", (call) => {
      const { lowPriorityNodes } = bodyOf(call, CapacityBody);
      call.account.lowPriorityCapacity = lowPriorityNodes ?? Infinity;
      for (const pool of call.account.pools) for (const node of pool.nodes) nodeChanged(call.account, node);
      return { lowPriorityNodes: lowPriorityNodes ?? "unlimited" };
    }),
    post("/quotas", setQuotas),
    post("/throttle", (call) => {
      const { requestsPerSecond, status, path } = bodyOf(call, ThrottleBody);
      if (path !== undefined && !path.startsWith("/"))
        throw new BatchFault(
          400,
          "InvalidInput",
          "path is the beginning of a request path and starts with '/'.",
        );
      throttle.set({ requestsPerSecond, status: status ?? 429, path: path ?? "/" });
      return { requestsPerSecond };
    }),
  ];
}
