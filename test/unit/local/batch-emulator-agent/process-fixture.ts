// A process executor in a folder of its own, and launches with the fields a test does not care about filled in.
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { delay, systemClock } from "../../../../local/clock.ts";
import type {
  Executor,
  Launch,
  LaunchEnd,
  ProcessExecutor,
} from "../../../../local/batch-emulator/agent/executor.ts";
import { createProcessExecutor } from "../../../../local/batch-emulator/agent/process-executor.ts";
import type { Supervision } from "../../../../local/batch-emulator/agent/supervision.ts";
import { silentLogger } from "../../../../local/logger.ts";
import { systemRandom } from "../../../../local/random.ts";

export interface ProcessFixture {
  readonly folder: string;
  readonly executor: Executor;
  launch(id: string, commandLine: string, more?: Partial<Launch>): Launch;
  run(id: string, commandLine: string, more?: Partial<Launch>): Promise<LaunchEnd>;
  /** Of the task's directory. */
  text(id: string, file: string): string;
  reopen(leaveRunning: boolean): Promise<Executor>;
  dispose(): Promise<void>;
}

/** `wrap`: what runs over the process executor; gets its folder. */
export async function processFixture(
  supervision?: Supervision,
  wrap: (inner: ProcessExecutor, folder: string) => Executor = (inner) => inner,
): Promise<ProcessFixture> {
  const folder = await mkdtemp(join(tmpdir(), "batchai-agent-"));
  const open = () =>
    wrap(
      createProcessExecutor({
        stateDirectory: join(folder, "state"),
        clock: systemClock(),
        random: systemRandom(),
        logger: silentLogger,
        ...(supervision ? { supervision } : {}),
      }),
      folder,
    );
  let executor = open();
  const fixture: ProcessFixture = {
    folder,
    get executor() {
      return executor;
    },
    launch: (id, commandLine, more) => ({
      id,
      nodeRoot: folder,
      taskDirectory: join(folder, id),
      workingDirectory: join(folder, id, "wd"),
      commandLine,
      environment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      resourceFiles: [],
      commonResourceFiles: [],
      outputFiles: [],
      keepOutput: false,
      ...more,
    }),
    run: (id, commandLine, more) => executor.run(fixture.launch(id, commandLine, more), () => {}),
    text: (id, file) => readFileSync(join(folder, id, file), "utf8"),
    async reopen(leaveRunning) {
      await executor.close(leaveRunning);
      return (executor = open());
    },
    async dispose() {
      await executor.close(false);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return fixture;
}

/** Polls real processes; for nothing that a clock drives. */
export async function until(condition: () => boolean, deadlineMs = 20_000): Promise<void> {
  const clock = systemClock();
  const giveUpAt = clock.now() + deadlineMs;
  while (!condition()) {
    if (clock.now() > giveUpAt) throw new Error("the condition did not come true in time");
    await delay(clock, 5);
  }
}
