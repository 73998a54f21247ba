// A chain of four steps on the local cloud as a process, which is killed between a failure and the restart from it, and again right after.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { all } from "../../../client/paging.ts";
import type { WorkflowResponse } from "../../../domain/workflow/wire.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import type { Described } from "../../support/batch-ai-client.ts";
import { cloudProcess } from "../../support/cloud-process.ts";
import type { CloudProcess } from "../../support/cloud-process.ts";
import { sharedText, touchShared } from "../../support/cluster-lab.ts";
import { batchai } from "../../support/command-line.ts";

let cloud: CloudProcess;
beforeAll(async () => {
  cloud = await cloudProcess();
});
afterAll(() => cloud.dispose());

const files = "$AZ_BATCHAI_MOUNT_ROOT/files";
/** Each leaves a mark of its run. The third fails until somebody mends it, and hands on what it chose. */
const commands = {
  train: `echo train >>${files}/runs`,
  evaluate: `echo evaluate >>${files}/runs`,
  compare: [
    `echo compare >>${files}/runs`,
    `test -e ${files}/mended || exit 3`,
    'echo "{\\"name\\": \\"model\\", \\"value\\": \\"models/7\\"}" >>"$AZ_BATCHAI_OUTPUTS_FILE"',
    'echo "{\\"name\\": \\"better\\", \\"value\\": true}" >>"$AZ_BATCHAI_OUTPUTS_FILE"',
  ].join("; "),
  promote: `echo promote {outputs.model} {outputs.better} >>${files}/runs`,
};

function clientOf({ description: { urls, token, subscriptionId } }: Described) {
  const ref = { kind: "workspace", subscriptionId, resourceGroup: "local", workspace: "lab" } as const;
  return { ...createClient({ endpoint: urls.api, token }), ref };
}
type Lab = ReturnType<typeof clientOf>;

async function save(lab: Lab, clusterId: string, trigger: keyof typeof commands, on: object): Promise<void> {
  const job = { properties: customJob(clusterId, commands[trigger]) };
  const properties = { on, action: { experiment: "e", job } };
  await lab.triggers.create({ ...lab.ref, kind: "trigger", trigger }, { properties });
}

const after = (job: string, outputs?: object) => ({
  jobCompleted: { experiment: "e", job: `${job}-{run}`, ...(outputs === undefined ? {} : { outputs }) },
});

/** Between the end of a step and the event that it is, all that is known has succeeded: hence the number of steps. */
async function workflowIn(lab: Lab, state: string, steps: number): Promise<WorkflowResponse> {
  return until(`the workflow to be ${state}`, async () => {
    const [only] = await all(lab.workflows.list(lab.ref));
    const found = only === undefined ? undefined : await lab.workflows.get(lab.ref, only.name);
    const isThere = found?.properties.state === state && found.properties.steps.length === steps;
    return isThere ? found : undefined;
  });
}

it("four steps of which the third failed go on from there, once, though the cloud is killed in between", async () => {
  const first = await cloud.start();
  const client = batchAIClient(first);
  await createShare(first);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create("local", "lab", "e");
  const { id: cluster = "" } = await client.clusters.create("local", "lab", "c", clusterOf(first, 1));
  const lab = clientOf(first);
  await save(lab, cluster, "evaluate", after("train"));
  await save(lab, cluster, "compare", after("evaluate"));
  const outputs = { model: { text: "model" }, better: { boolean: "better" } };
  await save(lab, cluster, "promote", after("compare", outputs));
  await save(lab, cluster, "train", { queueMessage: { queue: "work" } });
  await lab.triggers.run({ ...lab.ref, kind: "trigger", trigger: "train" }, { id: "one" });
  const failed = await workflowIn(lab, "failed", 3);
  expect(failed.properties.steps.map(({ state, exitCode }) => [state, exitCode])).toEqual([
    ["succeeded", 0],
    ["succeeded", 0],
    ["failed", 3],
  ]);
  expect(await cloud.stop("SIGKILL")).toBeNull();

  const second = await cloud.start();
  await touchShared(second, "mended");
  const words = ["workflow", "restart", "-w", "lab", "-n", failed.name, "--id", "mended", "-o", "table"];
  const said = await restart(second, words);
  expect(said, said.err).toMatchObject({ code: 0 });
  expect(said.out).toMatch(/^train +succeeded .*\n {2}└ evaluate +succeeded .*\n {4}└ compare +/m);
  expect(await cloud.stop("SIGKILL")).toBeNull();

  const third = await cloud.start();
  // Whoever got no answer asks again.
  expect((await restart(third, words)).code).toBe(0);
  const done = await workflowIn(clientOf(third), "succeeded", 4);
  const [, , compared, promoted] = done.properties.steps;
  expect(done.properties.steps.map(({ state }) => state)).toEqual(Array(4).fill("succeeded"));
  expect(compared).toMatchObject({ decision: "replayed", restarts: [{ id: "mended" }] });
  expect(promoted?.outputs).toEqual({ "outputs.model": "models/7", "outputs.better": true });
  expect(await sharedText(third, "runs")).toBe("train\nevaluate\ncompare\ncompare\npromote models/7 true\n");
}, 240_000);

function restart({ description: { urls, token, subscriptionId } }: Described, words: readonly string[]) {
  return batchai(words, {
    fetch: globalThis.fetch,
    environment: {
      BATCHAI_ENDPOINT: urls.api,
      BATCHAI_TOKEN: token,
      BATCHAI_SUBSCRIPTION_ID: subscriptionId,
      BATCHAI_RESOURCE_GROUP: "local",
    },
  });
}
