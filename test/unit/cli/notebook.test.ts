// The way to Jupyter on a node, with an ssh and a clock that the test drives.
// Starts nothing: ssh is a function of the test's.
import { expect, it } from "vitest";
import type { Client } from "../../../client/client.ts";
import type { Context } from "../../../cli/command.ts";
import { sitBefore } from "../../../cli/notebook-session.ts";
import { notebookSpec } from "../../../cli/spec/notebook-spec.ts";
import { fillSpec } from "../../../cli/spec/read-spec.ts";
import { JobRequest } from "../../../domain/job/schema.ts";
import type { JobRef } from "../../../domain/shared/resource-id.ts";
import { batchai, contextOf } from "../../support/command-line.ts";

const group = { subscriptionId: "s", resourceGroup: "rg", workspace: "lab" };
const ref: JobRef = { ...group, kind: "job", experiment: "digits", job: "notebook" };
const login = { node: undefined, password: undefined, sshKey: "key" };
const cluster = {
  id: "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.BatchAI/workspaces/lab/clusters/nodes",
};

/** A job whose states come in this order, the last for good. */
function clientOf(...states: string[]): Client {
  let at = 0;
  const get = async () => ({
    name: "notebook",
    properties: { executionState: states[Math.min(at++, states.length - 1)], cluster },
  });
  const nodes = async function* () {
    yield { nodeId: "n1", ipAddress: "10.0.0.4", port: 50_001 };
  };
  const user = { properties: { userAccountSettings: { adminUserName: "ada" } } };
  return { jobs: { get, nodes }, clusters: { get: async () => user } } as unknown as Client;
}

const jupyter: typeof fetch = async () => new Response('{"version": "2.21.1"}');
const nobody: typeof fetch = () => Promise.reject(new Error("connection refused"));
const forever = () => new Promise<number>(() => {});

async function sat(client: Client, more: Partial<Context>, ready: (port: number) => void = () => {}) {
  const said = { out: "", err: "" };
  const session = { ref, port: 23_456, tunnel: { port: 8888, login }, onReady: ready };
  return sitBefore(client, session, contextOf(said, more));
}

it("is an ssh that forwards a port of this machine alone, told once Jupyter answers there", async () => {
  const asked: string[] = [];
  const told: number[] = [];
  let letGo: () => void = () => {};
  const stopped = new Promise<void>((resolve) => (letGo = resolve));
  const job = await sat(
    clientOf("queued", "running"),
    {
      runProgram: async (program, words) => {
        asked.push([program, ...words].join(" "));
        return forever();
      },
      fetch: async (url) => {
        expect(url).toBe("http://127.0.0.1:8888/api");
        return jupyter(url);
      },
      stopRequested: () => stopped,
    },
    (port) => {
      told.push(port);
      letGo();
    },
  );
  expect(job).toBeUndefined();
  expect(told).toEqual([8888]);
  expect(asked).toEqual([
    expect.stringMatching(
      /^ssh .*-L 127\.0\.0\.1:8888:127\.0\.0\.1:23456 -i key -N -p 50001 ada@10\.0\.0\.4$/,
    ),
  ]);
});

it("comes back when it breaks after Jupyter was there", async () => {
  let [tunnels, polls] = [0, 0];
  let letGo: () => void = () => {};
  const stopped = new Promise<void>((resolve) => (letGo = resolve));
  const job = await sat(clientOf("running"), {
    runProgram: async () => {
      tunnels += 1;
      if (tunnels < 3) return 255;
      letGo();
      return forever();
    },
    fetch: jupyter,
    sleep: async () => {
      // Nothing else would end a loop that never tries again.
      if (++polls > 100) throw new Error("the way did not come back");
      await new Promise((resolve) => setImmediate(resolve));
    },
    stopRequested: () => stopped,
  });
  expect({ job, tunnels }).toEqual({ job: undefined, tunnels: 3 });
});

it("that never opened is an error that names the key and the port", async () => {
  const sitting = sat(clientOf("running"), {
    runProgram: async () => 255,
    fetch: nobody,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
  });
  await expect(sitting).rejects.toThrow("Is the key right (-k), and the port 8888 free here (--port)?");
});

it("ends with the job", async () => {
  const job = await sat(clientOf("running", "running", "failed"), { runProgram: forever, fetch: nobody });
  expect(job?.properties.executionState).toBe("failed");
});

it("the token is a secret of the job, and stands in nothing that is shown", () => {
  const token = "7365637265742d746f6b656e";
  const spec = notebookSpec({
    port: 23_456,
    token,
    hours: 1.5,
    preparation: "pip install jupyterlab",
    variables: [],
  });
  const request = JobRequest.parse({
    properties: { ...fillSpec(spec, { name: "teststore", key: "a2V5" }).properties, cluster },
  });
  expect(request.properties.secrets).toEqual([{ name: "JUPYTER_TOKEN", value: token }]);
  expect(request.properties.constraints.maxWallClockTime).toBe("PT1H30M");
  expect(JSON.stringify({ ...request.properties, secrets: [] })).not.toContain(token);
});

it.each(["--hours 0", "--port 0", "--env PATH"])(
  "is refused with %s before anything is made",
  async (options) => {
    const said = await batchai(["notebook", ...options.split(" ")]);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(said.err).toContain(options.split(" ")[0]);
  },
);
