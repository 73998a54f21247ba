// The docker or podman command line, whichever answers. Everything that is asked of it goes through `call`: no shell, a
// few at a time, each with a deadline. Secrets reach it by standard input or by files, never as an argument.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { splitCommandLine } from "./command-line.ts";

export interface CallResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ContainerEngine {
  /** The words that start it; the first is an absolute path. */
  readonly command: readonly string[];
  /** Further options of every `run`, before those of the task. */
  readonly runOptions: readonly string[];
  /** What of the emulator's own environment the command line needs: where its daemon is, its home, its proxies. */
  readonly environment: Readonly<Record<string, string>>;
  /** `uid:gid` that containers run as when their image's own user could not share files with the emulator. */
  readonly user: string | undefined;
  /** Resolves with what it answered, also when it failed; `-1` when it could not be started or took too long. */
  call(args: readonly string[], how?: CallOptions): Promise<CallResult>;
}

export interface CallOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly deadlineMs?: number;
}

export interface EngineChoice {
  /** Words of a shell, e.g. `podman` or `sudo podman`; absent: docker, else podman, if one answers. */
  readonly command?: string | undefined;
  /** Words of a shell, e.g. `--network host`. */
  readonly runOptions?: string | undefined;
  /** The emulator's environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The choice as the environment states it; the first names are those of the local cloud, the others the emulator's own. */
export function engineChoice(environment: EngineChoice["environment"]): EngineChoice {
  return {
    command: environment["BATCHAI_CONTAINER_CLI"] || environment["BATCH_CONTAINER_CLI"] || undefined,
    runOptions: environment["BATCHAI_CONTAINER_OPTIONS"] ?? environment["BATCH_CONTAINER_OPTIONS"],
    environment,
  };
}

/** At most this many calls at once: each is a process of some weight. */
const parallelCalls = 4;
const callDeadlineMs = 60_000;
const answerDeadlineMs = 5_000;

/** One sentence for whoever named the engine. */
export class ContainerEngineError extends Error {}

/** Undefined when none was named and none answers; throws ContainerEngineError when the named one does not work. */
export async function findContainerEngine(choice: EngineChoice): Promise<ContainerEngine | undefined> {
  const candidates = choice.command === undefined ? ["docker", "podman"] : [choice.command];
  for (const text of candidates) {
    const [name, ...rest] = splitCommandLine(text);
    const program = onPath(name ?? "", choice.environment["PATH"]);
    const found = program === undefined ? undefined : await tryEngine([program, ...rest], choice);
    if (found?.engine !== undefined) return found.engine;
    if (choice.command !== undefined)
      throw new ContainerEngineError(
        `The container command '${choice.command}' does not work: ${found?.reason ?? "no such program on the PATH"}.`,
      );
  }
  return undefined;
}

async function tryEngine(
  command: readonly string[],
  choice: EngineChoice,
): Promise<{ engine?: ContainerEngine; reason: string }> {
  const environment = engineEnvironment(choice.environment);
  const call = caller(command, environment);
  // `docker version` fails when its daemon does not answer.
  const version = await call(["version"], { deadlineMs: answerDeadlineMs });
  if (version.exitCode !== 0) return { reason: lastLine(version.stderr) };
  const isDocker = !/podman/i.test(version.stdout);
  const host = isDocker ? await dockerHost(call, environment) : {};
  const told = { ...environment, ...host };
  const engine: ContainerEngine = {
    command,
    runOptions: splitCommandLine(choice.runOptions ?? ""),
    environment: told,
    user: isDocker ? await ownUser(call) : undefined,
    call: caller(command, told),
  };
  return { engine, reason: "" };
}

/** The address of the current docker context, which is unknown under another configuration folder (see registry logins). */
async function dockerHost(call: ContainerEngine["call"], environment: Readonly<Record<string, string>>) {
  if (environment["DOCKER_HOST"] !== undefined) return {};
  const context = await call(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  const host = context.stdout.trim();
  return context.exitCode === 0 && host !== "" ? { DOCKER_HOST: host } : {};
}

/** A daemon of root would leave files that this user cannot remove; in a rootless one, root is this user. */
async function ownUser(call: ContainerEngine["call"]): Promise<string | undefined> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  if (uid === 0) return undefined;
  const info = await call(["info", "--format", "{{.SecurityOptions}}"]);
  return info.stdout.includes("rootless") ? undefined : `${uid}:${gid}`;
}

const engineVariables =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|XDG_.*|DBUS_.*|DOCKER_.*|CONTAINER[SD]?_.*|NERDCTL_TOML|CNI_PATH|NETCONFPATH|REGISTRY_AUTH_FILE|STORAGE_DRIVER|BUILDAH_.*|(HTTPS?|NO|ALL|https?|no|all)_(PROXY|proxy))$/;

/** A task cannot set these for the command line that starts it. */
export const isEngineVariable = (name: string) => engineVariables.test(name) || name.startsWith("LD_");

function engineEnvironment(all: EngineChoice["environment"]): Record<string, string> {
  const chosen: Record<string, string> = {};
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && engineVariables.test(name)) chosen[name] = value;
  return chosen;
}

function onPath(name: string, path: string | undefined): string | undefined {
  const places = isAbsolute(name)
    ? [name]
    : (path ?? "").split(delimiter).map((folder) => join(folder, name));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function caller(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): ContainerEngine["call"] {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (args, how = {}) => {
    // What may take long, a pull, must not keep others from removing containers.
    if ((how.deadlineMs ?? 0) > callDeadlineMs)
      return callOnce([...command, ...args], { ...environment, ...how.environment }, how);
    if (running >= parallelCalls) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await callOnce([...command, ...args], { ...environment, ...how.environment }, how);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

function callOnce(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  { input, deadlineMs = callDeadlineMs }: CallOptions,
): Promise<CallResult> {
  return new Promise((resolve) => {
    const [program = "", ...args] = words;
    const child = spawn(program, args, { env: environment, timeout: deadlineMs, killSignal: "SIGKILL" });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    child.on("error", (error) => resolve({ exitCode: -1, stdout, stderr: error.message }));
    child.on("close", (code) =>
      resolve({
        exitCode: code ?? -1,
        stdout,
        stderr: code === null ? `${stderr}\nit took too long` : stderr,
      }),
    );
  });
}

/** What a command line says last is why it failed, but for a hint at its help. */
export function lastLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !/--help/.test(line)) ?? "";
}
