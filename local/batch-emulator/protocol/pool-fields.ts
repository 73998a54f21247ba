// Pools and nodes on the wire. Passwords, keys and tokens are write-only: they are never answered. Source: "Pool - Get",
// "Compute Node - Get" of the REST reference.
import { isBefore, since } from "./api-versions.ts";
import type { PoolSpec } from "../schema/pool-spec.ts";
import { durationMs, formatDuration } from "../schema/values.ts";
import type { AutoScaleRun, Node, Pool, StartTaskInfo } from "../service/entities/model.ts";
import type { AccountState } from "../service/account/account-state.ts";
import { loginPort } from "../service/checks/azure-rules.ts";
import { defaultResizeTimeoutMs } from "../service/pools/pool-control.ts";
import { currentNodes } from "../service/account/quota.ts";
import { etagOf } from "../service/account/versions.ts";
import { defaultUser } from "./command-fields.ts";
import { isoTime, optionalTime, time, value } from "./fields.ts";
import type { FieldContext, FieldTable } from "./fields.ts";
import { withoutSecrets } from "./secrets.ts";
import { poolStatistics } from "./pool-statistics.ts";
import { failureShape, recentTaskShape } from "./task-fields.ts";
import type { Call } from "./wire.ts";

const poolUrl = (context: FieldContext, pool: Pool) => `${context.baseUrl}/pools/${pool.id}`;

/** "Pool - Enable Auto Scale": 15 minutes by default. */
export const defaultEvaluationInterval = "PT15M";

export const startTaskShape = (spec: PoolSpec["startTask"]) =>
  spec === undefined
    ? undefined
    : {
        userIdentity: defaultUser,
        maxTaskRetryCount: 0,
        waitForSuccess: true,
        ...withoutSecrets(spec),
      };

export function autoScaleRunShape(run: AutoScaleRun | undefined) {
  if (run === undefined) return undefined;
  const { timestamp, ...rest } = run;
  return { timestamp: isoTime(timestamp), ...rest };
}

export const poolFields: FieldTable<Pool> = {
  id: value((pool) => pool.id),
  displayName: value((pool) => pool.spec.displayName),
  url: value((pool, context) => poolUrl(context, pool)),
  eTag: value((pool) => etagOf(pool.version)),
  lastModified: time((pool) => pool.modifiedAt),
  creationTime: time((pool) => pool.createdAt),
  state: value((pool) => pool.state),
  stateTransitionTime: time((pool) => pool.stateAt),
  allocationState: value((pool) => pool.allocation),
  allocationStateTransitionTime: time((pool) => pool.allocationAt),
  vmSize: value((pool) => pool.spec.vmSize),
  cloudServiceConfiguration: value((pool) => pool.spec.cloudServiceConfiguration),
  virtualMachineConfiguration: value((pool) => withoutSecrets(pool.spec.virtualMachineConfiguration)),
  resizeTimeout: value((pool) =>
    formatDuration(durationMs(pool.spec.resizeTimeout ?? "") ?? defaultResizeTimeoutMs),
  ),
  resizeErrors: value((pool) => (pool.resizeErrors.length > 0 ? pool.resizeErrors : undefined)),
  currentDedicatedNodes: value((pool) => currentNodes(pool, true)),
  currentLowPriorityNodes: value((pool) => currentNodes(pool, false)),
  targetDedicatedNodes: value((pool) => pool.targetDedicated),
  targetLowPriorityNodes: value((pool) => pool.targetLowPriority),
  enableAutoScale: value((pool) => pool.spec.enableAutoScale ?? false),
  autoScaleFormula: value((pool) => pool.spec.autoScaleFormula),
  autoScaleEvaluationInterval: value((pool) =>
    pool.spec.enableAutoScale === true
      ? (pool.spec.autoScaleEvaluationInterval ?? defaultEvaluationInterval)
      : undefined,
  ),
  autoScaleRun: value((pool) => autoScaleRunShape(pool.autoScaleRun)),
  enableInterNodeCommunication: value((pool) => pool.spec.enableInterNodeCommunication ?? false),
  networkConfiguration: value((pool) => pool.spec.networkConfiguration),
  startTask: value((pool) => startTaskShape(pool.spec.startTask)),
  applicationPackageReferences: value((pool) => pool.spec.applicationPackageReferences),
  certificateReferences: value((pool, { call }) =>
    isBefore(call.version, since.noCertificates) ? pool.spec.certificateReferences : undefined,
  ),
  applicationLicenses: value((pool) => pool.spec.applicationLicenses),
  taskSlotsPerNode: value((pool) => pool.spec.taskSlotsPerNode ?? 1),
  taskSchedulingPolicy: value((pool) => pool.spec.taskSchedulingPolicy ?? { nodeFillType: "Spread" }),
  userAccounts: value((pool) => withoutSecrets(pool.spec.userAccounts)),
  metadata: value(({ spec: { metadata } }) => (metadata?.length === 0 ? undefined : metadata)),
  mountConfiguration: value((pool) => withoutSecrets(pool.spec.mountConfiguration)),
  identity: value((pool) => pool.identity),
  targetNodeCommunicationMode: value((pool, { call }) =>
    isBefore(call.version, since.oneCommunicationMode)
      ? (pool.spec.targetNodeCommunicationMode ?? "default")
      : undefined,
  ),
  currentNodeCommunicationMode: value((pool, { call }) =>
    pool.nodes.size === 0 || !isBefore(call.version, since.oneCommunicationMode)
      ? undefined
      : communicationMode(pool.spec.targetNodeCommunicationMode),
  ),
  resourceTags: value((pool, { call }) =>
    isBefore(call.version, since.tagsByManagement) ? pool.spec.resourceTags : undefined,
  ),
  upgradePolicy: value((pool) => pool.spec.upgradePolicy),
  stats: {
    expand: true,
    get: (pool, context) => ({
      url: `${poolUrl(context, pool)}/stats`,
      ...poolStatistics([pool], pool.createdAt, context.call.account.clock.now()),
    }),
  },
};

/** New pools get the simplified mode unless the caller asks for the classic one. */
const communicationMode = (wanted: PoolSpec["targetNodeCommunicationMode"]) =>
  wanted === "classic" ? "classic" : "simplified";

export function startTaskInfoShape(info: StartTaskInfo | undefined) {
  if (info === undefined) return undefined;
  return {
    state: info.state,
    startTime: isoTime(info.startedAt),
    endTime: optionalTime(info.endedAt),
    exitCode: info.exitCode,
    failureInfo: failureShape(info.failure),
    containerInfo: info.container,
    retryCount: info.retryCount,
    lastRetryTime: optionalTime(info.lastRetryAt),
    result: info.result,
  };
}

/** Nodes of this machine have no other address; it can be written as one of IPv6. */
export const ipv6Of = (call: Call, node: Node): string | undefined =>
  isBefore(call.version, since.oneCommunicationMode) ? undefined : `::ffff:${node.address}`;

export const nodeFields: FieldTable<Node> = {
  id: value((node) => node.id),
  url: value((node, context) => `${poolUrl(context, node.pool)}/nodes/${node.id}`),
  state: value((node) => node.state),
  schedulingState: value((node) => node.scheduling),
  stateTransitionTime: time((node) => node.stateAt),
  lastBootTime: time((node) => node.bootedAt),
  allocationTime: time((node) => node.allocatedAt),
  ipAddress: value((node) => node.address),
  ipv6Address: value((node, { call }) => ipv6Of(call, node)),
  affinityId: value((node) => `TVM:${node.id}`),
  vmSize: value((node) => node.pool.spec.vmSize),
  totalTasksRun: value((node) => node.tasksRun),
  runningTasksCount: value((node) => node.runs.size),
  runningTaskSlotsCount: value((node) => node.slotsUsed),
  totalTasksSucceeded: value((node) => node.tasksSucceeded),
  recentTasks: value((node, context) =>
    node.recentTasks.length === 0
      ? undefined
      : node.recentTasks.map((recent) => recentTaskShape(context, recent)),
  ),
  startTask: value((node) => startTaskShape(node.pool.spec.startTask)),
  startTaskInfo: value((node) => startTaskInfoShape(node.startTask)),
  errors: value((node) =>
    node.errors.length === 0
      ? undefined
      : node.errors.map(({ code, message, details }) => ({ code, message, errorDetails: details ?? [] })),
  ),
  isDedicated: value((node) => node.isDedicated),
  endpointConfiguration: value((node, { call }) => ({ inboundEndpoints: endpointsOf(call.account, node) })),
  nodeAgentInfo: value((node) =>
    node.bootedAt === undefined ? undefined : { version: "1.11.11", lastUpdateTime: isoTime(node.bootedAt) },
  ),
  virtualMachineInfo: value((node) => ({
    imageReference: node.pool.spec.virtualMachineConfiguration?.imageReference,
  })),
};

/** What the pool maps. Azure added a way in for remote login, named so for Windows, too, but adds none any more: here only where
 *  its rules are off. All is on the node's own loopback address. */
function endpointsOf(account: AccountState, node: Node) {
  const index = [...node.pool.nodes].indexOf(node);
  const shape = (name: string, protocol: "tcp" | "udp", frontendPort: number, backendPort: number) => ({
    name,
    protocol,
    publicIPAddress: node.address,
    publicFQDN: "localhost",
    frontendPort,
    backendPort,
  });
  const pools = node.pool.spec.networkConfiguration?.endpointConfiguration?.inboundNATPools ?? [];
  const port = loginPort(node.pool.spec);
  const sshPort = account.ports.support.sshPortOf(node.address);
  const frontOf = (first: number, backendPort: number) =>
    (backendPort === port ? sshPort : undefined) ?? first + index;
  const stated = pools.map((nat) =>
    shape(
      `${nat.name}.${index}`,
      nat.protocol,
      frontOf(nat.frontendPortRangeStart, nat.backendPort),
      nat.backendPort,
    ),
  );
  if (account.parameters.strictAzure || stated.some(({ backendPort }) => backendPort === port)) return stated;
  return [...stated, shape(`SSHRule.${index}`, "tcp", frontOf(50_000, port), port)];
}
