// One executor for several accounts. Launch ids are unique within an account only, so that those of added accounts get a prefix;
// the first account's stay as they are, which they were before there were others. Invariant: no account sees, ends or forgets
// another's launches.
import type { Clock } from "../../clock.ts";
import type { Executor, Launch, LaunchEnd } from "./executor.ts";

export interface AccountExecutors {
  /** `prefix` is "" for the first account. `hasAutoStorage` is asked with every launch. */
  of(prefix: string, hasAutoStorage: () => boolean): Executor;
  /** Ends what a killed emulator left of accounts that are no more; call when all others were recovered. */
  endUnclaimed(): Promise<void>;
}

/** Ids of added accounts begin so, those of the first with another letter. */
const added = "a.";
export const executorPrefix = (key: string) => `${added}${key}.`;

export function accountExecutors(shared: Executor, clock: Clock): AccountExecutors {
  let recovering: Promise<Map<string, Promise<LaunchEnd>>> | undefined;
  const recovered = () => (recovering ??= shared.recover().then((found) => new Map(found)));
  const belongs = (id: string, prefix: string) =>
    prefix === "" ? !id.startsWith(added) : id.startsWith(prefix);
  return {
    of: (prefix, hasAutoStorage) => ({
      ...(shared.containers === undefined
        ? {}
        : { containers: { ...shared.containers, infoOf: (id) => shared.containers?.infoOf(prefix + id) } }),
      run(launch, started) {
        if (!hasAutoStorage() && wantsAutoStorage(launch))
          return Promise.resolve(withoutAutoStorage(clock.now()));
        return shared.run(prefix === "" ? launch : { ...launch, id: prefix + launch.id }, started);
      },
      async recover() {
        const all = await recovered();
        const own = new Map<string, Promise<LaunchEnd>>();
        for (const [id, end] of all) if (belongs(id, prefix)) own.set(id.slice(prefix.length), end);
        for (const id of own.keys()) all.delete(prefix + id);
        return own;
      },
      kill: (id) => shared.kill(prefix + id),
      forget: (id) => shared.forget(prefix + id),
      // Ends with all accounts.
      close: () => Promise.resolve(),
    }),
    async endUnclaimed() {
      const all = await recovered();
      await Promise.all(
        [...all.keys()].map(async (id) => {
          await shared.kill(id);
          await shared.forget(id);
        }),
      );
      all.clear();
    },
  };
}

const wantsAutoStorage = ({ resourceFiles, commonResourceFiles }: Launch) =>
  [...resourceFiles, ...commonResourceFiles].some((file) => file.autoStorageContainerName !== undefined);

const withoutAutoStorage = (endedAt: number): LaunchEnd => ({
  kind: "failed",
  endedAt,
  failure: {
    category: "UserError",
    code: "ResourceContainerNotFound",
    message: "The Batch account has no auto-storage: link one (autoStorage.storageAccountId).",
    details: [],
  },
});
