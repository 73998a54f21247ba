// What a workspace costs: what its jobs used, and what the nodes of its clusters were there for. Read from the documents of jobs and clusters and the
// rows of the time of nodes: as many reads as there are thousands of these.
import { priceOf } from "../../domain/price/table.ts";
import type { KnownPrice } from "../../domain/price/table.ts";
import type { WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { costOf, costsOf, interruptionsOf } from "../../domain/usage/cost.ts";
import type { PriceOf } from "../../domain/usage/money.ts";
import type { CostGrouping } from "../../domain/usage/wire.ts";
import type { Services } from "../../services/services.ts";
import { allItems } from "../every-item.ts";
import { existing } from "../existing.ts";
import { nodesOf } from "./nodes.ts";
import { firstOf } from "./first-of.ts";
import { usageOf } from "./used.ts";

export interface CostQuestion {
  /** Epoch milliseconds; absent: from the beginning. */
  readonly since: number | undefined;
  readonly until: number;
  readonly groupBy: CostGrouping;
  readonly experiment: string | undefined;
  /** Region. */
  readonly location: string;
  /** How many groups are told one by one. */
  readonly top: number;
}

/** @throws AppError WorkspaceNotFound, ExperimentNotFound */
export async function costReport(services: Services, workspace: WorkspaceRef, asked: CostQuestion) {
  const { until, groupBy, experiment, location, top } = asked;
  const scope =
    experiment === undefined ? workspace : ({ ...workspace, kind: "experiment", experiment } as const);
  await existing(services, scope);
  const since = asked.since === undefined ? undefined : new Date(asked.since).toISOString();
  const [jobs, clusters, records] = await Promise.all([
    services.spending.jobs(scope),
    allItems((page) => services.state.clusters.list(workspace, page)),
    services.spending.nodeTime(workspace, since),
  ]);
  const period = { from: asked.since ?? -Infinity, to: until };
  const prices = rememberedPrices(services, location);
  const used = usageOf(jobs, { clusters, records, groupBy, period });
  const { value, others } = firstOf(costsOf(used, period, prices.of), top);
  const now = new Date(services.clock.now()).toISOString();
  const report = {
    groupBy,
    ...(since === undefined ? {} : { since }),
    until: new Date(until).toISOString(),
    ...(experiment === undefined ? {} : { experiment }),
    location,
    total: costOf(used, period, prices.of),
    value,
    ...others((some) => costOf(some, period, prices.of)),
    interruptions: interruptionsOf(used, period),
    nodes: nodesOf(clusters, records, { period, priceOf: prices.of, top, now }),
  };
  return { ...report, prices: prices.taken() };
}

/** Each price is looked up once. */
function rememberedPrices({ settings }: Services, location: string) {
  const found = new Map<string, KnownPrice | undefined>();
  const of: PriceOf = (machine) => {
    if (machine === undefined) return undefined;
    const { vmSize, vmPriority } = machine;
    const key = `${vmSize} ${vmPriority}`;
    if (!found.has(key)) found.set(key, priceOf(settings.prices, { vmSize, vmPriority, location }));
    return found.get(key);
  };
  return { of, taken: () => [...found.values()].filter((price) => price !== undefined) };
}
