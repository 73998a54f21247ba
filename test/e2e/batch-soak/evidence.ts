// What the tasks of the soak themselves leave behind, so that nothing has to be believed of the emulator: a line when a run
// begins, a line when it ends, and a complaint when another run of the same task lives. The lock on a task's file is the
// kernel's, held by the run and by every child of it, and gone exactly when the last of them is.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Evidence {
  /** The command line of a task that runs for some seconds, or until there is a file, and exits with a code. */
  command(secondsOrFile: number | string, exitCode: number): string;
  /** How many runs of each task began and ended. */
  read(): { begun: Map<string, number>; ended: Map<string, number>; overlaps: string[] };
}

export function evidenceIn(folder: string): Evidence {
  mkdirSync(join(folder, "locks"), { recursive: true });
  const script = join(folder, "run.sh");
  writeFileSync(
    script,
    `exec 9>"${folder}/locks/$AZ_BATCH_TASK_ID"
flock -n 9 || echo "$AZ_BATCH_TASK_ID" >> "${folder}/overlaps"
echo "$AZ_BATCH_TASK_ID" >> "${folder}/begun"
case $1 in
  0) ;;
  /*) until [ -e "$1" ]; do sleep 0.1; done ;;
  *) sleep "$1" ;;
esac
echo "$AZ_BATCH_TASK_ID" >> "${folder}/ended"
exit "$2"
`,
  );
  chmodSync(script, 0o755);
  const lines = (name: string) => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  };
  const tally = (names: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  };
  return {
    command: (secondsOrFile, exitCode) => `/bin/sh ${script} ${secondsOrFile} ${exitCode}`,
    read: () => ({ begun: tally(lines("begun")), ended: tally(lines("ended")), overlaps: lines("overlaps") }),
  };
}
