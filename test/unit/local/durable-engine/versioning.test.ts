// Orchestration versioning: what version an instance gets, keeps and is run for.
import { describe, expect, it } from "vitest";
import { memoryStore } from "../../../../local/durable-engine/index.ts";
import {
  compareVersions,
  versionMismatch,
  type Versioning,
} from "../../../../local/durable-engine/service/versioning.ts";
import { startEngine } from "./support/running-engine.ts";
import type { SdkApp } from "./support/sdk-app.ts";

const app: SdkApp = {
  activities: {},
  orchestrators: {
    version: function* (context) {
      yield* [];
      return context.df.version ?? "none";
    },
    parent: function* (context) {
      const own: unknown = yield context.df.callSubOrchestrator("version");
      const given: unknown = yield context.df.callSubOrchestrator("version", undefined, undefined, "0.5");
      return [context.df.version, own, given];
    },
    again: function* (context) {
      yield* [];
      if (context.df.getInput() === "last") return context.df.version;
      context.df.continueAsNew("last");
      return undefined;
    },
  },
};

const versioning = (more: Partial<Versioning> = {}): Versioning => ({
  defaultVersion: "1.0",
  matchStrategy: "CurrentOrOlder",
  failureStrategy: "Reject",
  ...more,
});

describe("the version of an instance", () => {
  it("is the default of host.json, for those that others start and for children", async () => {
    const { run } = await startEngine(app, { versioning: versioning() });
    expect(await run("version")).toMatchObject({ output: "1.0" });
    expect(await run("parent")).toMatchObject({ output: ["1.0", "1.0", "0.5"] });
    expect(await run("again")).toMatchObject({ output: "1.0" });
  });

  it("is none without a default", async () => {
    const { run } = await startEngine(app);
    expect(await run("version")).toMatchObject({ output: "none" });
  });

  it("stays when the app goes on to another default", async () => {
    const store = memoryStore();
    const old = await startEngine(app, { store, versioning: versioning() });
    old.client.start({ name: "version", instanceId: "one" });
    await old.engine.stop(0);
    const { engine, status } = await startEngine(app, {
      store,
      versioning: versioning({ defaultVersion: "2.0" }),
    });
    await engine.idle();
    expect(status("one")).toMatchObject({ status: "Completed", output: "1.0" });
  });
});

describe("an instance of a newer version", () => {
  it("waits, whatever is asked of it, until an app comes that knows it", async () => {
    const store = memoryStore();
    const old = await startEngine(app, { store, versioning: versioning() });
    old.client.start({ name: "version", instanceId: "one", version: "2.0" });
    await old.engine.idle();
    expect(old.status("one").status).toBe("Pending");
    expect(
      old.logs.find((line) => line.event === "orchestration.versionRejected")?.fields["reason"],
    ).toContain("'2.0' is greater than the worker version '1.0'");
    await old.engine.stop(0);
    const { engine, status } = await startEngine(app, {
      store,
      versioning: versioning({ defaultVersion: "2.0" }),
    });
    await engine.idle();
    expect(status("one")).toMatchObject({ status: "Completed", output: "2.0" });
  });

  it("fails at once where mismatches fail", async () => {
    const { client, engine, status } = await startEngine(app, {
      versioning: versioning({ failureStrategy: "Fail" }),
    });
    client.start({ name: "version", instanceId: "one", version: "2.0" });
    await engine.idle();
    expect(status("one").status).toBe("Failed");
    expect(status("one").output).toContain("greater than the worker version");
  });

  it("runs where versions are not looked at", async () => {
    const { client, engine, status } = await startEngine(app, {
      versioning: versioning({ matchStrategy: "None" }),
    });
    client.start({ name: "version", instanceId: "one", version: "2.0" });
    await engine.idle();
    expect(status("one")).toMatchObject({ output: "2.0" });
  });
});

describe("versions", () => {
  it.each([
    [null, "", 0],
    [null, "0.1", -1],
    ["1.9", "1.10", -1],
    ["1.0", "1.0.0", -1],
    ["10.0", "9.0", 1],
    ["2", "10", 1], // One number is no System.Version: text.
    ["v1-BETA", "V1-beta", 0],
    ["2025-01-02", "2025-01-10", -1],
  ])("%s against %s: %i", (left, right, order) => {
    expect(compareVersions(left, right)).toBe(order);
    expect(compareVersions(right, left)).toBe(order === 0 ? 0 : -order);
  });

  it("must be the same under Strict", () => {
    const strict = versioning({ matchStrategy: "Strict" });
    expect(versionMismatch(strict, "1.0")).toBeUndefined();
    expect(versionMismatch(strict, "0.9")).toContain("does not match the worker version '1.0'");
    expect(versionMismatch(strict, null)).toContain("''");
  });
});
