// The two shell texts that start a task: the supervisor, a small loop that outlives the emulator, and one script per
// launch that it sources. Invariant: a launch starts only if the supervisor created its `.run` file first (O_EXCL), so
// of a supervisor and a recovering emulator exactly one wins. No user text reaches the shell but in single quotes.
import type { Launch } from "./executor.ts";

/** Identifies every process of a launch, whatever group or session it moved to. */
export const launchVariable = "BATCHAI_LAUNCH";

/** How a process finds out its own id and start time, and how it gets a process group of its own. */
export interface ShellDialect {
  /** `bash` gives each job its own process group with `set -m`, without the cost of another exec. */
  readonly shell: string;
  readonly jobControl: boolean;
  /** Path of setsid(1), used where the shell cannot make process groups. */
  readonly setsid: string | undefined;
  readonly procfs: boolean;
}

// Fields 1 and 22 of /proc/self/stat; `read` is built in, so the reader is the shell itself and nothing is forked.
const readSelf = (pid: string, start: string) =>
  `read -r ${pid} ${"_ ".repeat(20)}${start} _ </proc/self/stat`;
const askPs = (pid: string, start: string) =>
  `${pid}=$(exec /bin/sh -c 'echo $PPID')\n${start}=$(/bin/ps -o lstart= -p "$${pid}")`;

/** Reads launch ids from standard input, runs each, appends `exit CODE` to `<id>.run` and answers `exit CODE`. */
export function supervisorScript(dialect: ShellDialect): string {
  return [
    "set -C",
    ...(dialect.jobControl ? ["set -m"] : []),
    (dialect.procfs ? readSelf : askPs)("self", "since"),
    "while IFS= read -r id; do",
    '  if echo "supervisor $self $since" >"$id.run"; then',
    ...(dialect.jobControl ? runAsJob : ['    ( . "./$id.launch" )', "    code=$?"]),
    '    echo "exit $code" >>"$id.run"',
    '    echo "exit $code"',
    "  else",
    '    echo "refused"',
    "  fi",
    "done",
  ].join("\n");
}

// Waited for in the background: a shell would end itself when its foreground job dies of SIGINT. With job control a
// background job keeps the default signals, and `wait` also returns when the job was only stopped (SIGSTOP and its kin).
const runAsJob = [
  '    ( . "./$id.launch" ) &',
  "    job=$!",
  "    wait $job",
  "    code=$?",
  "    case $code in 14[5-9]|150)",
  "      while :; do",
  '        if [ -n "$(jobs -s)" ]; then /bin/sleep 0.5',
  '        else wait $job; code=$?; [ -n "$(jobs -s)" ] || break; fi',
  "      done;;",
  "    esac",
];

export interface LaunchCommand {
  /** Absolute path of the program. */
  readonly program: string;
  readonly words: readonly string[];
  /** Value of BATCHAI_LAUNCH. */
  readonly cookie: string;
  /** First line of the script, for the emulator that recovers it; must be one line. */
  readonly header: string;
}

/** The script that turns a fresh subshell of the supervisor into the task's process. */
export function launchScript(launch: Launch, command: LaunchCommand, dialect: ShellDialect): string {
  const stdout = quote(`${launch.taskDirectory}/stdout.txt`);
  const stderr = quote(`${launch.taskDirectory}/stderr.txt`);
  const { exported, passed } = splitEnvironment({ ...launch.environment, [launchVariable]: command.cookie });
  const words = [
    ...(dialect.jobControl || !dialect.setsid ? [] : [quote(dialect.setsid)]),
    ...(passed.length > 0 ? ["/usr/bin/env", ...passed.map(quote)] : []),
    quote(command.program),
    ...command.words.slice(1).map(quote),
  ];
  return [
    `#${command.header}`,
    (dialect.procfs ? readSelf : askPs)("self", "since"),
    `echo "task $self $since" >>${quote(`${launch.id}.run`)}`,
    // The emulator may be gone: the answer must not kill what is about to start.
    `trap '' PIPE; echo started; trap - PIPE`,
    ...(launch.keepOutput ? [] : [`: >|${stdout}`, `: >|${stderr}`]),
    `exec </dev/null >>${stdout} 2>>${stderr}`,
    `cd ${quote(launch.workingDirectory)} || exit 126`,
    "unset SHLVL OLDPWD",
    `export ${exported.join(" ")}`,
    `exec ${words.join(" ")}`,
    "",
  ].join("\n");
}

/** Names that a shell treats specially or cannot hold; they are given by env(1) instead. */
const shellOwned =
  /^(_|PWD|OLDPWD|SHLVL|IFS|OPTIND|OPTARG|PPID|LINENO|UID|EUID|GROUPS|FUNCNAME|DIRSTACK|RANDOM|SRANDOM|SECONDS|HISTCMD|ENV|BASH.*|SHELLOPTS|EPOCH.*|PS[0-4]|POSIXLY_CORRECT|LC_.*|LANG|HOSTNAME|TMOUT|MAIL.*)$/;

function splitEnvironment(environment: Readonly<Record<string, string>>) {
  const exported: string[] = [];
  const passed: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !shellOwned.test(name))
      exported.push(`${name}=${quote(value)}`);
    else passed.push(`${name}=${value}`);
  }
  return { exported, passed };
}

/** One word of a POSIX shell, whatever it contains. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
