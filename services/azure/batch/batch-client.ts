// The Batch interface over the wire: one small function per operation, each naming the answers it expects. What an
// answer means for a Batch AI job or cluster is decided elsewhere.
import type { NodeAddresses } from "../../../domain/cluster/node-addresses.ts";
import type { Batch, BatchFailure, BatchNode, BatchTask, NodeCounts, PoolState } from "../../batch.ts";
import type { z } from "zod";
import { addTasks } from "./add-tasks.ts";
import { path, read, unexpected } from "./transport.ts";
import type { BatchReply, BatchTransport } from "./transport.ts";
import {
  listOf,
  WireImage,
  WireJob,
  WireNode,
  WireNodeCounts,
  WirePool,
  WirePoolCounts,
  WireAddress,
  WireRemoteLogin,
  WireSubtask,
  WireTask,
} from "./wire.ts";
import type { WireFailure } from "./wire.ts";

const taskFields = "id,state,stateTransitionTime,executionInfo,nodeInfo";
const nodeFields = "id,state,lastBootTime,ipAddress,errors,startTaskInfo";
const poolFields =
  "allocationState,currentDedicatedNodes,currentLowPriorityNodes,targetDedicatedNodes,targetLowPriorityNodes,resizeErrors";
const jobEnding = new Set(["JobBeingDeleted", "JobBeingTerminated", "JobCompleted"]);

/** @param nodeAddresses `private`: the way to a node is its own address, from within its network. */
export function batchClient(transport: BatchTransport, nodeAddresses: NodeAddresses = "public"): Batch {
  return {
    ensureJob: (job) => ensureJob(transport, job),
    jobs: () => jobs(transport),
    deleteJob: (jobId) => remove(transport, path`jobs/${jobId}`, "delete the job"),
    addTasks: (jobId, tasks) => addTasks(transport, jobId, tasks),
    getTask: (jobId, taskId) => getTask(transport, jobId, taskId),
    changedTasks: (jobId, since) => changedTasks(transport, jobId, since),
    terminateTask: (jobId, taskId) => terminateTask(transport, jobId, taskId),
    deleteTask: (jobId, taskId) => remove(transport, path`jobs/${jobId}/tasks/${taskId}`, "delete the task"),
    readTaskFile: (jobId, taskId, file, maxBytes) =>
      readFile(transport, path`jobs/${jobId}/tasks/${taskId}/files/${file}`, maxBytes),
    pool: (poolId) => pool(transport, poolId),
    nodeCounts: (poolId) => nodeCounts(transport, poolId),
    nodes: (poolId, states) => nodes(transport, poolId, states),
    readNodeFile: (poolId, nodeId, file, maxBytes) =>
      readFile(transport, path`pools/${poolId}/nodes/${nodeId}/files/${file}`, maxBytes),
    nodeAgentFor: (image) => nodeAgentFor(transport, image),
    subtaskNodes: (jobId, taskId) => subtaskNodes(transport, jobId, taskId),
    remoteLogin: (poolId, nodeId) =>
      nodeAddresses === "private"
        ? loginWithin(transport, poolId, nodeId)
        : remoteLogin(transport, poolId, nodeId),
  };
}

async function ensureJob(
  transport: BatchTransport,
  job: Parameters<Batch["ensureJob"]>[0],
): ReturnType<Batch["ensureJob"]> {
  const reply = await transport.send({
    method: "POST",
    path: "jobs",
    body: {
      id: job.id,
      priority: job.priority,
      poolInfo: { poolId: job.poolId },
      onAllTasksComplete: "noaction",
      metadata: [{ name: ownerMark, value: job.owner }],
    },
  });
  if (reply.ok) return { kind: "ready" };
  if (reply.code === "ActiveJobAndScheduleQuotaReached") return { kind: "quota" };
  if (jobEnding.has(reply.code)) return { kind: "beingDeleted" };
  if (reply.code === "JobExists") return { kind: "ready" };
  throw unexpected("create the job", reply);
}

const ownerMark = "batchai-owner";

async function jobs(transport: BatchTransport): ReturnType<Batch["jobs"]> {
  const found = await list(transport, WireJob, "jobs", { $select: "id,creationTime,metadata" });
  return (found ?? []).map(({ id, creationTime, metadata }) => ({
    id,
    createdAt: creationTime,
    owner: metadata?.find(({ name }) => name === ownerMark)?.value,
  }));
}

async function nodeAgentFor(
  transport: BatchTransport,
  image: Parameters<Batch["nodeAgentFor"]>[0],
): Promise<string | undefined> {
  const images = await list(transport, WireImage, "supportedimages", {});
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  return images?.find(
    ({ imageReference: { publisher, offer, sku } }) =>
      same(publisher, image.publisher) && same(offer, image.offer) && same(sku, image.sku),
  )?.nodeAgentSKUId;
}

async function getTask(
  transport: BatchTransport,
  jobId: string,
  taskId: string,
): Promise<BatchTask | undefined> {
  const reply = await transport.send({
    method: "GET",
    path: path`jobs/${jobId}/tasks/${taskId}`,
    query: { $select: taskFields },
  });
  if (reply.ok) return toTask(read(WireTask, reply.text));
  if (reply.status === 404) return undefined;
  throw unexpected("show the task", reply);
}

async function changedTasks(
  transport: BatchTransport,
  jobId: string,
  since: string | undefined,
): Promise<readonly BatchTask[] | undefined> {
  const tasks = await list(transport, WireTask, path`jobs/${jobId}/tasks`, {
    $select: taskFields,
    $filter: since === undefined ? undefined : `stateTransitionTime ge DateTime'${since}'`,
  });
  return tasks?.map(toTask);
}

async function terminateTask(
  transport: BatchTransport,
  jobId: string,
  taskId: string,
): Promise<"terminated" | "ended" | "absent"> {
  const reply = await transport.send({ method: "POST", path: path`jobs/${jobId}/tasks/${taskId}/terminate` });
  if (reply.ok) return "terminated";
  if (reply.status === 404) return "absent";
  if (reply.status === 409) return "ended";
  throw unexpected("terminate the task", reply);
}

async function readFile(
  transport: BatchTransport,
  relative: string,
  maxBytes: number,
): Promise<string | undefined> {
  const reply = await transport.send({
    method: "GET",
    path: relative,
    headers: { "ocp-range": `bytes=0-${maxBytes - 1}`, accept: "*/*" },
  });
  if (reply.ok) return reply.text;
  // 404: never written; 409: the node's files are gone; 416: an empty file.
  if (reply.status === 404 || reply.status === 409 || reply.status === 416) return undefined;
  throw unexpected("read a file of the node", reply);
}

async function pool(transport: BatchTransport, poolId: string): Promise<PoolState | undefined> {
  const reply = await transport.send({
    method: "GET",
    path: path`pools/${poolId}`,
    query: { $select: poolFields },
  });
  if (!reply.ok) {
    if (reply.status === 404) return undefined;
    throw unexpected("show the pool", reply);
  }
  const found = read(WirePool, reply.text);
  const allocation = found.allocationState;
  return {
    allocationState: allocation === "resizing" || allocation === "stopping" ? allocation : "steady",
    currentNodes: found.currentDedicatedNodes + found.currentLowPriorityNodes,
    targetNodes: found.targetDedicatedNodes + found.targetLowPriorityNodes,
    resizeErrors: found.resizeErrors ?? [],
  };
}

async function nodeCounts(transport: BatchTransport, poolId: string): Promise<NodeCounts | undefined> {
  const pools = await list(transport, WirePoolCounts, "nodecounts", { $filter: `poolId eq '${poolId}'` });
  const pool = pools?.find((candidate) => candidate.poolId.toLowerCase() === poolId.toLowerCase());
  if (pool === undefined) return undefined;
  const none = WireNodeCounts.parse({});
  const [dedicated, lowPriority] = [pool.dedicated ?? none, pool.lowPriority ?? none];
  const sum = Object.entries(dedicated).map(([state, nodes]) => [
    state,
    nodes + lowPriority[state as keyof typeof lowPriority],
  ]);
  return WireNodeCounts.parse(Object.fromEntries(sum));
}

async function nodes(
  transport: BatchTransport,
  poolId: string,
  states: readonly string[] | undefined,
): Promise<readonly BatchNode[] | undefined> {
  const found = await list(transport, WireNode, path`pools/${poolId}/nodes`, {
    $select: nodeFields,
    $filter: states?.map((state) => `state eq '${state}'`).join(" or "),
  });
  return found?.map(toNode);
}

async function subtaskNodes(
  transport: BatchTransport,
  jobId: string,
  taskId: string,
): Promise<readonly string[]> {
  const subtasks = await list(transport, WireSubtask, path`jobs/${jobId}/tasks/${taskId}/subtasksinfo`, {});
  return (subtasks ?? []).flatMap(({ nodeInfo }) =>
    nodeInfo?.nodeId === undefined ? [] : [nodeInfo.nodeId],
  );
}

async function remoteLogin(
  transport: BatchTransport,
  poolId: string,
  nodeId: string,
): ReturnType<Batch["remoteLogin"]> {
  const reply = await transport.send({
    method: "GET",
    path: path`pools/${poolId}/nodes/${nodeId}/remoteloginsettings`,
  });
  if (!reply.ok) {
    if (reply.status === 404 || reply.status === 409) return undefined;
    throw unexpected("show the node's remote login", reply);
  }
  const login = read(WireRemoteLogin, reply.text);
  return { ipAddress: login.remoteLoginIPAddress, port: login.remoteLoginPort };
}

async function loginWithin(
  transport: BatchTransport,
  poolId: string,
  nodeId: string,
): ReturnType<Batch["remoteLogin"]> {
  const reply = await transport.send({
    method: "GET",
    path: path`pools/${poolId}/nodes/${nodeId}`,
    query: { $select: "ipAddress" },
  });
  if (reply.status === 404) return undefined;
  if (!reply.ok) throw unexpected("show the node's address", reply);
  const { ipAddress } = read(WireAddress, reply.text);
  return ipAddress === undefined ? undefined : { ipAddress, port: sshPort };
}
const sshPort = 22;

async function remove(transport: BatchTransport, relative: string, operation: string): Promise<void> {
  const reply = await transport.send({ method: "DELETE", path: relative });
  if (reply.ok || reply.status === 404 || (reply.status === 409 && reply.code.endsWith("BeingDeleted")))
    return;
  throw unexpected(operation, reply);
}

/** All pages; `undefined` when the parent does not exist. */
async function list<Item extends z.ZodType>(
  transport: BatchTransport,
  item: Item,
  relative: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<readonly z.infer<Item>[] | undefined> {
  const page = listOf(item);
  const items: z.infer<Item>[] = [];
  let reply: BatchReply = await transport.send({ method: "GET", path: relative, query });
  for (;;) {
    if (!reply.ok) {
      if (reply.status === 404) return undefined;
      throw unexpected(`list ${relative}`, reply);
    }
    const { value, "odata.nextLink": next } = read(page, reply.text);
    items.push(...value);
    if (next === undefined) return items;
    reply = await transport.follow(next);
  }
}

function toFailure(failure: WireFailure): BatchFailure {
  return {
    category: failure.category ?? "",
    code: failure.code ?? "Unknown",
    message: failure.message ?? "",
    details: Object.fromEntries((failure.details ?? []).map(({ name, value }) => [name ?? "", value ?? ""])),
  };
}

function toTask(task: WireTask): BatchTask {
  const info = task.executionInfo;
  const result = info?.result === "success" || info?.result === "failure" ? info.result : undefined;
  return {
    id: task.id,
    state: task.state,
    stateTransitionTime: task.stateTransitionTime,
    startTime: info?.startTime,
    endTime: info?.endTime,
    exitCode: info?.exitCode,
    result,
    failure: info?.failureInfo === undefined ? undefined : toFailure(info.failureInfo),
    nodeId: task.nodeInfo?.nodeId,
    requeueCount: info?.requeueCount ?? 0,
  };
}

function toNode(node: WireNode): BatchNode {
  const start = node.startTaskInfo;
  return {
    id: node.id,
    state: node.state,
    lastBootTime: node.lastBootTime,
    ipAddress: node.ipAddress,
    errors: (node.errors ?? []).map(({ code, message, errorDetails }) =>
      toFailure({ code, message, details: errorDetails }),
    ),
    startTaskFailure:
      start?.failureInfo === undefined
        ? undefined
        : { ...toFailure(start.failureInfo), exitCode: start.exitCode },
  };
}
