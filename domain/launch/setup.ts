// The cluster's setup task as a start task of Azure Batch: one fixed command line and an environment, no files to fetch,
// because it runs again whenever a node is added or rebooted, long after any link expired. It runs in bash when the node
// has it; its output goes to `stdout-{node}.txt` and `stderr-{node}.txt` in the task's log folder.
import type { ClusterDocument } from "../cluster/schema.ts";
import { clusterMountRoot, locateOnMounts } from "../shared/mount-location.ts";
import { expandTemplate, launcherWord } from "./quote.ts";

export interface StartTask {
  readonly commandLine: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Undefined when the cluster has no setup task. */
export function planSetup(cluster: ClusterDocument): StartTask | undefined {
  const task = cluster.spec.setupTask;
  if (task === undefined) return undefined;
  const directory = `${task.stdOutErrPathPrefix.replace(/\/+$/, "")}/${task.stdOutErrPathSuffix}`;
  const user = Object.fromEntries(task.environmentVariables.map(({ name, value }) => [`U_${name}`, value]));
  return {
    commandLine: `/bin/sh -c 'eval "$BATCHAI_SETUP"'`,
    environment: {
      ...user,
      BATCHAI_SETUP: script(launcherWord(directory), liesOnBlob(cluster, directory)),
      BATCHAI_SETUP_COMMAND: task.commandLine,
      BATCHAI_SETUP_NAMES: task.environmentVariables.map(({ name }) => name).join(" "),
    },
  };
}

function liesOnBlob(cluster: ClusterDocument, directory: string): boolean {
  const variables = new Map(
    cluster.spec.setupTask?.environmentVariables.map(({ name, value }) => [name, value]),
  );
  const path = expandTemplate(directory, (name) =>
    name === "AZ_BATCHAI_MOUNT_ROOT" ? clusterMountRoot : variables.get(name),
  );
  const mounted = [{ root: clusterMountRoot, volumes: cluster.spec.mountVolumes, owner: cluster.guid }];
  return locateOnMounts(path, mounted)?.kind === "blob";
}

/** On a blob mount the output is written locally and copied every second: a file appears there only once it is closed. */
function script(directory: string, onBlob: boolean): string {
  const copying = [
    'copy() { cp stdout-setup.txt "$dir/stdout-$node.txt"; cp stderr-setup.txt "$dir/stderr-$node.txt"; }',
    "while sleep 1; do copy; done </dev/null >/dev/null 2>&1 &",
    "loop=$!",
  ];
  return [
    "AZ_BATCHAI_ROOT=$AZ_BATCH_NODE_SHARED_DIR/LS_root AZ_BATCHAI_MOUNT_ROOT=$AZ_BATCH_NODE_SHARED_DIR/LS_root/mounts",
    "export AZ_BATCHAI_ROOT AZ_BATCHAI_MOUNT_ROOT",
    'mkdir -p "$AZ_BATCHAI_ROOT"',
    '[ -h "$AZ_BATCHAI_MOUNT_ROOT" ] || ln -s "$AZ_BATCH_NODE_MOUNTS_DIR" "$AZ_BATCHAI_MOUNT_ROOT"',
    `dir=${directory} node=$AZ_BATCH_NODE_ID`,
    'mkdir -p "$dir" || { echo "cannot create the setup task\'s log folder $dir" >&2; exit 1; }',
    "sh=/bin/sh; for path in /bin/bash /usr/bin/bash; do [ ! -x $path ] || sh=$path; done",
    ...(onBlob
      ? ["out=stdout-setup.txt err=stderr-setup.txt", ": >$out; : >$err", ...copying]
      : ["out=$dir/stdout-$node.txt err=$dir/stderr-$node.txt"]),
    '(set -- "$sh" -c "$BATCHAI_SETUP_COMMAND"; names=$BATCHAI_SETUP_NAMES',
    'unset BATCHAI_SETUP BATCHAI_SETUP_COMMAND BATCHAI_SETUP_NAMES; export AZ_BATCHAI_STDOUTERR_DIR="$dir"',
    'for name in $names; do eval "export $name=\\"\\$U_$name\\"; unset U_$name"; done',
    'exec "$@") </dev/null >"$out" 2>"$err"',
    "code=$?",
    ...(onBlob ? ["kill $loop; wait $loop 2>/dev/null; copy"] : []),
    // Batch shows this text where a node failed to start.
    '[ $code = 0 ] || { echo "the setup task exited with $code"; tail -n 20 "$err"; } >&2',
    "exit $code",
  ].join("\n");
}
