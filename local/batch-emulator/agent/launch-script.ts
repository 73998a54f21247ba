// The two shell texts that start a task where the task supervisor does not run: a supervisor, a small loop that outlives
// the emulator, and one script per launch that it sources. Invariant: a launch starts only if the supervisor created its
// `.run` file first (O_EXCL), so of a supervisor and a recovering emulator exactly one wins. No user text reaches the
// shell but in single quotes.
import type { Launch } from "./executor.ts";

/** Identifies every process of a launch, whatever group or session it moved to. */
export const launchVariable = "BATCHAI_LAUNCH";

/** How a shell finds out a process's id and start time, and how a task gets a process group of its own: from a shell with
 *  job control, else from setsid(1). */
export interface ShellDialect {
  readonly shell: string;
  /** `bash` gives each job its own process group with `set -m`, without the cost of another exec. */
  readonly jobControl: boolean;
  /** Path of setsid(1), used where the shell cannot make process groups. */
  readonly setsid: string | undefined;
  readonly procfs: boolean;
  /** What starts the shell such that orphans become its children; undefined: they do not. Needs `procfs`. */
  readonly subreaper: readonly string[] | undefined;
}

/** Reads launch ids from standard input, runs each, writes who supervises, which process it is and `exit CODE` to
 *  `<id>.run`, and answers `exit CODE`. */
export function supervisorScript(dialect: ShellDialect): string {
  return [
    "unset SHLVL OLDPWD",
    "set -C",
    ...(dialect.jobControl ? ["set -m"] : []),
    // The emulator may be gone when it is told how a task went, and that must not end this shell; nor must a task that
    // dies of SIGINT. What it starts has the default signals again.
    "trap : PIPE INT",
    ...identify(dialect, "$$"),
    "self=$$ since=$start",
    ...nextLaunch(dialect),
    "  code=",
    // One descriptor for the whole record: made exclusively, written to as things happen.
    "  {",
    '    echo "supervisor $self $since"',
    ...(dialect.jobControl ? runAsJob(dialect) : runAsSubshell),
    '    echo "exit $code"',
    '  } >"$id.run"',
    '  echo "exit $code"',
    "done",
    ...(dialect.subreaper === undefined ? [] : stayWhileNeeded),
  ].join("\n");
}

/** A shell with job control reaps whatever ends below it, at once. Others do it only while they wait for a child: an orphan that
 *  ends while there is nothing to do interrupts the reading, and a child that ends at once has the shell wait for all before it. */
const nextLaunch = (dialect: ShellDialect): string[] =>
  dialect.jobControl || dialect.subreaper === undefined
    ? ["while IFS= read -r id; do"]
    : [
        "trap reap=1 CHLD",
        "while :; do",
        "  reap=",
        "  IFS= read -r id || {",
        '    [ -n "$reap" ] || break',
        "    ( : )",
        "    continue",
        "  }",
      ];

/** Where the emulator is gone, the next one finds by this shell what a task left below it. */
const stayWhileNeeded = [
  'while below= && { read -r below <"/proc/$$/task/$$/children"; [ -n "$below" ]; } 2>/dev/null; do',
  "  /bin/sleep 1",
  "done",
];

/** Sets `start` to the start time of a process, or to 0 when it is gone. Built in, nothing is forked, on Linux. */
function identify(dialect: ShellDialect, pid: string): string[] {
  if (!dialect.procfs) return [`start=$(/bin/ps -o lstart= -p ${pid})`, "start=${start:-0}"];
  // proc(5): field 22; the name in field 2 may hold anything, so fields are counted from its closing parenthesis.
  return ["line=", `read -r line </proc/${pid}/stat`, 'set -- ${line##*") "}', "start=${20:-0}"];
}

// Waited for in the background: a shell would end itself when its foreground job dies of SIGINT. With job control a
// background job keeps the default signals, and `wait` also returns when the job was only stopped (SIGSTOP and its kin).
const runAsJob = (dialect: ShellDialect) => [
  "    job=",
  '    . "./$id.launch"',
  '    if [ -n "$job" ]; then',
  ...identify(dialect, "$job"),
  '    echo "task $job $start"',
  "    wait $job",
  "    code=$?",
  "    case $code in 14[5-9]|150)",
  "      while :; do",
  '        if [ -n "$(jobs -s)" ]; then /bin/sleep 0.5',
  '        else wait $job; code=$?; [ -n "$(jobs -s)" ] || break; fi',
  "      done;;",
  "    esac",
  "    else code=126; fi",
];

const runAsSubshell = ['    ( . "./$id.launch" )', "    code=$?"];

export interface LaunchCommand {
  /** Absolute path of the program. */
  readonly program: string;
  /** As written; the first is what the program sees as its own name. */
  readonly words: readonly string[];
  /** Value of BATCHAI_LAUNCH. */
  readonly cookie: string;
  /** First line of the script, for the emulator that recovers it; must be one line. */
  readonly header: string;
  /** There is no output yet, or it is to be kept. */
  readonly isFresh: boolean;
}

/** The script that starts the task's process, as a job of the supervisor itself or by turning a subshell into it.
 *  `stateDirectory`: where the supervisor is at home. */
export function launchScript(
  launch: Launch,
  command: LaunchCommand,
  dialect: ShellDialect,
  stateDirectory: string,
): string {
  const stdout = quote(`${launch.taskDirectory}/stdout.txt`);
  const stderr = quote(`${launch.taskDirectory}/stderr.txt`);
  const streams = `</dev/null >>${stdout} 2>>${stderr}`; // What was standard output until then is the record.
  const workingDirectory = quote(launch.workingDirectory);
  const environment = { ...launch.environment, [launchVariable]: command.cookie };
  const { exported, passed } = splitEnvironment(environment);
  const assignments = exported.join(" ");
  const words = (program: string) =>
    [
      ...(passed.length > 0 ? ["/usr/bin/env", ...passed.map(quote)] : []),
      quote(program),
      ...command.words.slice(1).map(quote),
    ].join(" ");
  const head = [`#${command.header}`, ...(command.isFresh ? [] : [`: >|${stdout}`, `: >|${stderr}`])];
  const lines = () => {
    if (dialect.jobControl)
      return [
        `cd ${workingDirectory} && {`,
        // Its own name is the one that was written, as with execvp(3); bash can say so where nothing runs between.
        passed.length > 0
          ? `${assignments} ${words(asWritten(command))} ${streams} &`
          : `( ${assignments} exec -a ${quote(command.words[0] ?? "")} ${words(command.program)} ) ${streams} &`,
        "job=$!",
        `cd ${quote(stateDirectory)}`,
        "}",
      ];
    return [
      "self=$(exec /bin/sh -c 'echo $PPID')",
      ...identify(dialect, "$self"),
      'echo "task $self $start"',
      `exec ${streams}`,
      `cd ${workingDirectory} || exit 126`,
      `export ${assignments}`,
      `exec ${dialect.setsid ? quote(dialect.setsid) : ""} ${words(asWritten(command))}`,
    ];
  };
  return [...head, ...lines(), ""].join("\n");
}

/** For a program that looks others up by itself, in the task's PATH, and would take some words for its own. */
const asWritten = ({ program, words: [name = ""] }: LaunchCommand): string =>
  name.startsWith("-") || name.includes("=") ? program : name;

/** Names that a shell treats specially or cannot hold are given by env(1) instead, which costs a program more. */
const special =
  /^(_|PWD|OLDPWD|SHLVL|IFS|OPTIND|OPTARG|PPID|LINENO|UID|EUID|GROUPS|FUNCNAME|DIRSTACK|RANDOM|SRANDOM|SECONDS|HISTCMD|ENV|BASH.*|SHELLOPTS|EPOCH.*|PS[0-4]|POSIXLY_CORRECT|LC_.*|LANG|HOSTNAME|TMOUT|MAIL.*)$/;

const isExportable = (name: string) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !special.test(name);

function splitEnvironment(environment: Readonly<Record<string, string>>) {
  const exported: string[] = [];
  const passed: string[] = [];
  for (const name of Object.keys(environment)) {
    const value = environment[name] ?? "";
    if (isExportable(name)) exported.push(`${name}=${quote(value)}`);
    else passed.push(`${name}=${value}`);
  }
  return { exported, passed };
}

/** One word of a POSIX shell, whatever it contains. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
