// The storage is killed without warning at random moments, as the system does when memory runs out or the power fails:
// whatever it acknowledged is there afterwards, and transactions are whole.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { silentLogger } from "../../../local/logger.ts";
import { seededRandom } from "../../../local/random.ts";
import { type Azurite, startAzurite } from "../../../local/storage/index.ts";
import { createClient, prepare } from "../../support/storage/storage-load.ts";

const childFile = fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url));
const account = { name: "killed", key: Buffer.alloc(64, 7).toString("base64") };
const kills = Number(process.env.STORAGE_KILLS ?? 8);
const seed = Number(process.env.STORAGE_SEED ?? 1);
/** Changes between two kills, at most. */
const mostChanges = 80;

it(
  `nothing that was acknowledged is lost in ${kills} kills of the storage`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "storage-kills-"));
    const random = seededRandom(seed);
    let azurite: Azurite | undefined;
    const start = () => startAzurite({ dataDirectory: folder, account, logger: silentLogger, childFile });
    try {
      azurite = await start();
      await prepare(azurite.connectionString);
      let acknowledged = 0;
      let killAt = 0;
      const onAcknowledged = () => {
        acknowledged += 1;
        if (acknowledged === killAt && azurite !== undefined) process.kill(azurite.pid, "SIGKILL");
      };
      const connection = () => azurite?.connectionString ?? "";
      const clients = ["a", "b", "c", "d"].map((name, index) =>
        createClient({ name, connection, onAcknowledged, random: seededRandom(seed + index + 1) }),
      );
      for (let kill = 1; kill <= kills; kill += 1) {
        killAt = acknowledged + 1 + Math.floor(random.next() * mostChanges);
        await Promise.all([...clients.map((client) => client.work()), azurite.exited]);
        azurite = await start();
        for (const client of clients)
          await client.check().catch((cause: unknown) => {
            throw new Error(`after kill ${kill}: ${(cause as Error).message}`, { cause });
          });
      }
      expect(acknowledged).toBeGreaterThanOrEqual(kills);
    } finally {
      await azurite?.dispose();
      await rm(folder, { recursive: true, force: true });
    }
  },
  60_000 + kills * 30_000,
);
