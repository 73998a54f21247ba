// The workflow engine believes that an instance goes on, and the messages it waits for are gone with a storage that was
// restored: whoever needs it ends it and starts it anew, so that nothing waits for it for ever.
import { describe, expect, it } from "vitest";
import { memoryStore } from "../../local/durable-engine/index.ts";
import type { DurableStore } from "../../local/durable-engine/index.ts";
import {
  clusterPath,
  experimentPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../support/app/stories.ts";

const hourMs = 3_600_000;
const jobPath = `${experimentPath}/jobs/j`;

/** A store that loses, while it is told to, the timers that instances set. */
function forgetful() {
  const store = memoryStore();
  let forgets = false;
  const addTimer: DurableStore["addTimer"] = (row) => {
    if (!forgets) store.addTimer(row);
  };
  const durable = new Proxy(store, {
    get(target, name) {
      if (name === "addTimer") return addTimer;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  return { durable, forget: (on: boolean) => void (forgets = on) };
}

describe("an instance that has lost what it waits for", () => {
  it("is replaced when a deletion depends on it, and the deletion ends", async () => {
    const store = forgetful();
    const world = await worldWithCluster({}, { durable: store.durable });
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(500);
    world.azure.down = true;
    store.forget(true);
    await world.api("DELETE", workspacePath);
    await world.advance(1_000);
    store.forget(false);
    world.azure.down = false;
    await world.reconcile();
    await world.advance(60_000);
    expect((await world.api("GET", workspacePath)).status).toBe(200);
    await world.advance(2 * hourMs);
    for (let round = 0; round < 4; round += 1) {
      await world.reconcile();
      await world.advance(300_000);
    }
    expect((await world.api("GET", workspacePath)).status).toBe(404);
    expect((await world.api("GET", clusterPath)).status).toBe(404);
    expect(world.active()).toEqual([]);
    expect(world.logged).toContainEqual(expect.objectContaining({ event: "orchestration.stalled" }));
  });

  it("is not taken for one while it looks again, however long the work takes", async () => {
    const world = await worldWithCluster({}, { monitorMaxIntervalMs: 60_000 });
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(500);
    world.azure.start(world.onlyTask());
    world.azure.down = true;
    await world.api("DELETE", clusterPath);
    for (let round = 0; round < 6; round += 1) {
      await world.advance(hourMs / 2);
      await world.reconcile().catch(() => undefined);
    }
    expect(world.logged).not.toContainEqual(expect.objectContaining({ event: "orchestration.stalled" }));
  });
});
