import { request as plainRequest } from "node:http";
import { request } from "node:https";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accountKey, batchClient, eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const version = "api-version=2025-06-01";
let t: UnderTest;
beforeAll(async () => {
  t = await underTest({ tlsPort: 0 });
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

interface ErrorBody {
  code: string;
  message: { lang: string; value: string };
  values?: { key: string; value: string }[];
}

async function send(path: string, init: RequestInit = {}) {
  const headers = { authorization: "Bearer good", ...(init.headers as Record<string, string> | undefined) };
  const response = await fetch(`${t.emulator.url}${path}`, { ...init, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? {} : JSON.parse(text)) as ErrorBody,
  };
}

test("a signature by another key, for another account or of another day is refused", async () => {
  await expect(
    batchClient(t.emulator.url, Buffer.from("wrong").toString("base64")).pool.list(),
  ).rejects.toMatchObject({
    statusCode: 403,
    code: "AuthenticationFailed",
  });
  const tooOld = await underTest({
    clock: { now: () => Date.now() + 3_600_000, at: () => ({ cancel: () => undefined }) },
  });
  await expect(tooOld.batch.pool.list()).rejects.toMatchObject({ statusCode: 403 });
  await tooOld.emulator.dispose();
  const unsigned = await fetch(`${t.emulator.url}/pools?${version}`);
  expect([unsigned.status, ((await unsigned.json()) as ErrorBody).values]).toEqual([
    400,
    [{ key: "HeaderName", value: "Authorization" }],
  ]);
  expect((await send(`/pools?${version}`, { headers: { authorization: "Basic x" } })).body.code).toBe(
    "InvalidAuthenticationInfo",
  );
  expect((await send(`/pools?${version}`, { headers: { authorization: "Bearer bad" } })).status).toBe(403);
});

test("errors have the service's envelope; versions, paths and verbs are checked", async () => {
  const missing = await send("/pools");
  expect([missing.status, missing.body.code]).toEqual([400, "MissingRequiredQueryParameter"]);
  expect((await send("/pools?api-version=2017-01-01.4.0")).body.code).toBe("UnsupportedRequestVersion");
  const unknown = await send(`/nonsense?${version}`);
  expect([unknown.status, unknown.body.code]).toEqual([404, "ResourceNotFound"]);
  expect((await send(`/pools?${version}`, { method: "PATCH", body: "{}" })).body.code).toBe(
    "UnsupportedHttpVerb",
  );
  const absent = await send(`/pools/none?${version}`, {
    headers: { "client-request-id": "mine", "return-client-request-id": "true" },
  });
  expect(absent.body.message).toMatchObject({ lang: "en-US" });
  expect(absent.body.message.value).toMatch(
    /^The specified pool does not exist\.\nRequestId:[0-9a-f-]{36}\nTime:/,
  );
  expect(absent.headers.get("client-request-id")).toBe("mine");
  expect(absent.headers.get("request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect((await send("/pools/%zz?" + version)).body.code).toBe("InvalidUri");
});

test("bodies are checked: syntax, missing, unknown and wrong members, size", async () => {
  const post = (body: string) => send(`/jobs?${version}`, { method: "POST", body });
  expect((await post("{")).body.code).toBe("InvalidRequestBody");
  expect((await post("")).body.code).toBe("InvalidRequestBody");
  const missing = (await post('{"id":"x"}')).body;
  expect([missing.code, missing.values?.[0]?.value]).toEqual(["MissingRequiredProperty", "poolInfo"]);
  const surplus = (await post('{"id":"x","poolInfo":{"poolId":"p"},"surprise":1}')).body;
  expect([surplus.code, surplus.values?.[0]?.value]).toEqual(["UnsupportedProperty", "surprise"]);
  expect((await post('{"id":"x","poolInfo":{"poolId":"p"},"priority":"high"}')).body.code).toBe(
    "InvalidPropertyValue",
  );
  const large = await post(JSON.stringify({ id: "x", displayName: "y".repeat(2_000_000) }));
  expect([large.status, large.body.code]).toEqual([413, "RequestBodyTooLarge"]);
  expect((await send(`/jobs/x?${version}`)).status).toBe(404);
});

test("a resize without a target is refused before its pool is looked for", async () => {
  const resize = (body: object) =>
    send(`/pools/nobody/resize?${version}`, { method: "POST", body: JSON.stringify(body) });
  const { status, body } = await resize({});
  expect([status, body.code]).toEqual([400, "MissingRequiredProperty"]);
  expect(body.message.value).toContain("A required property was not specified in the request body.");
  expect(body.values?.[0]?.value).toBe("targetDedicatedNodes and/or targetLowPriorityNodes");
  const absent = (await resize({ targetDedicatedNodes: 1, targetLowPriorityNodes: 1 })).body;
  expect([absent.code, absent.values]).toEqual(["PoolNotFound", undefined]);
});

test("a body that nests two million levels deep, and a path that nobody can decode, are the caller's faults", async () => {
  const levels = 400_000; // as many as fit into a body
  const deep = `{"id":"x","poolInfo":${"[".repeat(levels)}${"]".repeat(levels)}}`;
  const answer = await send(`/jobs?${version}`, {
    method: "POST",
    body: deep,
    headers: { "content-type": "application/json; odata=minimalmetadata" },
  });
  expect([answer.status, answer.body.code]).toEqual([400, "InvalidRequestBody"]);
  const path = await send(`/pools/%zz?${version}`);
  expect([path.status, path.body.code]).toEqual([400, "InvalidUri"]);
});

test("a caller who may not call is refused before the body has come", async () => {
  const answers = await Promise.all(
    [{ authorization: "Bearer bad" }, { authorization: "SharedKey x:y" }, {}].map(
      (headers) =>
        new Promise<number>((resolve, reject) => {
          const sent = plainRequest(`${t.emulator.url}/pools?${version}`, {
            method: "POST",
            headers: { ...headers, "content-length": "1000" },
          });
          sent.on("response", (answer) => resolve(answer.resume().statusCode ?? 0)).on("error", reject);
          sent.write("{"); // and nothing more
        }),
    ),
  );
  for (const status of answers) expect([400, 403]).toContain(status);
});

test("names that every object of the language has are no properties of a resource", async () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    const filtered = await send(`/supportedimages?${version}&$filter=${name} eq 1`);
    expect([name, filtered.status, filtered.body.code]).toEqual([name, 400, "InvalidQueryParameterValue"]);
    const selected = await send(`/supportedimages?${version}&$select=${name}`);
    expect([name, selected.status, selected.body.code]).toEqual([name, 400, "InvalidQueryParameterValue"]);
  }
  const inner = await send(`/supportedimages?${version}&$filter=imageReference/toString eq 1`);
  expect([inner.status, (inner.body as unknown as { value: unknown[] }).value]).toEqual([200, []]);
});

test("colons and slashes in names arrive encoded and are understood", async () => {
  await t.batch.jobSchedule.add({
    id: "s",
    schedule: { recurrenceInterval: "PT1H" },
    jobSpecification: { poolInfo: { poolId: "none" } },
  });
  // The schedule makes its job a moment after it was made itself.
  await eventually(
    () => send(`/jobs/s%3Ajob-1?${version}`),
    ({ status }) => status === 200,
  );
  expect((await send(`/jobs/s:job-1?${version}`)).status).toBe(200);
});

test("two conditions at once are refused", async () => {
  await t.batch.pool.add({ id: "p", ...linuxPool });
  const answer = await send(`/pools/p?${version}`, { headers: { "if-match": "*", "if-none-match": "x" } });
  expect(answer.body.code).toBe("MultipleConditionHeadersNotSupported");
});

test("the request rate is limited when asked for, with Retry-After", async () => {
  const set = (requestsPerSecond: number, status = 429) =>
    send(`/_emulator/throttle?${version}`, {
      method: "POST",
      body: JSON.stringify({ requestsPerSecond, status }),
    });
  // So rarely that no second request comes late enough.
  const rarely = 0.001;
  await set(rarely);
  await send(`/pools?${version}`);
  const limited = await send(`/pools?${version}`);
  expect([limited.status, limited.body.code]).toEqual([429, "TooManyRequests"]);
  const waitSeconds = Number(limited.headers.get("retry-after"));
  expect(waitSeconds > 0 && waitSeconds <= 1 / rarely, String(waitSeconds)).toBe(true);
  await set(rarely, 503);
  await send(`/pools?${version}`);
  expect((await send(`/pools?${version}`)).body.code).toBe("ServerBusy");
  await set(0);
  expect((await send(`/pools?${version}`)).status).toBe(200);
});

test("the TLS listener serves the same account with a certificate for localhost", async () => {
  const answer = await new Promise<{ status: number | undefined; subject: unknown }>((resolve, reject) => {
    const outgoing = request(
      `${t.emulator.tls?.url}/pools/p?${version}`,
      { rejectUnauthorized: false, headers: { authorization: "Bearer good" } },
      (response) => {
        const socket = response.socket as unknown as { getPeerCertificate(): { subject: { CN: string } } };
        response.resume();
        resolve({ status: response.statusCode, subject: socket.getPeerCertificate().subject.CN });
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
  expect(answer).toEqual({ status: 200, subject: "localhost" });
});

test("a secondary key signs as well as the primary", async () => {
  const keys = await t.arm.batchAccountOperations.getKeys("local", "devbatch");
  expect(keys.primary).toBe(accountKey);
  expect(await batchClient(t.emulator.url, keys.secondary).pool.list()).toHaveLength(1);
});

test("the checker of formulas answers over the emulator's own controls", async () => {
  const answer = await send(`/_emulator/formula?${version}`, {
    method: "POST",
    body: JSON.stringify({ autoScaleFormula: "$TargetDedicatedNodes = 20 + missing;", maxDedicated: 10 }),
  });
  const { findings } = answer.body as unknown as { findings: { kind: string }[] };
  expect([answer.status, findings.map((one) => one.kind)]).toEqual([200, ["readsUnset"]]);
});

test("jobs and schedules share their names; a metadata key is not empty; a bad formula is a scheduling error", async () => {
  const poolInfo = { poolId: "none" };
  const schedule = { recurrenceInterval: "PT1H" };
  const scheduleOf = (id: string) => ({ id, schedule, jobSpecification: { poolInfo } });
  await t.batch.job.add({ id: "shared", poolInfo });
  await expect(t.batch.jobSchedule.add(scheduleOf("SHARED"))).rejects.toMatchObject({
    statusCode: 409,
    code: "JobWithSameIdExists",
  });
  await t.batch.jobSchedule.add(scheduleOf("other"));
  await expect(t.batch.job.add({ id: "Other", poolInfo })).rejects.toMatchObject({
    statusCode: 409,
    code: "JobScheduleWithSameIdExists",
  });
  await expect(
    t.batch.job.add({ id: "key", poolInfo, metadata: [{ name: "", value: "x" }] }),
  ).rejects.toMatchObject({ statusCode: 400, code: "EmptyMetadataKey" });
  const pool = { ...linuxPool, enableAutoScale: true, autoScaleFormula: "$x = (" };
  await t.batch.job.add({
    id: "auto",
    poolInfo: { autoPoolSpecification: { poolLifetimeOption: "job", pool } },
  });
  expect((await t.batch.job.get("auto")).executionInfo?.schedulingError?.code).toBe(
    "InvalidAutoScaleFormulaInAutoPool",
  );
});

interface Recorded {
  readonly [member: string]: "string" | "number" | "boolean" | "object";
}

/** Members and their types as the live service was seen to answer them. */
const recorded: Readonly<Record<string, Recorded>> = {
  "/pools/shape": {
    ...{ id: "string", url: "string", eTag: "string", lastModified: "string", creationTime: "string" },
    ...{ state: "string", stateTransitionTime: "string", allocationState: "string" },
    ...{ allocationStateTransitionTime: "string", vmSize: "string", resizeTimeout: "string" },
    ...{ currentDedicatedNodes: "number", targetDedicatedNodes: "number", enableAutoScale: "boolean" },
    ...{ currentLowPriorityNodes: "number", targetLowPriorityNodes: "number", taskSlotsPerNode: "number" },
    ...{ enableInterNodeCommunication: "boolean", taskSchedulingPolicy: "object" },
    ...{ virtualMachineConfiguration: "object" },
  },
  "/jobs/shape": {
    ...{ id: "string", url: "string", eTag: "string", lastModified: "string", creationTime: "string" },
    ...{
      state: "string",
      stateTransitionTime: "string",
      priority: "number",
      usesTaskDependencies: "boolean",
    },
    ...{ constraints: "object", poolInfo: "object", executionInfo: "object", maxParallelTasks: "number" },
    ...{ onAllTasksComplete: "string", onTaskFailure: "string", allowTaskPreemption: "boolean" },
  },
  "/jobs/shape/tasks/t": {
    ...{ id: "string", url: "string", eTag: "string", creationTime: "string", lastModified: "string" },
    ...{ state: "string", stateTransitionTime: "string", previousState: "string", commandLine: "string" },
    ...{ previousStateTransitionTime: "string", userIdentity: "object", constraints: "object" },
    ...{ requiredSlots: "number", executionInfo: "object", nodeInfo: "object" },
  },
  "/lifetimejobstats": {
    ...{ url: "string", startTime: "string", lastUpdateTime: "string", userCPUTime: "string" },
    ...{ kernelCPUTime: "string", wallClockTime: "string", waitTime: "string", readIOps: "string" },
    ...{ writeIOps: "string", readIOGiB: "number", writeIOGiB: "number", numSucceededTasks: "string" },
    ...{ numFailedTasks: "string", numTaskRetries: "string" },
  },
};

test("answers have the members and types that the live service was seen to answer", async () => {
  await t.batch.pool.add({ id: "shape", ...linuxPool, targetDedicatedNodes: 1 });
  await t.batch.job.add({ id: "shape", poolInfo: { poolId: "shape" } });
  await t.batch.task.add("shape", { id: "t", commandLine: "exit 0" });
  await eventually(
    () => t.batch.task.get("shape", "t"),
    (task) => task.state === "completed",
  );
  for (const [path, members] of Object.entries(recorded)) {
    // Statistics of a whole account ended with an earlier version.
    const { body } = await send(
      `${path}?${path === "/lifetimejobstats" ? "api-version=2022-10-01.16.0" : version}`,
    );
    const answered = body as unknown as Record<string, unknown>;
    const types = Object.keys(members).map((name) => [name, typeof answered[name]]);
    expect(Object.fromEntries(types)).toEqual(members);
  }
});

test("what a version has no more is refused in that version, and there before", async () => {
  for (const path of ["/lifetimejobstats", "/lifetimepoolstats"]) {
    expect((await send(`${path}?api-version=2022-10-01.16.0`)).status).toBe(200);
    for (const later of ["2023-05-01.17.0", "2025-06-01"]) {
      const answer = await send(`${path}?api-version=${later}`);
      expect([answer.status, answer.body.code]).toEqual([404, "ResourceNotFound"]);
    }
  }
  const add = (id: string, inVersion: string, more: object) =>
    send(`/pools?api-version=${inVersion}`, {
      method: "POST",
      headers: { "content-type": "application/json; odata=minimalmetadata" },
      body: JSON.stringify({ id, ...linuxPool, targetDedicatedNodes: 0, ...more }),
    });
  const mode = { targetNodeCommunicationMode: "simplified" };
  expect((await add("modes", "2024-07-01.20.0", mode)).status).toBe(201);
  const refused = await add("modes-2025", "2025-06-01", mode);
  expect([refused.status, refused.body.code]).toEqual([400, "UnsupportedProperty"]);
  const job = { id: "tokens", poolInfo: { poolId: "modes" } };
  const post = (path: string, body: object) =>
    send(path, {
      method: "POST",
      headers: { "content-type": "application/json; odata=minimalmetadata" },
      body: JSON.stringify(body),
    });
  expect((await post("/jobs?api-version=2025-06-01", job)).status).toBe(201);
  const token = { commandLine: "true", authenticationTokenSettings: { access: ["job"] } };
  const tasks = "/jobs/tokens/tasks?api-version=";
  expect((await post(`${tasks}2024-07-01.20.0`, { id: "before", ...token })).status).toBe(201);
  expect((await post(`${tasks}2025-06-01`, { id: "after", ...token })).body.code).toBe("UnsupportedProperty");
  const told = async (inVersion: string) =>
    (await send(`/jobs/tokens/tasks/before?api-version=${inVersion}`)).body as object;
  expect(await told("2024-07-01.20.0")).toHaveProperty("authenticationTokenSettings");
  expect(await told("2025-06-01")).not.toHaveProperty("authenticationTokenSettings");
  const tags = { resourceTags: { team: "vision" }, certificateReferences: [] };
  expect((await add("tags", "2024-07-01.20.0", tags)).status).toBe(201);
  for (const member of Object.entries(tags)) {
    const { status, body } = await add("tags-2025", "2025-06-01", Object.fromEntries([member]));
    expect([status, body.code]).toEqual([400, "UnsupportedProperty"]);
  }
  const pool = async (inVersion: string) =>
    (await send(`/pools/tags?api-version=${inVersion}`)).body as object;
  expect(await pool("2024-07-01.20.0")).toMatchObject(tags);
  for (const name of Object.keys(tags)) expect(await pool("2025-06-01")).not.toHaveProperty(name);
  // The word alone is no member.
  const metadata = [{ name: "targetNodeCommunicationMode", value: "simplified" }];
  expect((await add("modes-told", "2025-06-01", { metadata })).status).toBe(201);
});

test("the mode in which nodes are spoken to is updated, patched and told", async () => {
  const inVersion = "api-version=2024-07-01.20.0";
  const change = (method: string, path: string, body: object) =>
    send(`${path}?${inVersion}`, { method, body: JSON.stringify(body) });
  const modes = async () => {
    const { body } = await send(`/pools/spoken?${inVersion}`);
    const { targetNodeCommunicationMode: target, currentNodeCommunicationMode: current } =
      body as unknown as Record<string, unknown>;
    return [target, current];
  };
  const made = { id: "spoken", ...linuxPool, targetDedicatedNodes: 1 };
  await change("POST", "/pools", { ...made, targetNodeCommunicationMode: "default" });
  await eventually(
    () => t.batch.pool.get("spoken"),
    (pool) => pool.currentDedicatedNodes === 1,
  );
  expect(await modes()).toEqual(["default", "simplified"]);
  await change("POST", "/pools/spoken/updateproperties", {
    targetNodeCommunicationMode: "simplified",
    applicationPackageReferences: [],
    certificateReferences: [],
    metadata: [],
  });
  expect(await modes()).toEqual(["simplified", "simplified"]);
  await change("PATCH", "/pools/spoken", { targetNodeCommunicationMode: "classic" });
  expect((await modes())[0]).toBe("classic");
  const pool = { ...linuxPool, targetNodeCommunicationMode: "simplified" };
  const poolInfo = { autoPoolSpecification: { poolLifetimeOption: "job", pool } };
  expect((await change("POST", "/jobs", { id: "spoken", poolInfo })).status).toBe(201);
  expect((await send(`/jobs/spoken?${inVersion}`)).body).toMatchObject({
    poolInfo: { autoPoolSpecification: { pool: { targetNodeCommunicationMode: "simplified" } } },
  });
  await t.batch.job.deleteMethod("spoken");
});
