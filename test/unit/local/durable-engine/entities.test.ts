import { EntityId, type EntityHandler } from "durable-functions";
import { describe, expect, it } from "vitest";
import type { EntityMessage } from "../../../../local/durable-engine/replay/entity-messages.ts";
import { planBatch } from "../../../../local/durable-engine/service/entity-batch.ts";
import { startEngine } from "./support/running-engine.ts";

const counter: EntityHandler<number> = (context) => {
  const value = context.df.getState(() => 0) ?? 0;
  switch (context.df.operationName) {
    case "add":
      context.df.setState(value + (context.df.getInput<number>() ?? 0));
      break;
    case "get":
      context.df.return(value);
      break;
    case "fail":
      context.df.setState(value + 100);
      throw new Error("no");
    case "delete":
      context.df.destructOnExit();
      break;
    case "forward":
      context.df.signalEntity(new EntityId("counter", "other"), "add", 7);
      break;
    default:
  }
};

const a = new EntityId("Counter", "a");
const b = new EntityId("counter", "b");

describe("an entity", () => {
  it("keeps state over signals and answers calls", async () => {
    const { run, client } = await startEngine({
      entities: { counter },
      orchestrators: {
        main: function* (context) {
          context.df.signalEntity(a, "add", 2);
          context.df.signalEntity(a, "add", 3);
          return yield context.df.callEntity(a, "get");
        },
      },
    });
    expect(await run("main")).toMatchObject({ status: "Completed", output: 5 });
    expect(client.readEntity("COUNTER", "a")?.state).toBe("5");
  });

  it("trap: calling df.return twice in one operation shifts the results of the later ones", async () => {
    const twice: EntityHandler<number> = (context) => {
      context.df.return(`${context.df.operationName} 1`);
      if (context.df.operationName === "twice") context.df.return("twice 2");
    };
    const { run } = await startEngine({
      entities: { counter: twice },
      orchestrators: {
        main: function* (context) {
          const calls = [context.df.callEntity(a, "twice"), context.df.callEntity(a, "once")];
          return yield context.df.Task.all(calls);
        },
      },
    });
    expect(await run("main")).toMatchObject({ output: ["twice 1", "twice 2"] });
  });

  it("runs the operations of many callers one after another and loses none", async () => {
    const { run, client, engine } = await startEngine({
      entities: { counter },
      orchestrators: {
        parent: function* (context) {
          yield context.df.Task.all(
            Array.from({ length: 40 }, (_, index) => context.df.callSubOrchestrator("child", index)),
          );
          return yield context.df.callEntity(a, "get");
        },
        child: function* (context) {
          yield context.df.callEntity(a, "add", 1);
          context.df.signalEntity(a, "add", 10);
        },
      },
    });
    await run("parent");
    await engine.idle();
    expect(client.readEntity("counter", "a")?.state).toBe("440");
  });

  it("that throws reports `{}`: the caller sees an error without its message, and the state change stays", async () => {
    const { run, client } = await startEngine({
      entities: { counter },
      orchestrators: {
        main: function* (context) {
          try {
            yield context.df.callEntity(a, "fail");
          } catch (error) {
            return (error as Error).message;
          }
          return undefined;
        },
      },
    });
    expect((await run("main")).output).toBe("[object Object]");
    expect(client.readEntity("counter", "a")?.state).toBe("100");
  });

  it("signals another entity", async () => {
    const { client, engine } = await startEngine({ entities: { counter } });
    client.signalEntity("counter", "a", "forward", undefined);
    await engine.idle();
    expect(client.readEntity("counter", "other")?.state).toBe("7");
  });

  it("can be deleted, and is then neither read nor listed", async () => {
    const { client, engine } = await startEngine({ entities: { counter } });
    client.signalEntity("counter", "a", "add", "1");
    client.signalEntity("counter", "b", "add", "1");
    client.signalEntity("counter", "a", "delete", undefined);
    await engine.idle();
    expect(client.readEntity("counter", "a")).toBeUndefined();
    expect(client.listEntities({ name: "Counter", fetchState: true }, { top: 10 }).entities).toMatchObject([
      { name: "counter", key: "b", state: "1" },
    ]);
  });

  it("that doesn't exist answers its caller with an error", async () => {
    const { run } = await startEngine({
      orchestrators: {
        main: function* (context) {
          try {
            yield context.df.callEntity(new EntityId("nobody", "x"), "get");
          } catch (error) {
            return (error as Error).message;
          }
          return undefined;
        },
      },
    });
    expect((await run("main")).output).toContain("'nobody' doesn't exist");
  });
});

describe("an entity lock", () => {
  it("keeps others out until it is released", async () => {
    const order: string[] = [];
    const { engine, client } = await startEngine({
      entities: { counter },
      activities: { note: ({ text }: { text: string }) => void order.push(text) },
      orchestrators: {
        critical: function* (context) {
          const name = context.df.instanceId;
          const lock: { release(): void } = yield context.df.lock([b, a]);
          yield context.df.callActivity("note", { text: `${name} in` });
          const before: number = yield context.df.callEntity(a, "get");
          yield context.df.callEntity(a, "add", 1);
          const after: number = yield context.df.callEntity(a, "get");
          yield context.df.callActivity("note", { text: `${name} out` });
          lock.release();
          return after - before;
        },
      },
    });
    for (const id of ["x", "y", "z"]) client.start({ name: "critical", instanceId: id });
    await engine.idle();
    for (const id of ["x", "y", "z"])
      expect(client.get(id)).toMatchObject({ runtimeStatus: "Completed", output: "1" });
    expect(order).toHaveLength(6);
    for (let index = 0; index < 6; index += 2)
      expect(order[index]?.replace(" in", "")).toBe(order[index + 1]?.replace(" out", ""));
    expect(client.readEntity("counter", "a")?.state).toBe("3");
  });

  it.each(["forgets", "fails", "isTerminated"])(
    "is given back, with a warning, when its holder %s",
    async (how) => {
      const { engine, client, logs, store } = await startEngine({
        entities: { counter },
        orchestrators: {
          holder: function* (context) {
            yield context.df.lock([a, b]);
            if (how === "isTerminated") yield context.df.waitForExternalEvent("never");
            if (how === "fails") throw new Error("with the lock in hand");
          },
          next: function* (context) {
            const lock: { release(): void } = yield context.df.lock([a, b]);
            lock.release();
            return "got it";
          },
        },
      });
      client.start({ name: "holder", instanceId: "holder" });
      await engine.idle();
      client.start({ name: "next", instanceId: "next" });
      await engine.idle();
      if (how === "isTerminated") {
        expect(client.get("next")?.runtimeStatus).toBe("Running");
        client.terminate("holder", "stop");
        await engine.idle();
      }
      expect(client.get("next")).toMatchObject({ runtimeStatus: "Completed", output: '"got it"' });
      expect(logs.filter((line) => line.event === "entity.lockLeftBehind")).toHaveLength(2);
      expect(store.entitiesLockedBy("holder")).toEqual([]);
    },
  );

  it("isn't granted to an orchestration that is gone", async () => {
    const { engine, client, store } = await startEngine({
      entities: { counter },
      orchestrators: {
        holder: function* (context) {
          const lock: { release(): void } = yield context.df.lock([a]);
          yield context.df.waitForExternalEvent("done");
          lock.release();
        },
        waiter: function* (context) {
          yield context.df.lock([a]);
        },
      },
    });
    client.start({ name: "holder", instanceId: "holder" });
    await engine.idle();
    client.start({ name: "waiter", instanceId: "waiter" });
    await engine.idle();
    client.terminate("waiter", "x");
    client.raiseEvent("holder", "done", "1");
    await engine.idle();
    expect(store.entity("@counter@a")?.lockedBy ?? null).toBeNull();
  });
});

describe("planning a batch", () => {
  const mail = (seq: number, message: EntityMessage) => ({
    mail: { seq, execution: null, body: "" },
    message,
  });
  const op = (seq: number, parent?: string) =>
    mail(seq, {
      kind: "request",
      request: { id: `r${seq}`, op: "add", ...(parent === undefined ? { signal: true } : { parent }) },
    });
  const lockRequest = (seq: number, parent: string) =>
    mail(seq, { kind: "request", request: { id: `l${seq}`, parent, lockset: ["@c@a"], pos: 0 } });
  const releaseOf = (seq: number, parent: string) => mail(seq, { kind: "release", parent });
  const taken = (plan: ReturnType<typeof planBatch>) => plan.operations.map((operation) => operation.id);

  it("takes everything while unlocked", () => {
    expect(taken(planBatch(null, [op(1), op(2, "p")], 0))).toEqual(["r1", "r2"]);
  });

  it("ends at a lock request and sets the holder", () => {
    const plan = planBatch(null, [op(1), lockRequest(2, "p"), op(3)], 0);
    expect(taken(plan)).toEqual(["r1"]);
    expect(plan).toMatchObject({ lockedBy: "p", granted: { id: "l2" } });
  });

  it("serves only the holder while locked", () => {
    const plan = planBatch("p", [op(1), op(2, "p"), op(3, "q"), lockRequest(4, "q")], 0);
    expect(taken(plan)).toEqual(["r2"]);
    expect(plan.lockedBy).toBe("p");
  });

  it("serves those who were passed over first once the lock is released", () => {
    const plan = planBatch("p", [op(1), op(2, "p"), releaseOf(3, "p"), op(4)], 0);
    expect(taken(plan)).toEqual(["r2", "r1", "r4"]);
  });

  it("ignores a release by somebody else", () => {
    const plan = planBatch("p", [releaseOf(1, "q"), op(2)], 0);
    expect(plan).toMatchObject({ lockedBy: "p", operations: [] });
    expect(plan.consume).toHaveLength(1);
  });

  it("leaves a scheduled signal until it is due", () => {
    const later = mail(1, { kind: "request", request: { id: "r1", op: "add", signal: true, dueMs: 500 } });
    expect(planBatch(null, [later], 499)).toMatchObject({ operations: [], nextDueMs: 500 });
    expect(taken(planBatch(null, [later], 500))).toEqual(["r1"]);
  });
});
