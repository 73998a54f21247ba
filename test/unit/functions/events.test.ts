// The history of every resource: one event for each move of each state, no more, whoever caused it.
import { describe, expect, it } from "vitest";
import {
  clusterPath,
  experimentPath,
  fileServerBody,
  fileServerPath,
  jobBody,
  workspacePath,
  startJob,
  worldWithCluster,
} from "../../support/app/stories.ts";
import type { Answer } from "../../support/app/app-world.ts";
import { startAppWorld } from "../../support/app/app-world.ts";

const jobPath = `${experimentPath}/jobs/j`;
const version = "api-version=2026-11-01";

interface Event {
  readonly name: string;
  readonly properties: {
    readonly time: string;
    readonly actor: string;
    readonly cause: string;
    readonly link?: string;
    readonly state?: string;
    readonly from?: string;
    readonly to?: string;
    readonly errors?: readonly { readonly code: string }[];
  };
}
interface Caller {
  readonly api: (method: string, path: string, options?: object) => Promise<Answer>;
}

async function eventsOf({ api }: Caller, path: string, query = ""): Promise<readonly Event["properties"][]> {
  const answer = await api("GET", `${path}/events?${version}${query}`);
  expect(answer.status).toBe(200);
  return (answer.body as { value: Event[] }).value.map(({ properties }) => properties);
}

const states = ["provisioningState", "allocationState", "executionState"] as const;
const moves = (events: readonly Event["properties"][], state: string) =>
  events.filter((event) => event.state === state).map(({ from, to }) => [from, to]);

/** Each state's events join: every `from` is the `to` before, and the last `to` is what the resource shows. */
async function expectComplete(world: Caller, path: string): Promise<void> {
  const events = await eventsOf(world, path);
  const { properties } = (await world.api("GET", path)).body as { properties: Record<string, unknown> };
  for (const state of states) {
    const chain = moves(events, state);
    const joined = chain.every(([from], index) => from === chain[index - 1]?.[1]);
    expect([path, state, joined, chain.at(-1)?.[1]]).toEqual([path, state, true, properties[state]]);
  }
  for (const { time, actor, cause, link } of events) {
    expect(new Date(time).toISOString()).toBe(time);
    expect([actor === "tester" || actor === "service", cause.length > 0]).toEqual([true, true]);
    expect(link).toMatch(/^(\/subscriptions\/|(request|operation):[0-9a-f-]{36}$)/);
  }
}

describe("the events of a resource", () => {
  it("join to what it shows, at every moment of a life", async () => {
    const world = await worldWithCluster();
    const all = async () => {
      for (const path of [workspacePath, experimentPath, clusterPath]) await expectComplete(world, path);
      if ((await world.api("GET", jobPath)).status === 200) await expectComplete(world, jobPath);
    };
    await all();
    await world.api("PUT", jobPath, { body: jobBody() });
    await all();
    await world.advance(50);
    world.azure.start(world.onlyTask());
    await world.advance(500);
    await all();
    world.azure.requeue(world.onlyTask());
    await world.advance(2_500);
    world.azure.start(world.onlyTask());
    await world.advance(2_500);
    await all();
    await world.api("POST", `${jobPath}/terminate`);
    await world.advance(3_000);
    await all();
    expect(moves(await eventsOf(world, jobPath), "executionState")).toEqual([
      [undefined, "queued"],
      ["queued", "running"],
      ["running", "queued"],
      ["queued", "running"],
      ["running", "terminating"],
      ["terminating", "failed"],
    ]);
    await world.api("DELETE", clusterPath);
    await all();
  });

  it("tell of a task that was started again before anybody looked as two moves", async () => {
    const world = await worldWithCluster();
    await startJob(world, jobPath);
    world.azure.requeue(world.onlyTask());
    await world.advance(1);
    world.azure.start(world.onlyTask());
    await world.advance(3_000);
    expect(moves(await eventsOf(world, jobPath), "executionState")).toEqual([
      [undefined, "queued"],
      ["queued", "running"],
      ["running", "queued"],
      ["queued", "running"],
    ]);
  });

  it("name the caller and the request, and repeating a request adds none", async () => {
    const world = await worldWithCluster();
    const put = await world.api("PUT", fileServerPath, { body: fileServerBody() });
    await world.advance(1_000);
    await world.api("PUT", fileServerPath, { body: fileServerBody() });
    const removed = await world.api("DELETE", fileServerPath);
    await world.api("DELETE", fileServerPath);
    const told = (await eventsOf(world, fileServerPath)).map(({ actor, from, to }) => [actor, from, to]);
    expect(told).toEqual([
      ["tester", undefined, "creating"],
      ["tester", "creating", "deleting"],
    ]);
    const links = (await eventsOf(world, fileServerPath)).map(({ link }) => link);
    expect(links).toEqual([
      `request:${put.headers["x-ms-request-id"]}`,
      `request:${removed.headers["x-ms-request-id"]}`,
    ]);
  });

  it("tell of each change that somebody asks for, and who it was, also where no state moves at once", async () => {
    const world = await worldWithCluster();
    const asked = async (path: string) =>
      (await eventsOf(world, path)).filter(({ actor }) => actor === "tester").map(({ cause }) => cause);
    await world.api("PATCH", clusterPath, {
      body: { properties: { scaleSettings: { manual: { targetNodeCount: 3 } } } },
    });
    expect((await asked(clusterPath)).at(-1)).toBe("resize requested");
    await world.api("PATCH", workspacePath, { body: { tags: { owner: "vision" } } });
    expect((await asked(workspacePath)).at(-1)).toBe("tags changed");
    await startJob(world, jobPath);
    await world.api("POST", `${jobPath}/preempt?${version}`);
    await world.advance(2_000);
    await world.api("POST", `${jobPath}/terminate`);
    await world.api("DELETE", jobPath);
    await world.advance(5_000);
    expect([...new Set(await asked(jobPath))]).toEqual([
      ...["created", "an eviction is rehearsed", "terminate requested", "delete requested", "deleted"],
    ]);
  });

  it("carry every error that the resource shows, once", async () => {
    const world = await worldWithCluster();
    world.azure.refuseNextTask = "InvalidPropertyValue";
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(1_000);
    const shown = (await world.api("GET", jobPath)).body.properties.executionInfo.errors as unknown[];
    expect(shown).toHaveLength(1);
    expect((await eventsOf(world, jobPath)).flatMap(({ errors }) => errors ?? [])).toEqual(shown);
  });

  it("say that a parent took the resource with it, and are still there when it is gone", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.api("DELETE", experimentPath);
    await world.advance(60_000);
    expect((await world.api("GET", jobPath)).status).toBe(404);
    const provisioning = (await eventsOf(world, jobPath)).filter(
      ({ state }) => state === "provisioningState",
    );
    expect(provisioning.map(({ actor, from, to, cause, link }) => [actor, from, to, cause, link])).toEqual([
      ["tester", undefined, "succeeded", "created", expect.stringMatching(/^request:/)],
      ["tester", "succeeded", "deleting", "the experiment is deleted", experimentPath],
      ["tester", "deleting", undefined, "deleted", expect.stringMatching(/^operation:/)],
    ]);
  });

  it("of a name that is used again follow those of its first use", async () => {
    const world = await worldWithCluster();
    for (let round = 0; round < 2; round += 1) {
      await world.api("PUT", jobPath, { body: jobBody() });
      await world.api("DELETE", jobPath);
      await world.advance(60_000);
    }
    const provisioning = moves(await eventsOf(world, jobPath), "provisioningState");
    const life = [
      [undefined, "succeeded"],
      ["succeeded", "deleting"],
      ["deleting", undefined],
    ];
    expect(provisioning).toEqual([...life, ...life]);
  });

  it("hold no secret", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(1_000);
    for (const path of [workspacePath, clusterPath, jobPath])
      expect(JSON.stringify(await eventsOf(world, path))).not.toContain("not-to-be-seen");
  });
});

describe("asking for events", () => {
  it("comes in pages, oldest first, each once", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.api("DELETE", jobPath);
    await world.advance(60_000);
    const whole = (await world.api("GET", `${jobPath}/events?${version}`)).body as { value: Event[] };
    const seen: string[] = [];
    let link: string | undefined = `${jobPath}/events?${version}&maxresults=1`;
    while (link !== undefined) {
      const { value, nextLink }: { value: Event[]; nextLink?: string } = (await world.api("GET", link)).body;
      seen.push(...value.map(({ name }) => name));
      link = nextLink;
    }
    expect(seen).toEqual(whole.value.map(({ name }) => name));
    expect(seen.length).toBeGreaterThan(3);
  });

  it("takes a period: from a moment on, and before another", async () => {
    const world = await worldWithCluster();
    await world.api("PUT", jobPath, { body: jobBody() });
    await world.advance(50);
    world.azure.start(world.onlyTask());
    await world.advance(60_000);
    await world.api("POST", `${jobPath}/terminate`);
    await world.advance(3_000);
    const all = await eventsOf(world, jobPath);
    const middle = all.find(({ to }) => to === "terminating")?.time ?? "";
    const since = await eventsOf(world, jobPath, `&since=${middle}`);
    const until = await eventsOf(world, jobPath, `&until=${middle}`);
    expect([...until, ...since]).toEqual(all);
    expect(since[0]?.to).toBe("terminating");
    const offset = `${new Date(Date.parse(middle) + 3_600_000).toISOString().slice(0, -1)}+01:00`;
    expect(await eventsOf(world, jobPath, `&since=${offset}`)).toEqual(since);
    for (const bad of ["since=yesterday", "until=2026", "since=2026-13-01T00:00:00Z"])
      expect((await world.api("GET", `${jobPath}/events?${version}&${bad}`)).status).toBe(400);
  });

  it("finds nothing with the version of 2018, as if there were no such path", async () => {
    const world = await worldWithCluster();
    const old = await world.api("GET", `${clusterPath}/events?api-version=2018-05-01`);
    expect([old.status, old.body.error.code]).toEqual([404, "ResourceNotFound"]);
    expect((await world.api("GET", `${clusterPath}/events?api-version=2019-01-01`)).status).toBe(400);
    expect((await world.api("GET", `${workspacePath}?${version}`)).status).toBe(400);
  });

  it("of what never was is the 404 of the resource", async () => {
    const { api } = await startAppWorld();
    const answer = await api("GET", `${clusterPath}/events?${version}`);
    expect([answer.status, answer.body.error.code]).toEqual([404, "ClusterNotFound"]);
  });
});
