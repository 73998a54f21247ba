// The whole process group of the local cloud is killed at random moments under load: every job, deletion and operation that
// was acknowledged is known afterwards: what is new after each kill, and all of it at the end. CLOUD_KILLS=500 for more than a look.
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { seededRandom } from "../../../local/random.ts";
import { cloudProcess } from "../../support/cloud-process.ts";
import type { CloudProcess } from "../../support/cloud-process.ts";
import { apiOf } from "../../support/raw-api.ts";
import type { Api } from "../../support/raw-api.ts";
import { createClusterFor, jobFor } from "../../support/storage/jobs-under-kills.ts";

const kills = Number(process.env.CLOUD_KILLS ?? 3);
const seed = Number(process.env.CLOUD_SEED ?? 1);
const mostRequests = 30;
const lanes = 3;

interface Acknowledged {
  readonly jobs: Set<string>;
  readonly deleted: Set<string>;
}

const nothing = (): Acknowledged => ({ jobs: new Set(), deleted: new Set() });

/** Submits jobs, and deletes some, until the cloud dies; `onAcknowledged` may kill it. */
async function work(api: Api, name: string, known: Acknowledged, onAcknowledged: () => void): Promise<void> {
  for (let number = 0; ; number += 1) {
    const path = `${api.workspace}/experiments/e/jobs/${name}-${number}`;
    const put = await api.send("PUT", path, jobFor(api)).catch(() => undefined);
    if (put === undefined) return;
    expect(put.status, JSON.stringify(put.body)).toBeLessThan(300);
    known.jobs.add(path);
    onAcknowledged();
    if (number % 4 !== 3) continue;
    const removed = await api.send("DELETE", path).catch(() => undefined);
    known.jobs.delete(path); // from the request on it may be gone
    if (removed === undefined) return;
    expect([202, 204]).toContain(removed.status);
    known.deleted.add(path);
    onAcknowledged();
  }
}

async function check(api: Api, known: Acknowledged, after: string): Promise<void> {
  for (const path of known.jobs) {
    const { status } = await api.send("GET", path);
    expect(status, `${path} ${after}`).toBe(200);
  }
  for (const path of known.deleted) {
    const { status, body } = await api.send("GET", path);
    const state = (body as { properties?: { provisioningState?: string } }).properties?.provisioningState;
    expect(status === 404 || state === "deleting", `${path} ${after}: ${status} ${state}`).toBe(true);
  }
}

async function killedUnderLoad(cloud: CloudProcess): Promise<Acknowledged> {
  const random = seededRandom(seed);
  const known = nothing();
  let api = apiOf(await cloud.start());
  await createClusterFor(api);
  for (let kill = 1; kill <= kills; kill += 1) {
    let left = 1 + Math.floor(random.next() * mostRequests);
    let killed: Promise<void> | undefined;
    const onAcknowledged = () => {
      left -= 1;
      if (left === 0) killed = cloud.killGroup();
    };
    const names = Array.from({ length: lanes }, (_, lane) => `k${kill}-${lane}`);
    const latest = nothing();
    await Promise.all(names.map((name) => work(api, name, latest, onAcknowledged)));
    await killed;
    api = apiOf(await cloud.start());
    await check(api, latest, `after kill ${kill}`);
    for (const path of latest.jobs) known.jobs.add(path);
    for (const path of latest.deleted) known.deleted.add(path);
  }
  await check(api, known, "at the end");
  return known;
}

it(
  `nothing that was acknowledged is lost in ${kills} kills of the whole process group`,
  async () => {
    const cloud = await cloudProcess();
    try {
      const { jobs, deleted } = await killedUnderLoad(cloud);
      expect(jobs.size + deleted.size).toBeGreaterThanOrEqual(kills);
    } finally {
      await cloud.dispose();
    }
  },
  120_000 + kills * 60_000,
);

it("an orderly stop that could not save ends with a failure", async () => {
  const cloud = await cloudProcess();
  try {
    await cloud.start();
    const folder = join(cloud.data, "azurite");
    await rename(folder, `${folder}-away`);
    await writeFile(folder, "no folder any more");
    expect(await cloud.stop("SIGTERM")).toBe(1);
  } finally {
    await cloud.dispose();
  }
}, 240_000);
