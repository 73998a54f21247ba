// The tasks of the crash test, the same in the process that is killed and in the one that takes over.
import { join } from "node:path";
import type { Launch } from "../../../local/batch-emulator/agent/executor.ts";

export function crashLaunch(folder: string, index: number, attempt = 1): Launch {
  const taskDirectory = join(folder, String(index));
  const seconds = ((index % 20) * 0.1).toFixed(1);
  return {
    id: `${index}-${attempt}`,
    nodeRoot: folder,
    taskDirectory,
    workingDirectory: join(taskDirectory, "wd"),
    commandLine: `/bin/sh -c 'echo run >>../runs; sleep ${seconds}; echo out; exit ${index % 200}'`,
    environment: { PATH: "/usr/bin:/bin" },
    resourceFiles: [],
    commonResourceFiles: [],
    outputFiles: [],
    keepOutput: false,
  };
}
