// Clients of every year since 2018: versions that are accepted, and what they spell otherwise.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  dataPlaneVersions,
  managementVersions,
} from "../../../local/batch-emulator/protocol/api-versions.ts";
import { linuxPool, subscriptionId, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

type Json = Record<string, unknown>;

async function ask(version: string, method: string, path: string, body?: unknown) {
  const [plain = "", query] = path.split("?");
  const url = `${t.emulator.url}${plain}?api-version=${version}${query === undefined ? "" : `&${query}`}`;
  const response = await fetch(url, {
    method,
    headers: { authorization: "Bearer good", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Json };
}

test.each(dataPlaneVersions)("a client of %s adds a pool and a job and reads them", async (version) => {
  const id = `v${version.replaceAll(/\W/g, "")}`;
  const slots = version < "2020-09-01" ? "maxTasksPerNode" : "taskSlotsPerNode";
  expect(await ask(version, "POST", "/pools", { id, ...linuxPool, [slots]: 3 })).toMatchObject({
    status: 201,
  });
  const pool = (await ask(version, "GET", `/pools/${id}`)).body;
  expect([pool["maxTasksPerNode"], pool["taskSlotsPerNode"]].filter((one) => one !== undefined)).toEqual([3]);
  expect(pool[slots]).toBe(3);
  expect((await ask(version, "GET", `/pools/${id}?$select=${slots}`)).body).toMatchObject({ [slots]: 3 });
  const listed = (await ask(version, "GET", "/pools")).body["value"] as Json[];
  expect(listed.find((one) => one["id"] === id)).toMatchObject({ [slots]: 3 });
  expect((await ask(version, "POST", "/jobs", { id, poolInfo: { poolId: id } })).status).toBe(201);
  const counts = (await ask(version, "GET", `/jobs/${id}/taskcounts`)).body;
  expect(version < "2020-09-01" ? counts : counts["taskCounts"]).toMatchObject({ active: 0, running: 0 });
});

describe("a client of before September 2020", () => {
  const version = "2019-08-01.10.0";
  const autoPool = (pool: Json) => ({ autoPoolSpecification: { poolLifetimeOption: "job", pool } });

  test("states slots of automatic pools in its own words, also in schedules", async () => {
    const poolInfo = autoPool({ ...linuxPool, maxTasksPerNode: 2 });
    expect((await ask(version, "POST", "/jobs", { id: "auto", poolInfo })).status).toBe(201);
    const path = ["poolInfo", "autoPoolSpecification", "pool", "maxTasksPerNode"];
    expect((await ask(version, "GET", "/jobs/auto")).body).toHaveProperty(path, 2);
    path.splice(3, 1, "taskSlotsPerNode");
    expect((await ask("2025-06-01", "GET", "/jobs/auto")).body).toHaveProperty(path, 2);
    const schedule = {
      id: "often",
      schedule: { doNotRunUntil: "2999-01-01T00:00:00Z" },
      jobSpecification: { poolInfo },
    };
    expect((await ask(version, "POST", "/jobschedules", schedule)).status).toBe(201);
    const kept = (await ask(version, "GET", "/jobschedules/often")).body["jobSpecification"] as Json;
    expect(kept).toHaveProperty(["poolInfo", "autoPoolSpecification", "pool", "maxTasksPerNode"], 2);
  });

  test("gets told the name that its version has", async () => {
    const refused = await ask(version, "POST", "/pools", { id: "new", ...linuxPool, taskSlotsPerNode: 2 });
    expect([refused.status, refused.body["code"]]).toEqual([400, "UnsupportedProperty"]);
    expect(JSON.stringify(refused.body)).toContain("maxTasksPerNode");
    const late = await ask("2025-06-01", "POST", "/pools", { id: "new", ...linuxPool, maxTasksPerNode: 2 });
    expect([late.status, late.body["code"]]).toEqual([400, "UnsupportedProperty"]);
  });

  test("lists its public addresses plainly", async () => {
    const publicIPs = ["/subscriptions/s/publicIPAddresses/one"];
    const networkConfiguration = { publicIPs };
    const body = { id: "addresses", ...linuxPool, networkConfiguration };
    expect((await ask(version, "POST", "/pools", body)).status).toBe(201);
    const then = (await ask(version, "GET", "/pools/addresses")).body;
    expect(then["networkConfiguration"]).toMatchObject(networkConfiguration);
    const now = (await ask("2025-06-01", "GET", "/pools/addresses")).body;
    expect(now["networkConfiguration"]).toMatchObject({
      publicIPAddressConfiguration: { provision: "usermanaged", ipAddressIds: publicIPs },
    });
  });
});

test("a client of 2018 names sources of files and node agents as the service did then", async () => {
  const version = "2018-08-01.7.0";
  await ask(version, "POST", "/pools", { id: "old", ...linuxPool });
  await ask(version, "POST", "/jobs", { id: "old", poolInfo: { poolId: "old" } });
  const resourceFiles = [{ blobSource: "http://127.0.0.1/x", filePath: "x" }];
  const added = await ask(version, "POST", "/jobs/old/tasks", {
    id: "a",
    commandLine: "exit 0",
    resourceFiles,
  });
  expect(added.status).toBe(201);
  const many = { value: [{ id: "b", commandLine: "exit 0", resourceFiles }] };
  const outcome = (await ask(version, "POST", "/jobs/old/addtaskcollection", many)).body["value"] as Json[];
  expect(outcome[0]).toMatchObject({ taskId: "b", status: "success" });
  for (const id of ["a", "b"]) {
    expect((await ask(version, "GET", `/jobs/old/tasks/${id}`)).body).toMatchObject({ resourceFiles });
    const now = (await ask("2025-06-01", "GET", `/jobs/old/tasks/${id}`)).body;
    expect(now).toMatchObject({ resourceFiles: [{ httpUrl: "http://127.0.0.1/x", filePath: "x" }] });
  }
  const agents = (await ask("2018-12-01.8.0", "GET", "/nodeagentskus")).body["value"] as Json[];
  expect(agents.find((one) => one["id"] === "batch.node.ubuntu 22.04")).toMatchObject({ osType: "linux" });
  expect((await ask("2025-06-01", "GET", "/nodeagentskus")).status).toBe(404);
});

test.each(managementVersions)("a management client of %s puts, patches and lists a pool", async (version) => {
  const slots = version < "2020-09-01" ? "maxTasksPerNode" : "taskSlotsPerNode";
  const account = `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.Batch/batchAccounts/devbatch`;
  const path = `${account}/pools/m${version.replaceAll("-", "")}`;
  const properties = {
    vmSize: "STANDARD_D2S_V3",
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: { publisher: "canonical", offer: "0001-com-ubuntu-server-jammy", sku: "22_04-lts" },
        nodeAgentSkuId: "batch.node.ubuntu 22.04",
      },
    },
    [slots]: 2,
  };
  const made = await ask(version, "PUT", path, { properties });
  expect([made.status, (made.body["properties"] as Json)[slots]]).toEqual([200, 2]);
  const patched = await ask(version, "PATCH", path, {
    properties: { metadata: [{ name: "a", value: "b" }] },
  });
  expect([patched.status, (patched.body["properties"] as Json)[slots]]).toEqual([200, 2]);
  expect(JSON.stringify((await ask(version, "GET", `${account}/pools`)).body)).toContain(`"${slots}":2`);
});
