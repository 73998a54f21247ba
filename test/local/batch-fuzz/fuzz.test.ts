// Requests that no honest client would send, by mutation of valid ones for every operation: whatever comes, the emulator
// answers in the service's own terms. BATCH_FUZZ_REQUESTS and BATCH_FUZZ_SEED set the size and the seed of a run.
import { Agent } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dataPlaneVersions } from "../../../local/batch-emulator/protocol/api-versions.ts";
import { manualClock } from "../../../local/clock.ts";
import { seededRandom } from "../../../local/random.ts";
import { underTest } from "../../conformance/batch/emulator-under-test.ts";
import type { UnderTest } from "../../conformance/batch/emulator-under-test.ts";
import { complaintAbout } from "./envelope.ts";
import { mutate, picker } from "./mutations.ts";
import { send } from "./send.ts";
import { fuzzedOperations, validRequest, withoutObject } from "./valid-requests.ts";
import type { FuzzRequest, Seen } from "./valid-requests.ts";

const total = Number(process.env["BATCH_FUZZ_REQUESTS"] ?? 4000);
const seed = Number(process.env["BATCH_FUZZ_SEED"] ?? 20_261_125);
const atOnce = 8;

const clock = manualClock();
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
let t: UnderTest;
beforeAll(async () => {
  t = await underTest({
    clock,
    // Asks for what a version has no more, too: how the answers must look is said in envelope.ts.
    around: (gateway) => gateway,
    parameters: {
      dedicatedCoreQuota: 12,
      lowPriorityCoreQuota: 12,
      enableAutoscaleEveryMs: 0,
      poolQuota: 20,
    },
  });
});
afterAll(async () => {
  agent.destroy();
  await t.emulator.dispose();
});

const describe = (request: FuzzRequest) =>
  `${request.method} /${request.segments.join("/")} ${JSON.stringify(request.query)} ${JSON.stringify(request.headers)} ${JSON.stringify(request.body)?.slice(0, 600)}`;

async function list(...segments: string[]): Promise<Record<string, unknown>[]> {
  const query: [string, string][] = [["api-version", dataPlaneVersions[0]]];
  const request = {
    operation: "",
    management: false,
    method: "GET",
    segments,
    query,
    headers: {},
    body: undefined,
  };
  const answer = await send(t.emulator.url, agent, request, clock.now());
  return (JSON.parse(answer?.text ?? "{}") as { value?: Record<string, unknown>[] }).value ?? [];
}

/** Looks at what there is, so that requests can be about it. */
async function look(seen: Seen): Promise<void> {
  seen.nodes = [];
  seen.tasks = [];
  for (const pool of await list("pools"))
    for (const node of await list("pools", String(pool["id"]), "nodes"))
      seen.nodes.push([String(pool["id"]), String(node["id"])]);
  for (const job of await list("jobs"))
    for (const task of await list("jobs", encodeURIComponent(String(job["id"])), "tasks"))
      if (task["nodeInfo"] !== undefined) seen.tasks.push([String(job["id"]), String(task["id"])]);
}

const random = seededRandom(seed);
const pick = picker(random);
const seen: Seen = { nodes: [], tasks: [] };
const succeeded = new Set<string>();

/** Sends all at once; what is wrong with the answers. */
async function round(requests: readonly FuzzRequest[]): Promise<string[]> {
  const complaints: string[] = [];
  const answers = await Promise.all(
    requests.map((request) => send(t.emulator.url, agent, request, clock.now())),
  );
  for (const [index, answer] of answers.entries()) {
    const request = requests[index] as FuzzRequest;
    const complaint = answer && complaintAbout(request, answer);
    if (complaint !== undefined) complaints.push(`${complaint}\n  ${describe(request)}`);
    if (answer !== undefined && answer.status < 400) succeeded.add(request.operation);
  }
  await clock.advance(pick([1, 5, 50, 300]));
  if (t.errors.length > 0) complaints.push(...t.errors.splice(0), ...requests.map(describe));
  return complaints;
}

test(`${total} mutated requests (seed ${seed}) are all answered in the service's own terms`, async () => {
  const complaints: string[] = [];
  for (let sent = 0; sent < total && complaints.length < 10; sent += atOnce) {
    if (sent % 80 === 0) await look(seen);
    const requests = Array.from({ length: atOnce }, () => mutate(validRequest(pick, seen), pick));
    complaints.push(...(await round(requests)));
  }
  expect(complaints).toEqual([]);
}, 1_800_000);

/** Of nodes: what must have been done to one, which no seed is sure to have done. */
const madePossibleBy: Readonly<Record<string, string>> = {
  ComputeNode_EnableScheduling: "ComputeNode_DisableScheduling",
  ComputeNode_Start: "ComputeNode_Deallocate",
};

test("the valid requests behind the mutations are valid: each operation has accepted one", async () => {
  const named = (...ids: string[]) => fuzzedOperations.filter(({ id }) => ids.includes(id));
  const makers = named(
    "Pool_Add",
    "Job_Add",
    "Task_Add",
    "JobSchedule_Add",
    "ComputeNode_AddUser",
    "Pool_EnableAutoScale",
  );
  const removers = named("Job_Delete", "JobSchedule_Delete", "Pool_Delete");
  const never: string[] = [];
  for (const operation of fuzzedOperations) {
    if (operation.standing === "absent" || withoutObject.has(operation.id)) continue;
    for (let tries = 0; tries < 400 && !succeeded.has(operation.id); tries += 1) {
      if (tries % 10 === 0) await look(seen);
      const before = tries % 7 === 6 ? removers : makers;
      const requests = [...before, ...named(madePossibleBy[operation.id] ?? ""), operation].map((one) =>
        validRequest(pick, seen, one),
      );
      expect(await round(requests)).toEqual([]);
    }
    if (!succeeded.has(operation.id)) never.push(operation.id);
  }
  expect(never.sort()).toEqual([]);
}, 300_000);

test("afterwards the emulator still works and comes to rest", async () => {
  await clock.advance(60_000);
  expect(
    (
      await fetch(`${t.emulator.url}/pools?api-version=2025-06-01`, {
        headers: { authorization: "Bearer good" },
      })
    ).status,
  ).toBe(200);
  expect(t.errors).toEqual([]);
});
