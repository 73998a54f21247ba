// Turns a launch plan into the two files that the launcher (node/) reads: directives, one per line, every word quoted by
// `quote.ts`. The secrets are separate: they are sealed before they are staged.
import type { SecretValues } from "../shared/secrets.ts";
import type { LaunchPlan, PlannedContainer, PlannedMount, PlannedOutput } from "./plan.ts";
import { launcherPath, launcherWord, quoteWord, templateWord, valueTemplate, variablesOf } from "./quote.ts";

/** Names of the files next to each other on the node. */
export const launchFiles = { launcher: "launch.sh", plan: "launch-plan", secrets: "launch-secrets" } as const;

/** Command lines of the Batch task. The files are in the working directory (one node) or the task's shared directory. */
export function taskCommands(nodeCount: number): { readonly run: string; readonly coordination?: string } {
  if (nodeCount === 1) return { run: `/bin/sh ${launchFiles.launcher} run` };
  const shared = (verb: string) =>
    `/bin/sh -c 'exec /bin/sh "$AZ_BATCH_TASK_SHARED_DIR/${launchFiles.launcher}" ${verb}'`;
  return { run: shared("run"), coordination: shared("prepare") };
}

/** Where the launcher finds a plan that goes with the task itself. */
export const planVariable = "BATCHAI_LAUNCH_PLAN";
/** A request adds up to 100 tasks and takes 1 MB. */
const longestInTask = 6_000;

/**
 * A plan that needs no file: as the value of an environment variable of the task, in base64, because what services make of line
 * ends in such a value is nowhere written. Undefined where it is long, or goes to several nodes, whose coordination command
 * is not promised the task's variables.
 */
export function planInTask(text: string, nodeCount: number): string | undefined {
  const encoded = Buffer.from(text).toString("base64");
  return nodeCount === 1 && encoded.length <= longestInTask ? encoded : undefined;
}

const line = (directive: string, ...words: readonly string[]) => [directive, ...words].join(" ");
const quoted = (directive: string, ...words: readonly (string | number)[]) =>
  line(directive, ...words.map((word) => quoteWord(String(word))));

export function renderPlan(plan: LaunchPlan): string {
  const { job } = plan;
  const lines = [
    quoted(
      "plan_job",
      plan.version,
      job.guid,
      job.attempt,
      plan.nodeCount,
      job.workspace,
      job.experiment,
      job.name,
    ),
    ...plan.secrets.map(({ name }) => quoted("plan_secret_env", name)),
    ...plan.mounts.map(mountLine),
    ...(plan.container === undefined ? [] : [containerLine(plan.container)]),
    ...inOrder(definitions(plan)).map(({ text }) => text),
    ...(plan.preparation === undefined ? [] : [quoted("plan_preparation", plan.preparation)]),
    ...plan.endpoints.map(({ name, node, port, portOnSharedMachine }) =>
      quoted("plan_endpoint", name, node, port, portOnSharedMachine),
    ),
    ...(plan.receipt === undefined ? [] : [receiptLine(plan.receipt)]),
    ...(plan.reproduces === undefined ? [] : [line("plan_reproduces", launcherPath(plan.reproduces))]),
    ...plan.processes.flatMap(processLines),
    "plan_end",
  ];
  return `${lines.join("\n")}\n`;
}

/** `-` for no input directory at all, because none is named for all of them. */
function receiptLine({ inputs }: NonNullable<LaunchPlan["receipt"]>): string {
  return quoted("plan_receipt", ...(inputs === undefined ? [] : inputs.length === 0 ? ["-"] : inputs));
}

/** A line that defines a variable, and the variables that its value needs. */
interface Definition {
  readonly name: string;
  readonly uses: readonly string[];
  readonly text: string;
}

function definitions(plan: LaunchPlan): readonly Definition[] {
  const { stdouterr, checkpoints, sharedTemp } = plan;
  const define = (name: string, template: string, text: string) => ({
    name,
    uses: variablesOf(template),
    text,
  });
  return [
    ...plan.environment.map(({ name, value }) =>
      define(name, valueTemplate(value), environmentLine(name, value)),
    ),
    ...plan.inputs.map(({ id, path }) =>
      define(`AZ_BATCHAI_INPUT_${id}`, path, line("plan_input", quoteWord(id), launcherPath(path))),
    ),
    ...plan.outputs.map(({ id, path, storage }) => {
      const text = line("plan_output", quoteWord(id), launcherPath(path), quoteWord(storage));
      return define(`AZ_BATCHAI_OUTPUT_${id}`, path, text);
    }),
    define(
      "AZ_BATCHAI_STDOUTERR_DIR",
      stdouterr.path,
      line("plan_stdouterr", launcherPath(stdouterr.path), quoteWord(stdouterr.storage)),
    ),
    define(
      "AZ_BATCHAI_CHECKPOINT_DIR",
      checkpoints.path,
      line("plan_checkpoints", launcherPath(checkpoints.path), quoteWord(checkpoints.storage)),
    ),
    ...(sharedTemp === undefined
      ? []
      : [
          define(
            "AZ_BATCHAI_SHARED_JOB_TEMP",
            sharedTemp,
            line("plan_shared_temp", launcherPath(sharedTemp)),
          ),
        ]),
  ];
}

/** A value with variables of the service expands twice: for the job's paths, and for each process, which has some of its own. */
function environmentLine(name: string, value: string): string {
  const template = valueTemplate(value);
  return variablesOf(template).length === 0
    ? quoted("plan_env", name, value)
    : line("plan_env", quoteWord(name), launcherWord(template), quoteWord(templateWord(template)));
}

/** What a line needs comes before it; of lines that need each other the first comes first. */
function inOrder(lines: readonly Definition[]): readonly Definition[] {
  const left = [...lines];
  const ordered: Definition[] = [];
  while (left.length > 0) {
    const missing = new Set(left.map(({ name }) => name));
    const ready = left.findIndex(
      ({ name, uses }) => !uses.some((used) => used !== name && missing.has(used)),
    );
    ordered.push(...left.splice(Math.max(ready, 0), 1));
  }
  return ordered;
}

function mountLine(mount: PlannedMount): string {
  switch (mount.kind) {
    case "fileShare":
      return quoted(
        "plan_mount_share",
        mount.relativePath,
        mount.secret,
        mount.accountName,
        mount.source,
        mount.fileMode,
        mount.directoryMode,
        ...readOnlyWord(mount),
      );
    case "blob":
      return quoted(
        "plan_mount_blob",
        mount.relativePath,
        mount.secret ?? "",
        mount.accountName,
        mount.container,
        mount.options,
        ...blobExtras(mount),
      );
    case "fileServer":
      return quoted("plan_mount_nfs", mount.relativePath, mount.source, mount.options);
    case "unmanaged":
      return quoted("plan_mount_unmanaged", mount.relativePath, mount.command, ...readOnlyWord(mount));
  }
}

function blobExtras({ cache, identity }: Extract<PlannedMount, { kind: "blob" }>): readonly string[] {
  if (identity !== undefined) return [cache?.option ?? "", cache?.path ?? "", identity];
  return cache === undefined ? [] : [cache.option, cache.path];
}

const readOnlyWord = ({ readOnly }: { readonly readOnly?: true }) => (readOnly === true ? ["ro"] : []);

function containerLine({ image, reference, registry, login, shmSize }: PlannedContainer): string {
  return quoted("plan_container", image, reference, registry, login?.username ?? "", shmSize ?? "");
}

/** The interpreter's candidates are one word that the process's own shell splits, after the job's environment is set. */
function processLines(process: PlannedOutput): readonly string[] {
  const interpreter = (process.interpreter ?? []).map(templateWord).join(" ");
  const { node, role, index, ends, stdout, stderr, alias, command } = process;
  return [
    quoted("plan_process", node, role, index, ends, stdout, stderr, interpreter, command),
    ...(alias === undefined ? [] : [quoted("plan_process_alias", alias.stdout, alias.stderr)]),
    ...Object.entries(process.environment).map(([name, value]) =>
      line("plan_process_env", quoteWord(name), launcherWord(value)),
    ),
  ];
}

/** Whether a run of the plan has values that must be sealed for its nodes. */
export function needsSecrets({ secrets, mounts, container }: LaunchPlan): boolean {
  return secrets.length > 0 || keysOf(mounts).length > 0 || container?.login !== undefined;
}

const keysOf = (mounts: readonly PlannedMount[]) =>
  mounts.flatMap((mount) => ("secret" in mount && mount.secret !== undefined ? [mount.secret] : []));

/**
 * The secrets, to be sealed, or undefined when the plan needs none.
 * @param values by secret name, as split off when the job was created.
 * @throws Error when a value is missing.
 */
export function renderSecrets(plan: LaunchPlan, values: SecretValues): string | undefined {
  const valueOf = (secret: string): string => {
    const value = values.get(secret);
    if (value === undefined) throw new Error(`the secret '${secret}' of job ${plan.job.guid} has no value`);
    return value;
  };
  const login = plan.container?.login;
  const lines = [
    ...keysOf(plan.mounts).map((secret) => quoted("plan_key", secret, valueOf(secret))),
    ...plan.secrets.map(({ name, secret }) => quoted("plan_secret", name, valueOf(secret))),
    ...(login === undefined ? [] : [quoted("plan_registry_password", valueOf(login.secret))]),
  ];
  return lines.length === 0 ? undefined : `${[...lines, "plan_secrets_end"].join("\n")}\n`;
}
