// What a deployment costs a month with no nodes, and what a job adds to it, as lines of quantity × price. Quantities are upper bounds:
// executions that overlap share an instance and its time.
import type { Meter, ServicePrice, ServicePriceTable } from "./services.ts";

/** "Azure uses 730 hours a month" in its price lists. */
const hoursAMonth = 730;
const secondsAMonth = hoursAMonth * 3_600;
/** `instanceMemoryMB` of infra/modules/app.bicep. */
export const instanceGb = 2;
/** "The minimum billable execution period is 1,000 ms" (Azure Functions, "Estimating consumption-based costs"). */
const leastSeconds = 1;

/** Executions by timers, without the one that looks at triggers (functions/timers). */
export const timersADay = 386;
/** What an hour without jobs asks of storage, and a job (bench/api/requests.ts); the Functions host's own requests are not in it. */
export const storageAnHour = { table: 110 };
export const storageAJob = { table: 9, blobReads: 1 };
/** One request, and turns and activities of the orchestration that ends a job (test/replay/golden). */
export const executionsAJob = 15;
/** Looks at a cluster with jobs: the shortest interval, three executions each. */
export const executionsABusyHour = (3_600 / 5) * 3;
/** Polls of the durable backend while the app is awake, which its timers keep it: four control queues and one of activities, each at
 *  the longest interval of host.json. */
export const pollsAnHour = 5 * (3_600 / 5);
/** The service's own rows of a small deployment, and those of the durable backend. */
const storedGb = 0.1;
/** The key for secrets is read whenever an instance starts; an hour each is what a sleepy one may take. */
const vaultReadsAnHour = 1;
/** Of infra/modules/private-endpoints.bicep. */
export const isolated = { endpoints: 6, zones: 5 };

export interface DeploymentUse {
  /** Of `BATCHAI_TRIGGER_INTERVAL_S`; 0 where the timer is disabled. */
  readonly triggerSeconds: number;
  readonly alwaysReady: number;
  readonly isIsolated: boolean;
  /** A month. */
  readonly jobs: number;
  /** Hours a month in which a cluster runs jobs, added up over clusters. */
  readonly busyHours: number;
  readonly logGb: number;
  /** Through the NAT gateway of an isolated deployment. */
  readonly outGb: number;
}

export interface EstimateLine {
  readonly what: string;
  readonly meter: Meter;
  readonly quantity: number;
  readonly unit: string;
  /** Of the quantity, what costs nothing. */
  readonly free: number;
  readonly price: number;
  readonly amount: number;
  readonly currency: string;
  readonly location: string;
  readonly collectedOn?: string;
  readonly source: string;
}

export interface DeploymentEstimate {
  readonly currency: string;
  /** Of a month. */
  readonly lines: readonly EstimateLine[];
  readonly month: number;
  /** Of the month, what is paid with no job and no busy hour. */
  readonly idleMonth: number;
  /** What one more job costs above all free grants, without nodes. */
  readonly job: number;
}

export function estimateDeployment(table: ServicePriceTable, use: DeploymentUse): DeploymentEstimate {
  const lines = linesOf(table, use);
  const idle = linesOf(table, { ...use, jobs: 0, busyHours: 0 });
  const beyondGrants = { ...table, prices: table.prices.map(({ freeAMonth: _free, ...price }) => price) };
  const withJobs = (jobs: number) => sum(linesOf(beyondGrants, { ...use, jobs }));
  return {
    currency: table.currency,
    lines,
    month: sum(lines),
    idleMonth: sum(idle),
    job: withJobs(1) - withJobs(0),
  };
}

const sum = (lines: readonly EstimateLine[]) => lines.reduce((total, { amount }) => total + amount, 0);

function linesOf(table: ServicePriceTable, use: DeploymentUse): readonly EstimateLine[] {
  const { jobs, busyHours } = use;
  const looksAtTriggers = use.triggerSeconds === 0 ? 0 : secondsAMonth / use.triggerSeconds;
  const executions =
    (timersADay * hoursAMonth) / 24 +
    looksAtTriggers +
    jobs * executionsAJob +
    busyHours * executionsABusyHour;
  const network: readonly Quantity[] = use.isIsolated
    ? [
        ["private endpoints", "privateEndpoints", isolated.endpoints * hoursAMonth],
        ["private DNS zones", "privateZones", isolated.zones],
        ["NAT gateway", "natGateway", hoursAMonth],
        ["traffic through the NAT gateway", "natTraffic", use.outGb],
        ["public address of the NAT gateway", "publicAddress", hoursAMonth],
      ]
    : [];
  const quantities: readonly Quantity[] = [
    ["executions", "functionExecutions", executions],
    ["time of executions", "functionTime", executions * leastSeconds * instanceGb],
    ["instances always ready", "alwaysReadyTime", use.alwaysReady * secondsAMonth * instanceGb],
    ["requests to tables", "tableOperations", storageAnHour.table * hoursAMonth + jobs * storageAJob.table],
    ["rows in tables", "tableCapacity", storedGb],
    ["polls of queues", "queueOperations", pollsAnHour * hoursAMonth],
    ["reads of the vault", "vaultOperations", vaultReadsAnHour * hoursAMonth],
    ["reads of blobs", "blobReads", jobs * storageAJob.blobReads],
    ["logs", "logs", use.logGb],
    ...network,
  ];
  return quantities.flatMap(([what, meter, quantity]) => {
    const found = table.prices.find((price) => price.meter === meter);
    if (found === undefined) throw new Error(`there is no price of '${meter}'`);
    return quantity === 0 ? [] : [lineOf(what, quantity, found, table.currency)];
  });
}

type Quantity = readonly [what: string, meter: Meter, quantity: number];

function lineOf(what: string, quantity: number, price: ServicePrice, currency: string): EstimateLine {
  const free = Math.min(quantity, price.freeAMonth ?? 0);
  const { meter, unit, location, source, collectedOn } = price;
  return {
    what,
    meter,
    quantity,
    unit,
    free,
    price: price.price,
    amount: (quantity - free) * price.price,
    currency,
    location,
    ...(collectedOn === undefined ? {} : { collectedOn }),
    source,
  };
}
