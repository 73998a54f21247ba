// How many clusters, jobs and processors may be in use at once, and who holds them. Every cluster claims what it asks Batch
// for; a claim is granted in part when the rest is not there. Pure: the caller keeps the claims where several writers
// cannot overtake each other.
import { z } from "zod";
import { processorsOf } from "../cluster/vm-size.ts";
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import type { FailureCode } from "../shared/errors.ts";
import { familyOf } from "./vm-family.ts";

export type VmPriority = "dedicated" | "lowpriority";

/** Limits that were configured; what is absent is limited by the Batch account alone. */
export interface QuotaLimits {
  readonly clusters?: number | undefined;
  readonly activeJobs?: number | undefined;
  readonly processors: Readonly<Record<VmPriority, number | undefined>>;
  /** By family as `familyOf` spells it, compared without case; for each priority apart. */
  readonly familyProcessors: Readonly<Record<string, number>>;
}

/** A place among the limited, held since then (ISO 8601). */
export const Claim = z.object({ since: z.string() });
export type Claim = z.infer<typeof Claim>;

export const ClusterClaim = z.object({
  since: z.string(),
  vmSize: z.string(),
  priority: z.enum(["dedicated", "lowpriority"]),
  /** Nodes that Batch was asked for. */
  nodes: z.int().min(0),
});
export type ClusterClaim = z.infer<typeof ClusterClaim>;

/** Claims by the GUID of the cluster or job that holds them. */
export type Claims<Held> = Readonly<Record<string, Held>>;

export function processorsInUse(
  claims: Claims<ClusterClaim>,
  counts: (claim: ClusterClaim) => boolean,
): number {
  return Object.values(claims)
    .filter(counts)
    .reduce((sum, { vmSize, nodes }) => sum + nodes * processorsOf(vmSize), 0);
}

/** Undefined when the limit is reached; who has a claim keeps it. */
export function claimPlace<Held>(
  claims: Claims<Held>,
  owner: string,
  claim: Held,
  limit: number | undefined,
): Claims<Held> | undefined {
  if (claims[owner] !== undefined) return claims;
  if (limit !== undefined && Object.keys(claims).length >= limit) return undefined;
  return { ...claims, [owner]: claim };
}

export function release<Held>(claims: Claims<Held>, owner: string): Claims<Held> {
  if (claims[owner] === undefined) return claims;
  return Object.fromEntries(Object.entries(claims).filter(([name]) => name !== owner));
}

export interface Grant {
  readonly claims: Claims<ClusterClaim>;
  readonly nodes: number;
  /** Why fewer than asked for. */
  readonly shortage?: BatchAIError;
}

/** Claims processors for so many nodes; grants as many as there is room for beside all others. */
export function claimNodes(
  claims: Claims<ClusterClaim>,
  owner: string,
  asked: ClusterClaim,
  limits: QuotaLimits,
): Grant {
  const others = release(claims, owner);
  const each = processorsOf(asked.vmSize);
  const [tightest] = roomsFor(others, asked, limits).toSorted((a, b) => a.left - b.left);
  const nodes = Math.max(0, Math.min(asked.nodes, Math.floor((tightest?.left ?? Infinity) / each)));
  const granted = { ...others, [owner]: { ...asked, nodes } };
  if (nodes === asked.nodes || tightest === undefined) return { claims: granted, nodes };
  return { claims: granted, nodes, shortage: shortageOf(asked, nodes, each, tightest) };
}

interface Room {
  readonly what: string;
  readonly limit: number;
  readonly left: number;
}

const priorityWords = { dedicated: "dedicated", lowpriority: "low-priority" } as const;

function roomsFor(
  others: Claims<ClusterClaim>,
  { priority, vmSize }: ClusterClaim,
  limits: QuotaLimits,
): readonly Room[] {
  const family = familyOf(vmSize);
  const what = `${priorityWords[priority]} vCPUs`;
  const ofPriority = (claim: ClusterClaim) => claim.priority === priority;
  const ofFamily = (claim: ClusterClaim) => ofPriority(claim) && familyOf(claim.vmSize) === family;
  return [
    room(what, limits.processors[priority], others, ofPriority),
    room(`${what} of the ${family} family`, familyLimit(limits, family), others, ofFamily),
  ];
}

export function familyLimit(limits: QuotaLimits, family: string): number | undefined {
  const same = ([name]: readonly [string, number]) => name.toLowerCase() === family.toLowerCase();
  return Object.entries(limits.familyProcessors).find(same)?.[1];
}

function room(
  what: string,
  limit: number | undefined,
  others: Claims<ClusterClaim>,
  counts: (claim: ClusterClaim) => boolean,
): Room {
  if (limit === undefined) return { what, limit: Infinity, left: Infinity };
  return { what, limit, left: limit - processorsInUse(others, counts) };
}

function shortageOf(
  asked: ClusterClaim,
  nodes: number,
  each: number,
  { what, limit, left }: Room,
): BatchAIError {
  const free = Math.max(0, left);
  return {
    code: "CoreQuotaReached" satisfies FailureCode,
    message: `The cluster gets ${nodes} of ${asked.nodes} nodes: each has ${each} vCPUs, and of ${limit} ${what} only ${free} are free. Shrink or delete other clusters, or raise the quota.`,
    details: [
      { name: "Category", value: "quota" },
      { name: "Limit", value: String(limit) },
      { name: "Requested", value: String(asked.nodes * each) },
      { name: "Available", value: String(free) },
    ],
  };
}
