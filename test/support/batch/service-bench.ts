// The emulator's service without sockets, processes and folders: its entities, a clock driven by hand, and launches that
// a script decides. What the executor runs outlives the service, as real processes do, so that a restart finds them.
import type { NodeDisk } from "../../../local/batch-emulator/service/ports/node-disk.ts";
import { localParameters } from "../../../local/batch-emulator/parameters.ts";
import type { EmulatorParameters } from "../../../local/batch-emulator/parameters.ts";
import type { Executor } from "../../../local/batch-emulator/agent/executor.ts";
import { compose } from "../../../local/batch-emulator/service/emulator.ts";
import type { Service } from "../../../local/batch-emulator/service/emulator.ts";
import { createFormulaAutoscale } from "../../../local/batch-emulator/service/autoscale/formula-autoscale.ts";
import { noDisk } from "../../../local/batch-emulator/service/ports/node-disk.ts";
import { noNodeSupport } from "../../../local/batch-emulator/service/ports/node-support.ts";
import type { NodeSupport } from "../../../local/batch-emulator/service/ports/node-support.ts";
import { AccountState } from "../../../local/batch-emulator/service/account/account-state.ts";
import type { Journal } from "../../../local/batch-emulator/store/journal.ts";
import { memoryJournal } from "../../../local/batch-emulator/store/memory-journal.ts";
import { manualClock } from "../../../local/clock.ts";
import type { ManualClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import type { LogFields } from "../../../local/logger.ts";
import { seededRandom } from "../../../local/random.ts";
import { scriptedExecutor } from "../scripted-executor.ts";
import type { ScriptedExecutor } from "../scripted-executor.ts";

export interface ServiceBench<E extends Executor = ScriptedExecutor> {
  readonly clock: ManualClock;
  readonly executor: E;
  readonly account: AccountState;
  readonly service: Service;
  /** What was logged as an error: must stay empty. */
  readonly errors: string[];
}

export interface BenchOptions<E extends Executor> {
  readonly journal?: Journal;
  readonly clock?: ManualClock;
  readonly executor?: E;
  readonly disk?: NodeDisk;
  readonly support?: NodeSupport;
  readonly seed?: number;
  readonly parameters?: Partial<EmulatorParameters>;
}

export function serviceBench(options?: BenchOptions<ScriptedExecutor>): ServiceBench;
export function serviceBench<E extends Executor>(
  options: BenchOptions<E> & { readonly executor: E },
): ServiceBench<E>;
export function serviceBench(options: BenchOptions<Executor> = {}): ServiceBench<Executor> {
  const clock = options.clock ?? manualClock();
  const executor = options.executor ?? scriptedExecutor(clock);
  const errors: string[] = [];
  const error = (event: string, fields?: LogFields) => void errors.push(`${event} ${JSON.stringify(fields)}`);
  const nothing = () => Promise.resolve();
  const random = seededRandom(options.seed ?? 1);
  const account = new AccountState(
    {
      clock,
      random,
      logger: { ...silentLogger, error },
      executor,
      mounts: {
        attach: () => Promise.resolve({ ok: true }),
        flush: nothing,
        detach: nothing,
        close: nothing,
      },
      support: options.support ?? noNodeSupport(),
      disk: options.disk ?? noDisk(),
      journal: options.journal ?? memoryJournal(),
      autoscale: createFormulaAutoscale(random, 30_000),
    },
    {
      name: "a",
      keys: { primary: "", secondary: "" },
      subscriptionId: "s",
      resourceGroup: "g",
      location: "l",
      tags: {},
    },
    { ...localParameters, overtakesBeforeReservation: 3, ...options.parameters },
    "/nowhere",
  );
  return { clock, executor, account, service: compose(account), errors };
}

/** Lets everything happen that needs no more time than a moment. */
export async function settle(of: ServiceBench<Executor>): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await of.clock.advance(1);
}

export const machine = {
  vmSize: "standard_d2s_v3",
  virtualMachineConfiguration: { imageReference: {}, nodeAgentSKUId: "x" },
};
