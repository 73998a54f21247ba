// What a restart finds again. Opening the store anew makes the one opened before fail for ever, as a killed process's.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sqliteStore, type DurableStore } from "../../../../local/durable-engine/index.ts";
import { manualClock } from "../../../../local/clock.ts";
import { crashableStore, type CrashableStore } from "./support/crashable-store.ts";
import { startEngine } from "./support/running-engine.ts";
import type { SdkApp } from "./support/sdk-app.ts";

let folder: string;
const open: DurableStore[] = [];
let current: CrashableStore | undefined;
const openStore = () => {
  current?.crash();
  const store = sqliteStore(join(folder, "engine.db"));
  open.push(store);
  current = crashableStore(store);
  return current;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "durable-"));
});
afterEach(() => {
  current?.crash();
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Machines under load take their time. */
const patient = { timeout: 20_000, interval: 5 };

describe("after a restart", () => {
  it("an activity that was running is run again, and its orchestration completes once", async () => {
    let runs = 0;
    const app: SdkApp = {
      activities: {
        slow: () => {
          runs += 1;
          return runs === 1 ? new Promise(() => {}) : "done";
        },
      },
      orchestrators: {
        main: function* (context) {
          return yield context.df.callActivity("slow", {});
        },
      },
    };
    const first = await startEngine(app, { store: openStore() });
    first.client.start({ name: "main", instanceId: "one" });
    await expect.poll(() => runs, patient).toBe(1);
    const second = await startEngine(app, { store: openStore() });
    await second.engine.idle();
    expect(second.status("one")).toMatchObject({ status: "Completed", output: "done" });
    expect(runs).toBe(2);
  });

  it("timers are armed again and fire at their time", async () => {
    const app: SdkApp = {
      orchestrators: {
        sleep: function* (context) {
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
          return "awake";
        },
      },
    };
    const first = await startEngine(app, { store: openStore() });
    await first.run("sleep", undefined, "one");
    const second = await startEngine(app, { store: openStore(), clock: manualClock(first.clock.now()) });
    await second.advance(59_999);
    expect(second.status("one").status).toBe("Running");
    await second.advance(1);
    expect(second.status("one")).toMatchObject({ status: "Completed", output: "awake" });
  });

  it("a timer that fell due while nothing ran fires at once", async () => {
    const app: SdkApp = {
      orchestrators: {
        sleep: function* (context) {
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
          return "late";
        },
      },
    };
    const first = await startEngine(app, { store: openStore() });
    await first.run("sleep", undefined, "one");
    const second = await startEngine(app, {
      store: openStore(),
      clock: manualClock(first.clock.now() + 5000),
    });
    await second.advance(0);
    expect(second.status("one").output).toBe("late");
  });

  it("a timer fires when it was waited for, though the time of day was set back meanwhile", async () => {
    const app: SdkApp = {
      orchestrators: {
        sleep: function* (context) {
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
          return "awake";
        },
      },
    };
    const clock = manualClock();
    let setBackMs = 0;
    const engine = await startEngine(app, {
      store: openStore(),
      clock: { ...clock, now: () => clock.now() - setBackMs },
    });
    await engine.run("sleep", undefined, "one");
    setBackMs = 3_600_000;
    await engine.advance(60_000);
    expect(engine.status("one")).toMatchObject({ status: "Completed", output: "awake" });
  });

  it("what a client was told is accepted is carried out", async () => {
    const app: SdkApp = {
      orchestrators: {
        listen: function* (context) {
          return yield context.df.waitForExternalEvent("Go");
        },
      },
    };
    const first = await startEngine(app, { store: openStore() });
    first.client.start({ name: "listen", instanceId: "one" });
    first.client.raiseEvent("one", "Go", "7");
    const second = await startEngine(app, { store: openStore() });
    await second.engine.idle();
    expect(second.status("one")).toMatchObject({ status: "Completed", output: 7 });
  });

  it("a database of another format is refused with a sentence that says what to do", async () => {
    const { default: Database } = await import("libsql");
    const path = join(folder, "other.db");
    const other = new Database(path);
    other.exec("PRAGMA user_version = 99");
    other.close();
    expect(() => sqliteStore(path)).toThrow("start with a fresh data folder");
  });
});
