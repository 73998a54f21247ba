// Everything that the parts of the emulator share: the entities, the clock, the ports to the outside, and the one way to
// make a change durable. Invariant: `commit()` resolves only when all that was saved before is in the journal, and every
// acknowledged write waits for it. No rule of the service belongs here.
import { EventEmitter } from "node:events";
import type { Clock } from "../../../clock.ts";
import type { Logger } from "../../../logger.ts";
import type { Random } from "../../../random.ts";
import type { LogUploader } from "../../agent/service-logs.ts";
import type { Executor } from "../../agent/executor.ts";
import type { EmulatorParameters } from "../../parameters.ts";
import type { Change, Journal } from "../../store/journal.ts";
import type { AutoscaleEngine } from "../ports/autoscale-engine.ts";
import type {
  Application,
  Certificate,
  Entity,
  Job,
  Node,
  Pool,
  Schedule,
  Task,
  TaskRun,
} from "../entities/model.ts";
import type { MountProvider } from "../ports/mount-provider.ts";
import type { NodeSupport } from "../ports/node-support.ts";
import type { NodeDisk } from "../ports/node-disk.ts";
import type { PackageStore } from "../ports/package-store.ts";
import { OrderedIndex } from "../entities/ordered-index.ts";
import type { AccountSettings } from "./account-settings.ts";
import { encodeSpec, encodeState } from "../entities/records.ts";

/** What one part of the service says to the others, without knowing them. Listeners are called at once, in the order in which they
 *  came. */
export interface AccountEvents {
  /** Something may fit on this pool's nodes now. */
  wake: [pool: Pool];
  taskCompleted: [task: Task];
  /** A task was deleted, in whatever state. */
  taskRemoved: [task: Task];
  /** A run has left this node: no process of it lives, its slots are free. */
  runLeft: [run: TaskRun, node: Node];
  /** A node came to rest, left, or failed. */
  nodeChanged: [node: Node];
  /** A job is new, and has no task yet. */
  jobStarted: [job: Job];
  /** A job completed or was deleted. */
  jobEnded: [job: Job];
  /** Autoscale was switched on or off, or its formula changed. */
  autoscaleChanged: [pool: Pool];
  /** A schedule completed or was deleted. */
  scheduleEnded: [schedule: Schedule];
  /** The settings or the quotas of the account changed. */
  settingsChanged: [];
}

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly executor: Executor;
  readonly mounts: MountProvider;
  readonly support: NodeSupport;
  readonly disk: NodeDisk;
  readonly journal: Journal;
  readonly autoscale: AutoscaleEngine | undefined;
  /** Addresses of nodes of other accounts; absent: there are none. */
  otherAddresses?(): Iterable<string>;
  /** Where application packages are kept; undefined: nowhere, they are refused. */
  readonly packages?: PackageStore | undefined;
  /** Signs tokens for the identities of pools; undefined: no identity is known. */
  readonly issueToken?: TokenIssuer | undefined;
  /** Sends the log of a node to storage; undefined in simulations. */
  readonly uploadLogs?: LogUploader;
}

export type TokenIssuer = (wanted: {
  readonly audience: string;
  readonly subject: string;
  readonly lifetimeSeconds: number;
}) => Promise<string>;

const saveLaterMs = 100;

export class AccountState {
  readonly ports: Ports;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly parameters: EmulatorParameters;
  readonly settings: AccountSettings;
  /** Absolute; each node has a folder in it. */
  readonly nodesDirectory: string;
  readonly pools = new OrderedIndex<Pool>();
  readonly jobs = new OrderedIndex<Job>();
  readonly schedules = new OrderedIndex<Schedule>();
  /** Jobs whose running tasks may give way to others; may also have some that no longer exist. */
  readonly preemptible = new Set<Job>();
  readonly applications = new OrderedIndex<Application>();
  readonly certificates = new OrderedIndex<Certificate>();
  /** Folders of packages that are being unpacked just now; each ends with the reason why that failed, if it did. */
  readonly installing = new Map<string, Promise<string | undefined>>();
  /** Base URL, known once the listener is open; no trailing slash. */
  url = "";
  /** The same over TLS, when there is such a listener. */
  secureUrl: string | undefined;
  readonly events = new EventEmitter<AccountEvents>();
  closed = false;
  /** Low-priority nodes that the "region" can supply just now. */
  lowPriorityCapacity: number;
  /** Whether automatic pools are served. */
  autoPools = false;
  #row: number;
  #stamp = 0;
  #dirty = new Map<Entity, boolean>();
  #later = new Set<Entity>();
  #isLaterDue = false;
  #removed: number[] = [];
  #committing: Promise<void> | undefined;
  readonly #background = new Set<Promise<void>>();
  readonly #forgetting = new Set<Promise<void>>();

  constructor(
    ports: Ports,
    settings: AccountSettings,
    parameters: EmulatorParameters,
    nodesDirectory: string,
  ) {
    this.nodesDirectory = nodesDirectory;
    this.ports = ports;
    this.clock = ports.clock;
    this.random = ports.random;
    this.logger = ports.logger;
    this.settings = settings;
    this.parameters = parameters;
    this.lowPriorityCapacity = parameters.lowPriorityCapacity;
    this.#row = ports.journal.highest();
  }

  nextRow(): number {
    return (this.#row += 1);
  }

  /** A unique number that grows, about microseconds since the epoch. */
  stamp(): number {
    this.#stamp = Math.max(this.#stamp + 1, Math.floor(this.clock.now() * 1000));
    return this.#stamp;
  }

  /** Marks an entity for the journal; `spec` when its specification changed too (or it is new). */
  save(entity: Entity, spec = false): void {
    this.#dirty.set(entity, spec || this.#dirty.get(entity) === true);
  }

  /** For mere bookkeeping that changes often: a kill of this process may take what is younger than `saveLaterMs` along. */
  saveLater(entity: Entity): void {
    this.#later.add(entity);
    if (this.#isLaterDue) return;
    this.#isLaterDue = true;
    this.clock.at(this.clock.now() + saveLaterMs, () => {
      this.#isLaterDue = false;
      this.#saveWhatWaits();
      this.background("account.saveLater", this.commit());
    });
  }

  #saveWhatWaits(): void {
    for (const entity of this.#later) this.save(entity);
    this.#later.clear();
  }

  remove(entity: Entity): void {
    this.#dirty.delete(entity);
    this.#later.delete(entity);
    this.#removed.push(entity.row);
  }

  /** Everything saved so far is in the journal when this resolves; many callers share one transaction. */
  commit(): Promise<void> {
    if (this.#dirty.size === 0 && this.#removed.length === 0) return this.#committing ?? Promise.resolve();
    this.#committing ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#committing = undefined;
        try {
          this.#write();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    return this.#committing;
  }

  /** The same, at once and with what was to be saved later. */
  flush(): void {
    this.#saveWhatWaits();
    this.#write();
  }

  #write(): void {
    if (this.#dirty.size === 0 && this.#removed.length === 0) return;
    this.ports.journal.apply(changesOf(this.#dirty), this.#removed);
    this.#dirty = new Map();
    this.#removed = [];
  }

  /** Does something once what this turn decides is in the journal: after a kill, no effect may lack its cause. */
  onceDecided(name: string, effect: () => Promise<void>): void {
    const decided = Promise.resolve().then(() => this.commit());
    this.background(
      name,
      decided.then(() => (this.closed ? undefined : effect())),
    );
  }

  /** Launches whose ends were settled: once that is in the journal, nothing is kept of them. */
  async forgetLaunches(ids: Iterable<string>): Promise<void> {
    const forgetting = this.commit().then(async () => {
      await Promise.all([...ids].map((id) => this.ports.executor.forget(id)));
    });
    const settled = forgetting.catch(noop).finally(() => this.#forgetting.delete(settled));
    this.#forgetting.add(settled);
    await forgetting;
  }

  /** Resolves when nothing is kept of any launch that was settled: an orderly end waits for it. */
  async forgotten(): Promise<void> {
    while (this.#forgetting.size > 0) await Promise.all(this.#forgetting);
  }

  /** Work that goes on by itself; a failure of it is a bug and is logged. */
  background(name: string, work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => {
        if (!this.closed)
          this.logger.error("emulator.backgroundFailed", {
            name,
            message: error instanceof Error ? (error.stack ?? error.message) : String(error),
          });
      })
      .finally(() => this.#background.delete(watched));
    this.#background.add(watched);
  }

  /** Resolves when no background work is in flight. */
  async idle(): Promise<void> {
    while (this.#background.size > 0) await Promise.all(this.#background);
  }
}

/** Encoded as they are asked for: a journal that keeps nothing asks for none. */
function* changesOf(dirty: ReadonlyMap<Entity, boolean>): Iterable<Change> {
  for (const [entity, spec] of dirty)
    yield {
      row: entity.row,
      kind: entity.kind,
      spec: spec ? encodeSpec(entity) : undefined,
      state: encodeState(entity),
    };
}

function noop(): void {
  // The failure is told to whoever waits for it.
}
