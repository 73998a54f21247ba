// Many uploads and messages in bursts, told twice, not at all, renamed and overwritten, to processes that die at seeded moments: one job
// for each version of a blob and for each message. TRIGGER_EVENTS=2000 makes it the large proof, which tells how long it took.
// Runs long: that is its point.
import { expect, it } from "vitest";
import { manualClock } from "../../local/clock.ts";
import { seededRandom } from "../../local/random.ts";
import { memoryDocuments } from "../support/app/memory-documents.ts";
import { memoryStorageEvents } from "../support/app/memory-storage-events.ts";
import { experimentPath, worldWithCluster } from "../support/app/stories.ts";
import { blobEvent, command, ledger, messages, save, tick, uploads } from "../support/app/trigger-stories.ts";
import type { Told, World } from "../support/app/trigger-stories.ts";

const count = Number(process.env["TRIGGER_EVENTS"] ?? "80");
const burst = 20;

interface Page {
  readonly value: readonly {
    readonly properties: { readonly customToolkitSettings: { readonly commandLine: string } };
  }[];
  readonly nextLink?: string;
}

async function commandsOf(world: World): Promise<string[]> {
  const commands: string[] = [];
  let path: string | undefined = `${experimentPath}/jobs`;
  while (path !== undefined) {
    const { value, nextLink } = (await world.api("GET", path)).body as Page;
    commands.push(...value.map(({ properties }) => properties.customToolkitSettings.commandLine));
    path = nextLink?.slice(nextLink.indexOf("/subscriptions"));
  }
  return commands.toSorted();
}

it(
  `${count} uploads and ${count} messages start one job for each version and each message`,
  async () => {
    const random = seededRandom(2026);
    const clock = manualClock();
    const storageEvents = memoryStorageEvents(() => clock.now());
    // Jobs only wait here, and nobody looks at them every few seconds.
    const world = await worldWithCluster(
      { targetNodeCount: 0 },
      { clock, storageEvents, documents: memoryDocuments(), monitorMaxIntervalMs: 86_400_000 },
    );
    await save(world, "arrivals", uploads, command("train {file} {blob.etag}"));
    await save(world, "orders", messages, command("order {parameters.epochs}"));
    const expected: string[] = [];
    const write = (name: string) => {
      const etag = storageEvents.upload("data", `in/${name}.csv`);
      expected.push(`train ${name} ${etag}`);
      const told = (id: string) =>
        storageEvents.send(
          "batchai-blob-events",
          JSON.stringify(blobEvent(id, `in/${name}.csv`, etag, "PutBlob")),
        );
      const id = `${name}-${etag}`;
      // Told once, twice in one breath, or by the listing alone.
      const fate = random.next();
      if (fate < 0.8) told(id);
      if (fate < 0.2) told(fate < 0.1 ? id : `${id}-again`);
      return fate < 0.8;
    };
    let kills = 0;
    for (let index = 0; index < count; index += 1) {
      const isTold = write(`b${index}`);
      // A rename is another blob of the same content; what is written over is another version, which only an event tells of.
      if (index % 10 === 3) write(`renamed${index}`);
      if (index % 10 === 7 && isTold) write(`b${index}`);
      storageEvents.send("work", JSON.stringify({ epochs: index }));
      expected.push(`order ${index}`);
      if (index % burst !== burst - 1) continue;
      kills += 1;
      world.crashAt(1 + Math.floor(random.next() * 400));
      await world.dyingTick().catch(() => undefined);
      world.crashOver();
      await world.advance(1_000 + random.next() * 20_000);
    }
    const last = world.now();
    for (let step = 0; step < 30; step += 1) await tick(world, 10_000);
    expect(await commandsOf(world)).toEqual(expected.toSorted());
    const told = [...(await ledger(world, "arrivals")), ...(await ledger(world, "orders"))];
    expect(told.filter(({ decision }) => decision === "started")).toHaveLength(expected.length);
    expect(told.filter(({ decision }) => !["started", "duplicate"].includes(decision))).toEqual([]);
    expect(kills).toBe(Math.floor(count / burst));
    if (count >= 1_000) process.stdout.write(`${figures(told, world.now() - last, kills)}\n`);
  },
  60_000 + count * 500,
);

function figures(told: readonly Told[], leftMs: number, kills: number): string {
  const duplicates = told.filter(({ decision }) => decision === "duplicate").length;
  return `${told.length - duplicates} events, ${duplicates} told again, ${kills} kills, quiet after ${leftMs / 1000} s at most`;
}
