// A life of workspaces, clusters and jobs whose stores are copied all along: the tables after every write, the histories
// after every step, and Batch with them. Batch as it was at some moment, with tables and histories of any two moments before
// that, is what a power cut, a restore or a failover may leave.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { manualClock } from "../../../local/clock.ts";
import type { ManualClock } from "../../../local/clock.ts";
import { sqliteStore } from "../../../local/durable-engine/index.ts";
import { seededRandom } from "../../../local/random.ts";
import type { DocumentStore } from "../../../services/documents.ts";
import type { SecretSources } from "../../../domain/shared/secrets.ts";
import { groupPath, startAppWorld } from "./app-world.ts";
import type { AppWorld } from "./app-world.ts";
import { fakeBatch } from "./fake-batch.ts";
import type { FakeBatch } from "./fake-batch.ts";
import { fakeFileServers } from "./fake-file-servers.ts";
import { memoryDocuments } from "./memory-documents.ts";
import type { MemoryDocuments } from "./memory-documents.ts";
import { clusterBody, fileServerBody, jobBody } from "./stories.ts";

/** What is left of one life. */
export interface Remains {
  /** Dumps, one after each write. */
  readonly tables: readonly string[];
  /** One after each step. */
  readonly moments: readonly Moment[];
  dispose(): void;
}

export interface Moment {
  readonly at: number;
  /** How many dumps there were. */
  readonly tables: number;
  /** A file. */
  readonly histories: string;
  readonly azure: FakeBatch;
  readonly staged: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, SecretSources>;
}

const minute = 60_000;

export async function liveOnce(seed: number): Promise<Remains> {
  const folder = mkdtempSync(join(tmpdir(), "restored-"));
  const file = join(folder, "live.db");
  const time = manualClock();
  const { documents, tables } = copied(memoryDocuments());
  const fileServers = fakeFileServers();
  fileServers.finish();
  const azure = batchOn(time);
  const world = await startAppWorld({
    documents,
    durable: sqliteStore(file),
    clock: time,
    azure,
    fileServers,
    seed,
    monitorMaxIntervalMs: 20_000,
  });
  const moments: Moment[] = [];
  for (const step of story(world, azure, seed)) {
    await step();
    const histories = join(folder, `at-${moments.length}.db`);
    copyDatabase(file, histories);
    moments.push({
      at: time.now(),
      tables: tables.length,
      histories,
      azure: batchOn(time, azure),
      staged: new Map(world.staged),
      secrets: new Map(world.secrets),
    });
  }
  await world.engine.stop(0);
  return { tables, moments, dispose: () => rmSync(folder, { recursive: true }) };
}

function copyDatabase(from: string, to: string): void {
  const database = new Database(from);
  database.exec(`VACUUM INTO '${to}'`);
  database.close();
}

/** The app on copies of its stores, with Batch as it was at the cut, and nobody who asks for anything any more. */
export async function wakeUp(cut: Moment, tables: string, histories: string, seed: number) {
  const time = manualClock(cut.at);
  const azure = batchOn(time, cut.azure);
  const documents = memoryDocuments(tables);
  const fileServers = fakeFileServers();
  fileServers.finish();
  const file = `${histories}.${seed}`;
  copyDatabase(histories, file);
  const { staged, secrets } = cut;
  const durable = sqliteStore(file);
  const world = await startAppWorld({
    documents,
    durable,
    clock: time,
    azure,
    fileServers,
    staged,
    secrets,
    seed,
    monitorMaxIntervalMs: minute,
  });
  return { ...world, documents, azure, time };
}

/** The timers of the app as the host fires them, and nodes that do what they are given. */
export async function repair(world: Awaited<ReturnType<typeof wakeUp>>): Promise<void> {
  for (let round = 0; round < 14; round += 1) {
    if (round % 12 === 0) {
      await world.reconcileResources();
      await world.reconcileJobs();
    }
    await world.reconcile();
    for (let look = 0; look < 3; look += 1) {
      await world.advance(10_000);
      workOn(world.azure);
    }
    await world.advance(5 * minute - 30_000);
    if (round % 12 === 11) await world.removeOrphans();
  }
}

function workOn(azure: FakeBatch): void {
  azure.settle();
  for (const { task } of azure.tasks())
    if (task.state === "running") azure.complete(task.id, { exitCode: 0 });
    else if (task.state !== "completed") azure.start(task.id);
}

function* story(world: AppWorld, azure: FakeBatch, seed: number): Generator<() => Promise<unknown>> {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random.next() * items.length)] as Item;
  const wait = () => world.advance(Math.floor(random.next() * 400));
  for (const name of ["w", "v"]) yield* workspace(world, `${groupPath}/${name}`);
  const jobs = ["w", "v"].flatMap((name) =>
    ["e", "f"].flatMap((experiment) =>
      ["1", "2", "3"].map((job) => ({
        path: `${groupPath}/${name}/experiments/${experiment}/jobs/j${job}`,
        cluster: `${groupPath}/${name}/clusters/c`,
      })),
    ),
  );
  for (const { path, cluster } of jobs)
    yield () => world.api("PUT", path, { body: jobBody({ cluster: { id: cluster } }) });
  for (let round = 0; round < 12; round += 1) {
    yield wait;
    yield async () => workOn(azure);
    const { path } = pick(jobs);
    if (random.next() < 0.5) yield () => world.api("POST", `${path}/terminate`);
    if (random.next() < 0.5) yield () => world.api("DELETE", pick(jobs).path);
  }
  yield () => world.api("DELETE", `${groupPath}/w/experiments/e`);
  yield wait;
  yield () => world.api("DELETE", `${groupPath}/w/clusters/c`);
  yield () => world.api("DELETE", `${groupPath}/w/fileServers/nfs`);
  yield wait;
  yield () => world.api("DELETE", `${groupPath}/v`);
  yield wait;
  yield () => world.advance(2 * minute);
}

function* workspace(world: AppWorld, path: string): Generator<() => Promise<unknown>> {
  yield () => world.api("PUT", path, { body: { location: "eastus" } });
  for (const experiment of ["e", "f"]) yield () => world.api("PUT", `${path}/experiments/${experiment}`);
  yield () => world.api("PUT", `${path}/clusters/c`, { body: clusterBody({ targetNodeCount: 2 }) });
  yield () => world.api("PUT", `${path}/fileServers/nfs`, { body: fileServerBody() });
  yield () => world.advance(20);
}

/** Batch under another clock, with a copy of what another held. */
function batchOn(time: ManualClock, before?: FakeBatch): FakeBatch {
  const azure = fakeBatch({ now: () => time.now(), sleep: async () => undefined });
  for (const [id, pool] of before?.poolsById ?? []) azure.poolsById.set(id, structuredClone(pool));
  for (const [id, job] of before?.jobsById ?? []) azure.jobsById.set(id, structuredClone(job));
  return azure;
}

function copied(store: MemoryDocuments): { documents: MemoryDocuments; tables: string[] } {
  const tables: string[] = [store.dump()];
  const after = async <Result>(work: Promise<Result>): Promise<Result> => {
    const result = await work;
    tables.push(store.dump());
    return result;
  };
  const writes: Pick<DocumentStore, "commit" | "remove"> = {
    commit: (partition, asked) => after(store.commit(partition, asked)),
    remove: (key, etag) => after(store.remove(key, etag)),
  };
  return { documents: { ...store, ...writes }, tables };
}
