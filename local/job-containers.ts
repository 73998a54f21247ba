// The machine's container engine for jobs on emulated nodes, whose launcher runs its own container: the command by which it finds
// the engine, and the end of what a launcher that was killed could not remove. Tasks that Batch itself runs in containers are
// the agent's (batch-emulator/agent/container-executor.ts).
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerEngine } from "./batch-emulator/agent/container-engine.ts";
import { lastLine } from "./batch-emulator/agent/container-engine.ts";
import { quote } from "./batch-emulator/agent/launch-script.ts";
import type { Logger } from "./logger.ts";

/** The name of the command on the nodes; the launcher is told it. */
const command = "batchai-container-engine";
/** What the launcher marks its containers with: the folder of the node (node/launcher/containers.sh). */
const nodeLabel = "batchai.node";
/** What the command adds: the folder of the local cloud. */
const cloudLabel = "batchai.cloud";

export interface JobContainers {
  /** Put first on the PATH of emulated nodes. */
  readonly binDirectory: string;
  /** What the launcher on every node is told. */
  readonly environment: Readonly<Record<string, string>>;
  /** Removes what jobs left on a node that is gone. */
  removeOf(nodeRoot: string): void;
  /** No job runs any more: resolves when none of their containers is left, as far as the engine can. */
  close(): Promise<void>;
}

/** @param containers `host`: jobs are to run outside of their containers. */
export function createJobContainers(o: {
  readonly directory: string;
  readonly engine: ContainerEngine | undefined;
  readonly containers: "engine" | "host";
  readonly logger: Logger;
}): JobContainers {
  const { engine, directory } = o;
  const removals = new Set<Promise<void>>();
  mkdirSync(directory, { recursive: true });
  const nothing = { binDirectory: directory, removeOf: () => {}, close: () => Promise.resolve() };
  if (o.containers === "host") return { ...nothing, environment: { BATCHAI_CONTAINERS: "host" } };
  if (engine === undefined) return { ...nothing, environment: {} };
  const marker = join(directory, "used");
  const ofThisCloud = `${cloudLabel}=${directory}`;
  writeCommand(join(directory, command), engine, { marker, label: ofThisCloud });
  return {
    binDirectory: directory,
    environment: { BATCHAI_CONTAINER_CLI: command },
    removeOf(nodeRoot) {
      if (!existsSync(marker)) return;
      const removal = removeLabelled(engine, `${nodeLabel}=${nodeRoot}`, o.logger).finally(() =>
        removals.delete(removal),
      );
      removals.add(removal);
    },
    async close() {
      await Promise.all(removals);
      if (existsSync(marker)) await removeLabelled(engine, ofThisCloud, o.logger);
    },
  };
}

/** A task has an environment from scratch, the engine needs what it was found with; a login of the launcher's own stays. */
function writeCommand(file: string, engine: ContainerEngine, told: { marker: string; label: string }): void {
  const logins = ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE"];
  const variables = Object.entries(engine.environment).map(([name, value]) =>
    logins.includes(name)
      ? `[ -n "\${${name}-}" ] || export ${name}=${quote(value)}`
      : `export ${name}=${quote(value)}`,
  );
  const words = engine.command.map(quote).join(" ");
  const options = withoutNetwork(engine.runOptions).map(quote).join(" ");
  const text = [
    "#!/bin/sh",
    "# The container engine of this machine, as the local cloud found it.",
    ...variables,
    `if [ "\${1-}" = run ]; then`,
    "  shift",
    `  : >${quote(told.marker)}`,
    `  exec ${words} run --label ${quote(told.label)} ${options} "$@"`,
    "fi",
    `exec ${words} "$@"`,
    "",
  ].join("\n");
  writeFileSync(`${file}.new`, text, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}

/** The launcher says `--network host` itself, and podman takes that once only. */
const withoutNetwork = (options: readonly string[]) =>
  options.filter(
    (word, index) => word !== "--network=host" && word !== "--network" && options[index - 1] !== "--network",
  );

async function removeLabelled(engine: ContainerEngine, label: string, logger: Logger): Promise<void> {
  const listed = await engine.call(["ps", "-aq", "--filter", `label=${label}`]);
  const ids = listed.stdout.split("\n").filter((id) => id !== "");
  if (listed.exitCode === 0 && ids.length === 0) return;
  const removed = listed.exitCode === 0 ? await engine.call(["rm", "-f", ...ids]) : listed;
  if (removed.exitCode === 0) logger.info("container.ofJobsRemoved", { label, count: ids.length });
  else logger.warn("container.ofJobsSurvived", { label, reason: lastLine(removed.stderr) });
}
