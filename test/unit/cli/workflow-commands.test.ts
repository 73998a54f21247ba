// The commands for workflows, through the app itself in one process.
// Starts nothing: there is no process but the test's own.
import { beforeAll, describe, expect, it } from "vitest";
import { subscriptionId } from "../../support/app/app-world.ts";
import { experimentPath, jobBody, worldWithCluster } from "../../support/app/stories.ts";
import { command, endJobs, save, tick } from "../../support/app/trigger-stories.ts";
import { worldEndpoint, worldFetch } from "../../support/app/world-fetch.ts";
import { batchai } from "../../support/command-line.ts";

let world: Awaited<ReturnType<typeof worldWithCluster>>;
beforeAll(async () => {
  world = await worldWithCluster();
  const after = (job: string) => ({ on: { jobCompleted: { experiment: "e", job } } });
  await save(world, "evaluate", after("train-{run}"), command("evaluate {job}"));
  await save(world, "compare", after("evaluate-{run}"), command("compare {job}"));
  await save(world, "promote", after("compare-{run}"), command("promote {job}"));
  await world.advance(10_000);
  await world.api("PUT", `${experimentPath}/jobs/train-1`, { body: jobBody() });
  for (const exitCode of [0, 0, 7]) {
    await endJobs(world, exitCode);
    await tick(world, 5_000);
  }
});

const type = (line: string) =>
  batchai(line.split(" "), {
    environment: {
      BATCHAI_ENDPOINT: worldEndpoint,
      BATCHAI_TOKEN: "role-submitter",
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "rg",
      BATCHAI_WORKSPACE: "w",
    },
    fetch: worldFetch(world),
    sleep: (ms) => world.advance(ms),
    now: world.now,
    isTerminal: { out: true, err: true },
  });
const ok = async (line: string) => {
  const said = await type(line);
  expect(said, said.err).toMatchObject({ code: 0 });
  return said;
};
const listed = async () => {
  const { out } = await ok("workflow list -o json");
  return (JSON.parse(out) as { name: string }[])[0]?.name ?? "";
};

describe("workflow", () => {
  it("list names each chain by its first job", async () => {
    const { out } = await ok("workflow list");
    expect(out).toMatch(
      /^Workflow +State +Steps +Started +Ended +First +Trigger\n[-0-9a-f]{36} +failed +2 of 3 done, 1 failed +2026-\S+ +2026-\S+ +train-1\n$/,
    );
  });

  it("show prints the chain as a tree, and says how to go on from the failure", async () => {
    const { out, err } = await ok(`workflow show -n ${await listed()}`);
    const lines = out.trimEnd().split("\n");
    expect(lines).toEqual([
      expect.stringMatching(/^Step +State +Started +Decision +Reason +Handed over +Id$/),
      expect.stringMatching(/^train-1 +succeeded +train-1 /),
      expect.stringMatching(/^ {2}└ evaluate +succeeded +evaluate-\w+ +started +job train-1 succeeded /),
      expect.stringMatching(
        /^ {4}└ compare +failed \(exit code 7\) +compare-\w+ +started +job evaluate-\w+ succeeded /,
      ),
    ]);
    expect(err).toContain("batchai workflow restart -w w -n");
    const { out: json } = await ok(`workflow show -n ${await listed()} -o json`);
    expect(JSON.parse(json)).toMatchObject({ state: "failed", steps: [{}, {}, {}], edges: [{}, {}] });
  });

  it("restart starts what failed, and says when there is nothing", async () => {
    const name = await listed();
    const wrong = await type(`workflow restart -n ${name} --step none`);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("no step 'none'") as string });
    const { out } = await ok(`workflow restart -n ${name} --id mended`);
    expect(out).toMatch(/^ {4}└ compare +queued +compare-\w+-r1 +replayed +replayed: job evaluate/m);
    const { err } = await ok(`workflow restart -n ${name}`);
    expect(err).toContain("No step of it has failed");
    expect((await type("workflow show -n none")).code).toBe(3);
  });
});
