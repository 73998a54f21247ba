// What container settings of pools and tasks mean on a node, and which are refused. They are taken also where no engine answers:
// what was to run in a container then fails with the reason. Source: "Run container applications
// on Azure Batch": a pool says that its nodes have an engine and which registries they know, a task says which image.
import { containerFailure } from "../../agent/container-end.ts";
import type { ContainerLaunch, Launch, LaunchFailure, RegistryLogin } from "../../agent/executor.ts";
import type { PoolSpec } from "../../schema/pool-spec.ts";
import type { TaskSpec } from "../../schema/task-spec.ts";
import { notEmulated } from "../account/fault.ts";
import type { FailureInfo, Node } from "../entities/model.ts";
import type { AccountState } from "../account/account-state.ts";

type Settings = NonNullable<TaskSpec["containerSettings"]>;
type Registry = NonNullable<Settings["registry"]>;

const configurationOf = (spec: PoolSpec) => spec.virtualMachineConfiguration?.containerConfiguration;

/** Refuses what no engine could do. */
export function checkContainerSettings(settings: Settings | undefined): void {
  if (settings?.registry !== undefined) refuseIdentity(settings.registry);
}

export function checkContainerPool(spec: PoolSpec): void {
  for (const registry of configurationOf(spec)?.containerRegistries ?? []) refuseIdentity(registry);
  checkContainerSettings(spec.startTask?.containerSettings);
}

function refuseIdentity(registry: Registry): void {
  if (registry.identityReference !== undefined)
    throw notEmulated("logins to container registries by managed identity; give username and password");
}

/** Docker Hub, when a registry is not named. */
const defaultRegistry = "docker.io";

function loginsOf(registries: readonly (Registry | undefined)[]): RegistryLogin[] {
  return registries.flatMap((registry) =>
    registry?.username === undefined
      ? []
      : [
          {
            server: registry.registryServer ?? defaultRegistry,
            username: registry.username,
            password: registry.password ?? "",
          },
        ],
  );
}

/** The task's own registry comes last: its login stands. */
export function containerOf(node: Node, settings: Settings | undefined): { container?: ContainerLaunch } {
  if (settings === undefined) return {};
  const registries = configurationOf(node.pool.spec)?.containerRegistries ?? [];
  return {
    container: {
      imageName: settings.imageName,
      runOptions: settings.containerRunOptions ?? "",
      workingDirectory: settings.workingDirectory === "containerImageDefault" ? "image" : "task",
      registries: loginsOf([...registries, settings.registry]),
    },
  };
}

/** Why the launch cannot run on the node; undefined when it can. */
export function containerRefusal(
  account: AccountState,
  node: Node,
  launch: Launch,
): LaunchFailure | undefined {
  if (launch.container === undefined) return undefined;
  if (configurationOf(node.pool.spec) === undefined)
    return containerFailure("ContainerInvalidSettings", "The pool has no containerConfiguration.");
  if (account.ports.executor.containers === undefined)
    return containerFailure(
      "ContainerMiscError",
      "No container engine answers on this machine: install docker or podman, or name one when you start the emulator.",
    );
  return undefined;
}

/** Brings the pool's images to a node that boots; without an engine each task tells why it cannot run. */
export async function prefetchImages(account: AccountState, node: Node): Promise<FailureInfo | undefined> {
  const configuration = configurationOf(node.pool.spec);
  const images = configuration?.containerImageNames ?? [];
  if (images.length === 0) return undefined;
  return account.ports.executor.containers?.prefetch(
    images,
    loginsOf(configuration?.containerRegistries ?? []),
  );
}
