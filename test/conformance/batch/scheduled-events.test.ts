// Evictions as the nodes see them: announced by the metadata service, approved or awaited, then carried out.
import { afterAll, beforeAll, expect, test } from "vitest";
import { manualClock } from "../../../local/clock.ts";
import type { ManualClock } from "../../../local/clock.ts";
import { eventually, launched, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
let clock: ManualClock;
let metadataUrl: string;
const pool = { ...linuxPool, targetLowPriorityNodes: 2, targetDedicatedNodes: 1 };

beforeAll(async () => {
  clock = manualClock();
  t = await underTest({
    clock,
    parameters: { clockSkewMs: 0 },
    issueToken: ({ audience, subject }) => Promise.resolve(`token of ${subject} for ${audience}`),
  });
  await t.batch.pool.add({ id: "spot", ...pool });
  await t.batch.job.add({ id: "work", poolInfo: { poolId: "spot" } });
  await clock.advance(1000);
  await eventually(
    () => t.batch.computeNode.list("spot"),
    (nodes) => nodes.filter((node) => node.state === "idle").length === 3,
  );
  await t.batch.task.addCollection(
    "work",
    ["a", "b", "c"].map((id) => ({ id, commandLine: "sleep" })),
  );
  await allRun();
  metadataUrl = await variableOf((launch) => launch["AZ_BATCH_NODE_IS_DEDICATED"] === "false");
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

/** What a command on a node finds in its environment. */
async function variableOf(fits: (environment: Readonly<Record<string, string>>) => boolean): Promise<string> {
  return (await launched(t, fits)).environment["BATCH_EMULATOR_METADATA_URL"] ?? "";
}

interface Events {
  readonly DocumentIncarnation: number;
  readonly Events: readonly {
    readonly EventId: string;
    readonly EventStatus: string;
    readonly Resources: string[];
    readonly NotBefore: string;
  }[];
}

const header = { Metadata: "true" };
const version = "api-version=2020-07-01";
const ask = (path: string, headers: Record<string, string> = header) =>
  fetch(`${metadataUrl}/metadata/${path}`, { headers });
const events = async () => (await (await ask(`scheduledevents?${version}`)).json()) as Events;
const approve = (body: unknown) =>
  fetch(`${metadataUrl}/metadata/scheduledevents?${version}`, {
    method: "POST",
    headers: header,
    body: JSON.stringify(body),
  });
const control = async (path: string, body: unknown) => {
  const answer = await fetch(`${t.emulator.url}/_emulator/${path}?api-version=2025-06-01`, {
    method: "POST",
    headers: { authorization: "Bearer good" },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as { evictions: { nodeId: string }[] } };
};
const stateOf = async (nodeId: string) => (await t.batch.computeNode.get("spot", nodeId)).state;
const comesBack = async (nodeId: string) => {
  await clock.advance(5000);
  await eventually(
    () => stateOf(nodeId),
    (state) => state === "running",
  );
};
/** The end of the work on a node takes real time. */
const isPreempted = (nodeId: string) =>
  eventually(
    async () => [await stateOf(nodeId), (await events()).Events.length],
    ([state, left]) => state === "preempted" && left === 0,
  );
const allRun = () =>
  eventually(
    () => t.batch.computeNode.list("spot"),
    (nodes) => nodes.every((node) => node.state === "running"),
  );
const events0 = async () => (await events()).Events[0];

test("requests without the header, through a proxy, of an unknown version or for another node are refused", async () => {
  expect((await ask(`scheduledevents?${version}`, {})).status).toBe(400);
  expect((await ask(`scheduledevents?${version}`, { ...header, "x-forwarded-for": "1.2.3.4" })).status).toBe(
    400,
  );
  const old = await ask("scheduledevents?api-version=2016-01-01");
  expect([old.status, Object.keys((await old.json()) as object)]).toEqual([
    400,
    ["error", "newest-versions"],
  ]);
  expect((await ask("scheduledevents")).status).toBe(400);
  expect((await fetch(`${t.emulator.url}/_node/nobody/metadata/versions`, { headers: header })).status).toBe(
    404,
  );
});

test("an eviction is announced thirty seconds ahead to every node of the pool, then it happens", async () => {
  const before = await events();
  expect(before.Events).toEqual([]);
  const { body } = await control("evictions", { count: 1 });
  const evicted = body.evictions[0]?.nodeId ?? "";
  const document = await events();
  expect(document.DocumentIncarnation).toBeGreaterThan(before.DocumentIncarnation);
  expect(document.Events).toEqual([
    {
      EventId: expect.stringMatching(/^[0-9A-F-]{36}$/) as string,
      EventStatus: "Scheduled",
      EventType: "Preempt",
      ResourceType: "VirtualMachine",
      Resources: [evicted],
      NotBefore: new Date(clock.now() + 30_000).toUTCString(),
      Description: "",
      EventSource: "Platform",
      DurationInSeconds: -1,
    },
  ]);
  await clock.advance(29_000);
  expect(await stateOf(evicted)).toBe("running");
  await clock.advance(1000);
  await isPreempted(evicted);
  expect((await events()).DocumentIncarnation).toBeGreaterThan(document.DocumentIncarnation);
  await comesBack(evicted);
});

test("an approved eviction happens at once; an unknown event is refused", async () => {
  await control("evictions", { count: 1, poolId: "SPOT" });
  const event = await events0();
  const evicted = event?.Resources[0] ?? "";
  expect(
    (await approve({ StartRequests: [{ EventId: "00000000-0000-0000-0000-000000000000" }] })).status,
  ).toBe(400);
  expect((await approve({ wrong: true })).status).toBe(400);
  expect(await stateOf(evicted)).toBe("running");
  expect((await approve({ StartRequests: [{ EventId: event?.EventId }] })).status).toBe(200);
  await isPreempted(evicted);
  await comesBack(evicted);
});

test("a trace announces each eviction so that it happens when the trace says", async () => {
  const trace = [{ afterMs: 60_000, count: 1, poolId: "spot" }];
  expect((await control("evictions/trace", { trace })).status).toBe(200);
  await clock.advance(29_000);
  expect((await events()).Events).toEqual([]);
  await clock.advance(1000);
  const event = await events0();
  await clock.advance(30_000);
  await isPreempted(event?.Resources[0] ?? "");
  await comesBack(event?.Resources[0] ?? "");
});

test("evictions at a rate are announced as well", async () => {
  await control("evictions/rate", { perNodeHour: 3600 });
  await clock.advance(1000);
  expect((await events()).Events).toHaveLength(2);
  await control("evictions/rate", { perNodeHour: 0 });
  const chosen = (await events()).Events.flatMap((event) => event.Resources);
  await clock.advance(30_000);
  for (const nodeId of chosen) await isPreempted(nodeId);
  for (const nodeId of chosen) await comesBack(nodeId);
});

test("dedicated nodes are not evicted; a node that leaves takes its event along", async () => {
  const nodes = await t.batch.computeNode.list("spot");
  const dedicated = nodes.find((node) => node.isDedicated === true)?.id ?? "";
  expect((await control(`pools/spot/nodes/${dedicated}/preempt`, {})).status).toBe(409);
  await control("evictions", { count: 1, noticeMs: 600_000 });
  const leaving = (await events0())?.Resources[0] ?? "";
  const staying = nodes.find((node) => node.id !== leaving)?.id;
  metadataUrl = await variableOf((one) => one["AZ_BATCH_NODE_ID"] === staying);
  await t.batch.pool.removeNodes("spot", { nodeList: [leaving] });
  await eventually(
    async () => {
      await clock.advance(1);
      return events();
    },
    (document) => document.Events.length === 0,
  );
});

test("a node knows what it is", async () => {
  const all = (await (await ask("instance?api-version=2021-02-01")).json()) as {
    compute: { name: string; priority: string; vmSize: string };
  };
  expect(all.compute).toMatchObject({ vmSize: "standard_d2s_v3", azEnvironment: "AzurePublicCloud" });
  expect(metadataUrl.endsWith(all.compute.name)).toBe(true);
  const size = await ask("instance/compute/vmSize?api-version=2021-02-01&format=text");
  expect(await size.text()).toBe("standard_d2s_v3");
  expect(await (await ask("instance?api-version=2021-02-01&format=text")).text()).toBe("compute/\nnetwork/");
  expect((await ask("instance/compute/nothing?api-version=2021-02-01&format=text")).status).toBe(404);
  expect((await ask("instance/compute/vmSize?api-version=2021-02-01")).status).toBe(404);
});

test("a node gets tokens for the identities of its pool and for no other", async () => {
  const token = (query: string) => ask(`identity/oauth2/token?api-version=2018-02-01&resource=urn:x${query}`);
  expect((await token("")).status).toBe(400);
  const identities = ["/subscriptions/s/identities/one", "/subscriptions/s/identities/two"];
  await t.arm.poolOperations.create("local", "devbatch", "known", {
    vmSize: "STANDARD_D2S_V3",
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: linuxPool.virtualMachineConfiguration.imageReference,
        nodeAgentSkuId: linuxPool.virtualMachineConfiguration.nodeAgentSKUId,
      },
    },
    scaleSettings: { fixedScale: { targetDedicatedNodes: 1 } },
    identity: {
      type: "UserAssigned",
      userAssignedIdentities: Object.fromEntries(identities.map((id) => [id, {}])),
    },
  });
  await clock.advance(1000);
  const [node] = await t.batch.computeNode.list("known");
  metadataUrl = `${t.emulator.url}/_node/${node?.id}`;
  expect((await token("")).status).toBe(400);
  const { identity } = await t.arm.poolOperations.get("local", "devbatch", "known");
  const one = identity?.userAssignedIdentities?.[identities[0] ?? ""];
  const answer = (await (await token(`&client_id=${one?.clientId}`)).json()) as Record<string, string>;
  expect(answer).toMatchObject({
    access_token: `token of ${one?.principalId} for urn:x`,
    token_type: "Bearer",
  });
  expect((await token("&client_id=00000000-0000-0000-0000-000000000000")).status).toBe(400);
});
