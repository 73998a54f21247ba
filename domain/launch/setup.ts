// What a node does when it boots, as data: the files that the node setup (node/node-setup.ts) reads. Nothing of it is in the
// start task's command line or environment, because anyone who may look at the pool sees those; values that nobody may
// see are in a file of their own, which is sealed before it is staged.
// Why it is so: docs/adr/0013-node-setup.md
import type { ClusterDocument } from "../cluster/schema.ts";
import { locateSetupLogs, setupLogPath } from "../cluster/setup-logs.ts";
import type { SecretValues } from "../shared/secrets.ts";
import { nodeKeySecrets } from "./node-account.ts";
import { launcherPath, quoteWord } from "./quote.ts";

/** Names of the files next to each other on the node. */
export const setupFiles = {
  script: "node-setup.sh",
  plan: "node-setup-plan",
  secrets: "node-setup-secrets",
} as const;

export const setupCommand = `/bin/sh ${setupFiles.script}`;

export interface CounterTarget {
  /** An ingestion endpoint of Application Insights, or `file:FOLDER`. */
  readonly endpoint: string;
  readonly intervalSeconds: number;
}

const line = (directive: string, ...words: readonly (string | number)[]) =>
  [directive, ...words.map((word) => quoteWord(String(word)))].join(" ");

export function renderSetupPlan(
  cluster: ClusterDocument,
  secrets: SecretValues,
  counters: CounterTarget,
): string {
  const { setupTask, userAccount, performanceCounters } = cluster.spec;
  const publicKey = secrets.get(nodeKeySecrets.publicKey);
  const lines = [
    line(
      "plan_admin",
      userAccount.adminUserName,
      userAccount.adminUserSshPublicKey ?? "",
      ...(userAccount.adminUserPasswordSecret === undefined ? [] : ["password"]),
    ),
    ...(cluster.spec.mountVolumes?.unmanagedFileSystems ?? []).map((mount) =>
      line(
        "plan_mount",
        mount.relativeMountPath,
        mount.mountCommand,
        ...(mount.readOnly === true ? ["ro"] : []),
      ),
    ),
    ...(publicKey === undefined ? [] : [line("plan_peers", publicKey)]),
    ...(performanceCounters === undefined
      ? []
      : [
          line(
            "plan_counters",
            counters.intervalSeconds,
            cluster.workspace,
            cluster.cluster,
            counters.endpoint,
          ),
        ]),
    ...(setupTask === undefined ? [] : taskLines(cluster, setupTask)),
    "plan_end",
  ];
  return `${lines.join("\n")}\n`;
}

type SetupTask = NonNullable<ClusterDocument["spec"]["setupTask"]>;

function taskLines(cluster: ClusterDocument, task: SetupTask): readonly string[] {
  const mode = locateSetupLogs(cluster, task)?.kind === "blob" ? "mirror" : "direct";
  return [
    ...task.environmentVariables.map(({ name, value }) => line("plan_env", name, value)),
    ...task.secrets.map(({ name }) => line("plan_secret_env", name)),
    `plan_logs ${mode} ${launcherPath(setupLogPath(task))}`,
    line("plan_command", task.commandLine),
  ];
}

/**
 * To be sealed.
 * @throws Error when a value that the cluster's document names is missing.
 */
export function renderSetupSecrets(cluster: ClusterDocument, secrets: SecretValues): string {
  const valueOf = (name: string): string => {
    const value = secrets.get(name);
    if (value === undefined) throw new Error(`the secret '${name}' of cluster ${cluster.guid} has no value`);
    return value;
  };
  const { setupTask, userAccount, performanceCounters } = cluster.spec;
  const lines = [
    ...(userAccount.adminUserPasswordSecret === undefined
      ? []
      : [line("secret_admin", valueOf(userAccount.adminUserPasswordSecret))]),
    ...(performanceCounters === undefined
      ? []
      : [line("secret_counters", valueOf(performanceCounters.instrumentationKeySecret))]),
    ...(setupTask?.secrets ?? []).map(({ name, secret }) => line("secret_env", name, valueOf(secret))),
    "secrets_end",
  ];
  return `${lines.join("\n")}\n`;
}
