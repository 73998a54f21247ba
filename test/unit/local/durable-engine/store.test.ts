import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryStore, sqliteStore, type DurableStore } from "../../../../local/durable-engine/index.ts";
import type { InstanceRow } from "../../../../local/durable-engine/store/durable-store.ts";

const row = (id: string, changes: Partial<InstanceRow> = {}): InstanceRow => ({
  id,
  execution: "e",
  name: "main",
  version: null,
  status: "Running",
  input: null,
  output: null,
  customStatus: null,
  parentId: null,
  parentExecution: null,
  parentTask: null,
  createdMs: 1,
  updatedMs: 1,
  endedMs: null,
  ...changes,
});

describe.each(["memory", "file"])("the store in %s", (kind) => {
  let folder: string;
  let store: DurableStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "durable-store-"));
    store = kind === "memory" ? memoryStore() : sqliteStore(join(folder, "engine.db"));
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("takes back everything when a transaction throws", () => {
    store.putInstance(row("kept"));
    expect(() =>
      store.transaction(() => {
        store.putInstance(row("lost"));
        store.addMessage("lost", null, "{}");
        store.deleteInstance("kept");
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(store.instances({ top: 10 }).map((instance) => instance.id)).toEqual(["kept"]);
    expect(store.messageTargets()).toEqual([]);
    expect(store.transaction(() => 1)).toBe(1);
  });

  it("pages through instances in the order of their creation, also when times are equal", () => {
    for (const id of ["c", "a", "b"]) store.putInstance(row(id, { createdMs: 5 }));
    store.putInstance(row("first", { createdMs: 4 }));
    const seen: string[] = [];
    let after: { createdMs: number; id: string } | undefined;
    for (;;) {
      const [found] = store.instances({ top: 1, ...(after === undefined ? {} : { after }) });
      if (found === undefined) break;
      seen.push(found.id);
      after = { createdMs: found.createdMs, id: found.id };
    }
    expect(seen).toEqual(["first", "a", "b", "c"]);
  });

  it("finds instances by time, status and beginning of their id, taken literally", () => {
    store.putInstance(row("a%1", { createdMs: 10, status: "Failed", endedMs: 20 }));
    store.putInstance(row("ab1", { createdMs: 20 }));
    const ids = (query: Parameters<DurableStore["instances"]>[0]) =>
      store.instances(query).map(({ id }) => id);
    expect(ids({ idPrefix: "a%", top: 10 })).toEqual(["a%1"]);
    expect(ids({ createdFromMs: 11, top: 10 })).toEqual(["ab1"]);
    expect(ids({ createdToMs: 11, top: 10 })).toEqual(["a%1"]);
    expect(ids({ statuses: ["Failed", "Completed"], top: 10 })).toEqual(["a%1"]);
    expect(ids({ endedOnly: true, top: 10 })).toEqual(["a%1"]);
  });

  it("deletes an instance with everything that belongs to it and nothing else", () => {
    for (const id of ["x", "y"]) {
      store.putInstance(row(id));
      store.appendHistory(id, 0, "{}");
      store.addMessage(id, null, "{}");
      store.addTimer({ instanceId: id, execution: "e", timerId: 0, dueMs: 5 });
    }
    store.deleteInstance("x");
    expect(store.history("x")).toEqual([]);
    expect(store.messageTargets()).toEqual(["y"]);
    expect(store.timersDue(10, 10).map((timer) => timer.instanceId)).toEqual(["y"]);
    expect(store.history("y")).toEqual(["{}"]);
  });

  it("hands timers out in the order in which they fall due", () => {
    for (const [timerId, dueMs] of [
      [0, 30],
      [1, 10],
      [2, 20],
    ] as const)
      store.addTimer({ instanceId: "x", execution: "e", timerId, dueMs });
    expect(store.firstTimer()).toBe(10);
    expect(store.timersDue(20, 10).map((timer) => timer.timerId)).toEqual([1, 2]);
    expect(store.timersDue(30, 1).map((timer) => timer.timerId)).toEqual([1]);
  });

  it("deletes messages one by one and up to a point", () => {
    const seqs = ["a", "b", "c", "d"].map((body) => store.addMessage("x", null, body));
    store.deleteMessage(seqs[2] ?? 0);
    store.deleteMessagesUpTo("x", seqs[1] ?? 0);
    expect(store.messages("x").map((message) => message.body)).toEqual(["d"]);
  });

  it("lists entities by name and in pages", () => {
    for (const id of ["@a@1", "@a@2", "@ab@1", "@b@1"])
      store.putEntity({ id, exists: id !== "@a@2", state: null, lockedBy: null, updatedMs: 0 });
    const ids = (query: Parameters<DurableStore["entities"]>[0]) => store.entities(query).map(({ id }) => id);
    expect(ids({ prefix: "@a@", top: 10 })).toEqual(["@a@1"]);
    expect(ids({ top: 2 })).toEqual(["@a@1", "@ab@1"]);
    expect(ids({ after: "@ab@1", top: 2 })).toEqual(["@b@1"]);
  });
});
