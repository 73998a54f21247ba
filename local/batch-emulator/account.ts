// One account of the emulator, opened on its folder: its journal, its state, its service and its own way in. Invariant: no request
// is answered before what the journal knows is back.
import { join } from "node:path";
import { ownedClock } from "../clock.ts";
import { seededRandom } from "../random.ts";
import type { Executor } from "./agent/executor.ts";
import { createLogUploader } from "./agent/service-logs.ts";
import type { EmulatorOptions } from "./options.ts";
import { localParameters } from "./parameters.ts";
import { adminRoutes } from "./protocol/admin-routes.ts";
import { createGateway } from "./protocol/gateway.ts";
import type { Gateway } from "./protocol/gateway.ts";
import { withNodeMetadata } from "./protocol/node-metadata.ts";
import { createThrottle } from "./protocol/throttle.ts";
import { armRoutes, dataRoutes } from "./routes.ts";
import type { EvictionTrace } from "./schema/eviction-trace.ts";
import type { AccountDirectory } from "./service/account/account-directory.ts";
import type { AccountSettings } from "./service/account/account-settings.ts";
import { AccountState } from "./service/account/account-state.ts";
import type { Ports } from "./service/account/account-state.ts";
import { createFormulaAutoscale } from "./service/autoscale/formula-autoscale.ts";
import { compose } from "./service/emulator.ts";
import { noDisk, realDisk } from "./service/ports/node-disk.ts";
import { noNodeSupport } from "./service/ports/node-support.ts";
import { openLibsqlJournal } from "./store/libsql-journal.ts";
import { memoryJournal } from "./store/memory-journal.ts";
import { secretsApart } from "./store/secrets-apart.ts";

export interface AccountPlace {
  readonly settings: AccountSettings;
  /** Has the account's journal and its nodes. */
  readonly folder: string;
  /** Nothing outlives the process. */
  readonly inMemory: boolean;
  /** Its own view of the machine. */
  readonly executor: Executor;
  readonly accounts: AccountDirectory;
  readonly otherAddresses: () => Iterable<string>;
  packages(): EmulatorOptions["packages"];
}

export interface OpenAccount {
  readonly state: AccountState;
  /** Waits for `recover`. */
  readonly handle: Gateway;
  /** Brings back what the journal knows; its base URL must be known. */
  recover(evictions?: EvictionTrace): Promise<void>;
  /** Nothing is begun any more; resolves when what was acknowledged is kept. */
  stop(): Promise<void>;
  /** After `stop`, once no launch of it lives. */
  close(): void;
}

export function openAccount(o: EmulatorOptions, place: AccountPlace): OpenAccount {
  const clock = ownedClock(o.clock);
  const { folder, inMemory } = place;
  const journal = inMemory
    ? memoryJournal()
    : secretsApart(openLibsqlJournal(join(folder, "batch.db")), join(folder, "write-only"));
  const parameters = { ...localParameters, ...o.parameters };
  const ports = portsOf(o, place, { clock, journal });
  const state = new AccountState(ports, place.settings, parameters, join(folder, "nodes"));
  const service = compose(state, o.evictionSeed === undefined ? o.random : seededRandom(o.evictionSeed));
  const throttle = createThrottle(clock, parameters.requestsPerSecond);
  const api = createGateway({
    account: state,
    accounts: place.accounts,
    dataRoutes: [...dataRoutes, ...adminRoutes(service.evictions, throttle)],
    armRoutes,
    verifyBearer: (token, plane) => o.verifyBearer(token, plane),
    throttle: (request) => throttle.check(request),
  });
  const { around = (gateway: Gateway) => gateway } = o;
  const handle = withNodeMetadata(state, service.evictions, around(api));
  let recovered: () => void = () => undefined;
  const ready = new Promise<void>((done) => (recovered = done));
  return {
    state,
    handle: (request) => ready.then(() => handle(request)),
    async recover(evictions = []) {
      await service.recover();
      service.evictions.replay(evictions);
      recovered();
    },
    async stop() {
      state.flush();
      state.closed = true;
      await state.forgotten();
      clock.close();
    },
    close: () => journal.close(),
  };
}

function portsOf(o: EmulatorOptions, place: AccountPlace, own: Pick<Ports, "clock" | "journal">): Ports {
  const sampleMs = o.parameters?.autoscaleSampleMs ?? localParameters.autoscaleSampleMs;
  return {
    ...own,
    random: o.random,
    logger: o.logger,
    executor: place.executor,
    mounts: o.mounts,
    support: o.support ?? noNodeSupport(),
    disk: o.simulated === true ? noDisk() : realDisk(),
    issueToken: o.issueToken,
    uploadLogs: createLogUploader(o.storage),
    otherAddresses: place.otherAddresses,
    // Storage can be linked to an account later.
    get packages() {
      return place.packages();
    },
    autoscale: createFormulaAutoscale(o.random, sampleMs),
  };
}
