// The app's Batch interface on the genuine @azure/batch, so that one case suite judges that client, ours, and the emulator
// between them. Only what the interface needs; what the genuine client can do beyond it has tests of its own.
import type { BatchServiceClient } from "@azure/batch";
import type { BatchServiceModels } from "@azure/batch";
import type {
  Batch,
  BatchFailure,
  BatchNode,
  BatchTask,
  NodeCounts,
  TaskAnswer,
} from "../../../services/batch.ts";

interface Refused {
  readonly statusCode?: number;
  readonly code?: string;
  readonly body?: { readonly message?: { readonly value?: string } };
}

/** The answer, or the refusal where its status is among those expected. */
async function expecting<T>(statuses: readonly number[], work: Promise<T>): Promise<{ value: T } | Refused> {
  try {
    return { value: await work };
  } catch (error) {
    const refused = error as Refused;
    if (statuses.includes(refused.statusCode ?? 0)) return refused;
    throw error;
  }
}

const orAbsent = async <T>(work: Promise<T>, statuses: readonly number[] = [404]): Promise<T | undefined> => {
  const answer = await expecting(statuses, work);
  return "value" in answer ? answer.value : undefined;
};

interface Page<T> extends Array<T> {
  odatanextLink?: string;
}

async function all<T>(first: Page<T>, next: (link: string) => Promise<Page<T>>): Promise<T[]> {
  const items = [...first];
  for (let page = first; page.odatanextLink !== undefined; items.push(...page))
    page = await next(page.odatanextLink);
  return items;
}

function failureOf(info: BatchServiceModels.TaskFailureInformation): BatchFailure {
  return {
    category: info.category,
    code: info.code ?? "Unknown",
    message: info.message ?? "",
    details: Object.fromEntries((info.details ?? []).map(({ name, value }) => [name ?? "", value ?? ""])),
  };
}

function taskOf(task: BatchServiceModels.CloudTask): BatchTask {
  const info = task.executionInfo;
  return {
    id: task.id ?? "",
    state: task.state ?? "active",
    stateTransitionTime: task.stateTransitionTime?.toISOString() ?? "",
    startTime: info?.startTime?.toISOString(),
    endTime: info?.endTime?.toISOString(),
    exitCode: info?.exitCode,
    result: info?.result,
    failure: info?.failureInfo === undefined ? undefined : failureOf(info.failureInfo),
    nodeId: task.nodeInfo?.nodeId,
    requeueCount: info?.requeueCount ?? 0,
  };
}

/** As our own client marks its jobs, so that one sees the other's. */
const ownerMark = "batchai-owner";

async function textOf(
  reading: Promise<{ readableStreamBody?: NodeJS.ReadableStream }>,
): Promise<string | undefined> {
  const file = await orAbsent(reading, [404, 409, 416]);
  if (file === undefined) return undefined;
  let text = "";
  for await (const chunk of file.readableStreamBody ?? []) text += String(chunk);
  return text;
}

function jobsAndTasks(client: BatchServiceClient) {
  return {
    async ensureJob({ id, poolId, priority, owner }) {
      const metadata = [{ name: ownerMark, value: owner }];
      const answer = await expecting([409], client.job.add({ id, priority, poolInfo: { poolId }, metadata }));
      if ("value" in answer || answer.code === "JobExists") return { kind: "ready" };
      return answer.code === "ActiveJobAndScheduleQuotaReached"
        ? { kind: "quota" }
        : { kind: "beingDeleted" };
    },
    async jobs() {
      const jobs = await all(await client.job.list(), (link) => client.job.listNext(link));
      return jobs.map(({ id = "", creationTime, metadata }) => ({
        id,
        createdAt: creationTime?.toISOString() ?? "",
        owner: metadata?.find(({ name }) => name === ownerMark)?.value,
      }));
    },
    async deleteJob(jobId) {
      await expecting([404, 409], client.job.deleteMethod(jobId));
    },
    async addTasks(jobId, tasks) {
      const bodies = tasks.map(({ id, commandLine, environment, maxWallClockTime, multiInstance }) => ({
        ...{ id, commandLine },
        environmentSettings: Object.entries(environment).map(([name, value]) => ({ name, value })),
        ...(maxWallClockTime === undefined ? {} : { constraints: { maxWallClockTime } }),
        ...(multiInstance === undefined
          ? {}
          : { multiInstanceSettings: { ...multiInstance, commonResourceFiles: [] } }),
      }));
      const answer = await expecting([400, 404, 409], client.task.addCollection(jobId, bodies));
      if (!("value" in answer))
        return { kind: "refused", code: answer.code ?? "", message: answer.body?.message?.value ?? "" };
      return (answer.value.value ?? []).map(({ status, error }): TaskAnswer => {
        if (status.toLowerCase() === "success") return { kind: "added" };
        if (error?.code === "TaskExists") return { kind: "exists" };
        return { kind: "refused", code: error?.code ?? "", message: error?.message?.value ?? "" };
      });
    },
    async getTask(jobId, taskId) {
      const task = await orAbsent(client.task.get(jobId, taskId));
      return task && taskOf(task);
    },
    async changedTasks(jobId, since) {
      const filter = since === undefined ? {} : { filter: `stateTransitionTime ge DateTime'${since}'` };
      const first = await orAbsent(client.task.list(jobId, { taskListOptions: filter }));
      return first && (await all(first, (link) => client.task.listNext(link))).map(taskOf);
    },
    async terminateTask(jobId, taskId) {
      const answer = await expecting([404, 409], client.task.terminate(jobId, taskId));
      if ("value" in answer) return "terminated";
      return answer.statusCode === 404 ? "absent" : "ended";
    },
    async deleteTask(jobId, taskId) {
      await expecting([404], client.task.deleteMethod(jobId, taskId));
    },
    async readTaskFile(jobId, taskId, path, maxBytes) {
      const options = { fileGetFromTaskOptions: { ocpRange: `bytes=0-${maxBytes - 1}` } };
      return textOf(client.file.getFromTask(jobId, taskId, path, options));
    },
    async subtaskNodes(jobId, taskId) {
      const { value = [] } = await client.task.listSubtasks(jobId, taskId);
      return value.flatMap(({ nodeInfo }) => (nodeInfo?.nodeId === undefined ? [] : [nodeInfo.nodeId]));
    },
  } satisfies Partial<Batch>;
}

function poolsAndNodes(client: BatchServiceClient) {
  return {
    async pool(poolId) {
      const pool = await orAbsent(client.pool.get(poolId));
      return (
        pool && {
          allocationState: pool.allocationState ?? "steady",
          currentNodes: (pool.currentDedicatedNodes ?? 0) + (pool.currentLowPriorityNodes ?? 0),
          targetNodes: (pool.targetDedicatedNodes ?? 0) + (pool.targetLowPriorityNodes ?? 0),
          resizeErrors: (pool.resizeErrors ?? []).map(({ code = "", message = "", values }) => ({
            code,
            message,
            ...(values === undefined
              ? {}
              : { values: values.map(({ name = "", value = "" }) => ({ name, value })) }),
          })),
        }
      );
    },
    async nodeCounts(poolId): Promise<NodeCounts | undefined> {
      const options = { accountListPoolNodeCountsOptions: { filter: `poolId eq '${poolId}'` } };
      const [counts] = await client.account.listPoolNodeCounts(options);
      const { dedicated, lowPriority } = counts ?? {};
      if (dedicated === undefined || lowPriority === undefined) return undefined;
      const names = Object.keys(dedicated) as (keyof typeof dedicated)[];
      return Object.fromEntries(
        names.map((name) => [name, dedicated[name] + lowPriority[name]]),
      ) as unknown as NodeCounts;
    },
    async nodes(poolId, states): Promise<readonly BatchNode[] | undefined> {
      const filter =
        states === undefined ? {} : { filter: states.map((state) => `state eq '${state}'`).join(" or ") };
      const first = await orAbsent(client.computeNode.list(poolId, { computeNodeListOptions: filter }));
      if (first === undefined) return undefined;
      const nodes = await all(first, (link) => client.computeNode.listNext(link));
      return nodes.map(({ id = "", state = "", lastBootTime, ipAddress }) => ({
        id,
        state,
        lastBootTime: lastBootTime?.toISOString(),
        ipAddress,
        errors: [],
      }));
    },
    async readNodeFile(poolId, nodeId, path, maxBytes) {
      const options = { fileGetFromComputeNodeOptions: { ocpRange: `bytes=0-${maxBytes - 1}` } };
      return textOf(client.file.getFromComputeNode(poolId, nodeId, path, options));
    },
    async nodeAgentFor({ publisher, offer, sku }) {
      const images = await client.account.listSupportedImages();
      const found = images.find(
        ({ imageReference: image }) =>
          image.publisher === publisher && image.offer === offer && image.sku === sku,
      );
      return found?.nodeAgentSKUId;
    },
    async remoteLogin(poolId, nodeId) {
      const login = await orAbsent(client.computeNode.getRemoteLoginSettings(poolId, nodeId), [404, 409]);
      return login && { ipAddress: login.remoteLoginIPAddress, port: login.remoteLoginPort };
    },
  } satisfies Partial<Batch>;
}

export const genuineBatch = (client: BatchServiceClient): Batch => ({
  ...jobsAndTasks(client),
  ...poolsAndNodes(client),
});
