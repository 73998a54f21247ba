// tensorFlowSettings. One process when there is one node and no count is given; else workers and parameter servers. The
// master is worker 0. Ports start at 2222 on every host, a parameter server's before the workers'. Parameter servers
// never end by themselves: the launcher ends them when the workers are done.
import { z } from "zod";
import { anyText, wholeNumber } from "../shared/fields.ts";
import { pythonCommand, pythonFields } from "./python-script.ts";
import { spreadRanks } from "./spread.ts";
import { defineToolkit } from "./toolkit.ts";
import type { PlannedProcess } from "./toolkit.ts";

const { pythonScriptFilePath, pythonInterpreterPath } = pythonFields;
export const TensorFlowSettings = z.object({
  pythonScriptFilePath,
  pythonInterpreterPath,
  masterCommandLineArgs: anyText().optional(),
  workerCommandLineArgs: anyText().optional(),
  parameterServerCommandLineArgs: anyText().optional(),
  workerCount: wholeNumber(1, 10_000).optional(),
  parameterServerCount: wholeNumber(1, 1000).optional(),
});
type Settings = z.output<typeof TensorFlowSettings>;

const firstPort = 2222;

export const tensorFlowToolkit = defineToolkit({
  block: "tensorFlowSettings",
  toolType: "tensorflow",
  settings: TensorFlowSettings,
  validate: (settings, { nodeCount, gpusPerNode }) => {
    const { workers, servers } = counts(settings, nodeCount);
    const most = gpusPerNode === undefined ? Infinity : nodeCount * Math.max(1, gpusPerNode);
    if (workers > most) {
      return `workerCount: ${workers} workers are more than ${most}, one per GPU (or CPU node) of ${nodeCount} nodes; lower it or raise nodeCount`;
    }
    if (servers > nodeCount) {
      return `parameterServerCount: ${servers} parameter servers are more than ${nodeCount} nodes; lower it or raise nodeCount`;
    }
    return undefined;
  },
  plan: (settings, { nodeCount }) =>
    isDistributed(settings, nodeCount) ? distributed(settings, nodeCount) : [alone(settings)],
});

function isDistributed(settings: Settings, nodeCount: number): boolean {
  return nodeCount > 1 || settings.workerCount !== undefined || settings.parameterServerCount !== undefined;
}

function counts(
  settings: Settings,
  nodeCount: number,
): { readonly workers: number; readonly servers: number } {
  if (!isDistributed(settings, nodeCount)) return { workers: 1, servers: 0 };
  return { workers: settings.workerCount ?? nodeCount, servers: settings.parameterServerCount ?? 1 };
}

function alone(settings: Settings): PlannedProcess {
  return {
    node: 0,
    role: "worker",
    index: 0,
    ...pythonCommand(settings, settings.masterCommandLineArgs),
    environment: { AZ_BATCHAI_TASK_INDEX: "0", TF_CONFIG: config([], [], "master", 0) },
    ends: "required",
    main: true,
    log: "wk-0",
  };
}

function distributed(settings: Settings, nodeCount: number): readonly PlannedProcess[] {
  const { workers, servers } = counts(settings, nodeCount);
  const nextPort = new Map<number, number>();
  const portOn = (node: number): number => {
    const port = nextPort.get(node) ?? firstPort;
    nextPort.set(node, port + 1);
    return port;
  };
  const psNodes = Array.from({ length: servers }, (_, node) => node);
  const workerNodes = spreadRanks(workers, nodeCount);
  const places = { ps: psNodes.map(portOn), worker: workerNodes.map(portOn) };
  const hosts = { ps: psNodes.map(endpoint("ps")), worker: workerNodes.map(endpoint("worker")) };
  const placed = (role: "ps" | "worker", node: number, index: number) => ({
    node,
    role,
    index,
    port: places[role][index] ?? firstPort,
    environment: {
      AZ_BATCHAI_TASK_INDEX: String(index),
      AZ_BATCHAI_PS_HOSTS: hosts.ps.join(","),
      AZ_BATCHAI_WORKER_HOSTS: hosts.worker.join(","),
      TF_CONFIG: config(hosts.ps, hosts.worker, role, index),
    },
  });
  return [
    ...workerNodes.map((node, index) => ({
      ...placed("worker", node, index),
      ...pythonCommand(
        settings,
        index === 0 ? settings.masterCommandLineArgs : settings.workerCommandLineArgs,
      ),
      ends: "required" as const,
      main: index === 0,
      log: `wk-${index}`,
    })),
    ...psNodes.map((node, index) => ({
      ...placed("ps", node, index),
      ...pythonCommand(settings, settings.parameterServerCommandLineArgs),
      ends: "service" as const,
      main: false,
      log: `ps-${index}`,
    })),
  ];
}

const endpoint = (role: string) => (_: number, index: number) => `\${AZ_BATCHAI_ENDPOINT_${role}_${index}}`;

function config(ps: readonly string[], worker: readonly string[], type: string, index: number): string {
  const cluster = ps.length + worker.length === 0 ? {} : { ps, worker };
  return JSON.stringify({ cluster, task: { type, index }, environment: "cloud" });
}
