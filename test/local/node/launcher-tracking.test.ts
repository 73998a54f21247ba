// Where a job's programs report, as the launcher tells them: run for real in every shell of this machine.
import { afterEach, describe, expect, it } from "vitest";
import { readAddress } from "../../../domain/tracking/address.ts";
import { job } from "../../unit/domain/samples.ts";
import { EmulatedNodes, shells } from "./emulated-nodes.ts";

const open: EmulatedNodes[] = [];
afterEach(async () => {
  for (const made of open.splice(0)) await made.dispose();
});

const tell =
  'env | grep -E "^(MLFLOW|BATCHAI_(TRACKING|METRICS)|AZ_BATCHAI_METRICS_[UT])" | sort; echo "folder $AZ_BATCHAI_OUTPUT_MODEL"; exit 0';
const base = "http://127.0.0.1:7071/subscriptions/s/mlflow";
const metrics = "http://127.0.0.1:7071/subscriptions/s/metrics?api-version=x&y";

async function told(shell: readonly string[], more: object = {}, variables = true) {
  const node = await EmulatedNodes.create(shell, 1);
  open.push(node);
  const afs = await node.mountEverywhere("afs");
  if (variables)
    Object.assign(node.variables, {
      BATCHAI_TRACKING_URL: base,
      BATCHAI_METRICS_URL: metrics,
      BATCHAI_TRACKING_TOKEN: "not-for-a-log",
    });
  const mnist = job({ customToolkitSettings: { commandLine: tell }, ...more });
  expect((await node.run(mnist)).code).toBe(0);
  const lines = (await node.log(mnist, afs, "stdout.txt")).split("\n");
  const value = (name: string) => lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    lines,
    log: await node.log(mnist, afs, "execution.log"),
    uri: value("MLFLOW_TRACKING_URI"),
    token: value("MLFLOW_TRACKING_TOKEN"),
    posting: [value("AZ_BATCHAI_METRICS_URL"), value("AZ_BATCHAI_METRICS_TOKEN")],
    output: lines.find((line) => line.startsWith("folder "))?.slice("folder ".length) ?? "",
  };
}

const output = (pathPrefix: string) => ({
  outputDirectories: [{ id: "MODEL", pathPrefix: `$AZ_BATCHAI_MOUNT_ROOT/${pathPrefix}` }],
});

describe.each(shells)("in %s, the programs of a job", (_name, shell) => {
  it("are told the addresses and the token, and nothing else, and no log has the token", async () => {
    const { lines, uri = "", token, posting, log, output: folder } = await told(shell, output("afs"));
    expect(lines.filter((line) => /^(MLFLOW|BATCHAI|AZ_BATCHAI_METRICS)/.test(line))).toHaveLength(4);
    expect(token).toBe("not-for-a-log");
    expect(posting).toEqual([metrics, "not-for-a-log"]);
    expect(log).not.toContain("not-for-a-log");
    expect(uri.startsWith(`${base}/on/`)).toBe(true);
    const address = readAddress(`${uri.slice(base.length + 1)}/api/2.0/mlflow/runs/get`);
    expect(address).toMatchObject({ folder: `${folder}/mlflow`, path: "api/2.0/mlflow/runs/get" });
    expect(address.launch).toMatch(/^[\w:.-]+$/);
  });

  it("are told a folder that an address cannot hold in another way", async () => {
    const { uri = "", output: folder } = await told(shell, output("afs/my models ä"));
    expect(uri).toMatch(/^[\w:/.-]+$/);
    expect(readAddress(uri.slice(base.length + 1))).toMatchObject({ folder: `${folder}/mlflow`, path: "" });
  });

  it("are told nothing where the service says nothing, or the job reports elsewhere", async () => {
    const nothing = await told(shell, {}, false);
    expect([nothing.uri, ...nothing.posting]).toEqual([undefined, undefined, undefined]);
    const elsewhere = {
      environmentVariables: [{ name: "MLFLOW_TRACKING_URI", value: "https://mine.example" }],
    };
    const { uri, token, posting } = await told(shell, elsewhere);
    expect([uri, token]).toEqual(["https://mine.example", undefined]);
    expect(posting).toEqual([metrics, "not-for-a-log"]);
  });
});
