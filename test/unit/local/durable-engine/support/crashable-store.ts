// A store that can be made to fail for ever, as if the process had died at that point: either when told to, or in the
// middle of its nth transaction (which is then rolled back).
import type { DurableStore } from "../../../../../local/durable-engine/index.ts";

export interface CrashableStore extends DurableStore {
  crash(): void;
  /** Transactions begun so far. */
  readonly transactions: number;
}

/** `atTransaction` counts from 1; `phase` says whether the transaction's rows get written before the crash. */
export function crashableStore(
  store: DurableStore,
  failpoint?: { atTransaction: number; phase: "before" | "after" },
): CrashableStore {
  let crashed = false;
  let transactions = 0;
  const check = () => {
    if (crashed) throw new Error("crashed");
  };
  const guarded = Object.fromEntries(
    Object.entries(store).map(([name, method]: [string, (...parameters: unknown[]) => unknown]) => [
      name,
      (...parameters: unknown[]) => {
        check();
        return method(...parameters);
      },
    ]),
  ) as unknown as DurableStore;
  return {
    ...guarded,
    transaction: (work) => {
      check();
      transactions += 1;
      const dies = failpoint?.atTransaction === transactions;
      const result = store.transaction(() => {
        const done = work();
        if (dies && failpoint.phase === "before") {
          crashed = true;
          throw new Error("crashed before the commit");
        }
        return done;
      });
      if (dies) {
        crashed = true;
        throw new Error("crashed after the commit");
      }
      return result;
    },
    close: () => {
      crashed = true;
    },
    crash: () => {
      crashed = true;
    },
    get transactions() {
      return transactions;
    },
  };
}
