// The script that a person runs once against a real subscription, with `az`, `azd`, `curl` and `node` played by scripts that note what they
// were asked.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { JobRequest } from "../../../domain/job/schema.ts";
import { parse } from "../../../domain/shared/parse.ts";
import { toolkits } from "../../../domain/toolkits/registry.ts";

let bin: string;
const note = (name: string) => `printf '%s\\n' "${name} $*" >>"$BIN/said"`;
function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}
beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "batchai-acceptance-"));
  mkdirSync(join(bin, "jobs"));
  program("azd", `${note("azd")}\ncase "$*" in *get-value*) echo "the-$3" ;; esac`);
  azure("");
  program(
    "curl",
    'echo \'{"Items":[{"retailPrice":0.2,"productName":"DSv5 Windows"},{"retailPrice":0.1,"productName":"DSv5"}]}\'',
  );
  batchai("");
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

/** Scale sets of the run are there once the run has asked for them a first time: another's was before. */
function azure(more: string): void {
  program(
    "az",
    `${note("az")}
${more}
case "$*" in
  "vmss list-instances"*) echo 0 ;;
  "vmss list"*)
    printf 'theirs\\tspot\\n'
    [ ! -e "$BIN/made" ] || printf 'AzureBatch-1-C\\tset-1\\n'
    touch "$BIN/made"
    ;;
  "vmss simulate"*) ;;
  *) echo from-az ;;
esac`,
  );
}

/** Keeps the job files that it is given; a job that is to fail, fails. */
function batchai(more: string): void {
  program(
    "node",
    `shift
case "$*" in estimate*) echo 73; exit ;; esac
${note("batchai")}
for word; do case $word in *.json) cp "$word" "$BIN/jobs/" ;; esac; done
${more}
case "$*" in
  "job wait -n fails"*) exit 7 ;;
  "job show"*) echo running ;;
  "job attempts"*) echo 2 ;;
  "cluster create -n outside"*) exit 1 ;;
  "cluster node list -c private"*) echo 10.42.5.4 ;;
esac`,
  );
}

function script(...words: string[]) {
  return scriptWith({}, ...words);
}
function scriptWith(environment: Readonly<Record<string, string>>, ...words: string[]) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["scripts/azure-acceptance.sh", ...words], {
    encoding: "utf8",
    env: { PATH: `${bin}:/usr/bin:/bin`, BIN: bin, TMPDIR: bin, ACCEPTANCE_ENV: "try", ...environment },
  });
  const said = existsSync(join(bin, "said"))
    ? readFileSync(join(bin, "said"), "utf8").trim().split("\n")
    : [];
  return { status, stdout, stderr, said };
}

describe("the acceptance script", () => {
  it("tells with --dry-run what it would do and cost, and does nothing", () => {
    const { status, stdout, said } = script("--dry-run");
    expect({ status, said }).toEqual({ status: 0, said: [] });
    expect(stdout).toContain("azd down --force --purge");
    expect(stdout).toContain("2 node hours of STANDARD_D2S_V5 at 0.1 USD: 0.20 USD");
    expect(stdout).toContain("isolated for 1 hour: 0.10 USD");
    expect(stdout).not.toContain("Azure makes of the machines");
  });

  it("tells with --cost only what it would cost, and no more where the machines are the subscription's", () => {
    const { status, stdout, said } = scriptWith({ ACCEPTANCE_POOLS: "UserSubscription" }, "--cost");
    expect({ status, said }).toEqual({ status: 0, said: [] });
    expect(stdout).toMatch(/^Cost: about 4 node hours/);
    expect(stdout).not.toContain("azd up");
    expect(scriptWith({ ACCEPTANCE_POOLS: "Batch" }, "--cost")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("expected BatchService or UserSubscription") as string,
    });
  });

  it("gives no sum where the price list does not answer", () => {
    program("curl", "exit 6");
    expect(script("--dry-run").stdout).toContain("does not answer, so no sum");
  });

  it("runs a job with every toolkit that the service has, each as the service takes it", () => {
    const { status, stdout } = script();
    expect(status, stdout).toBe(0);
    const jobs = readdirSync(join(bin, "jobs")).map((file) => {
      const body = JSON.parse(readFileSync(join(bin, "jobs", file), "utf8")) as { properties: object };
      const cluster = {
        id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.BatchAI/workspaces/w/clusters/c",
      };
      expect(() => parse(JobRequest, { properties: { cluster, ...body.properties } }), file).not.toThrow();
      return Object.keys(body.properties);
    });
    for (const { block } of toolkits) expect(jobs.flat()).toContain(block);
    expect(stdout).toMatch(
      /^passed: spot-cluster custom customMpi .* exit-code terminate ssh-addresses rehearsed-eviction isolated no-subnet-refused private-cluster private-addresses private-endpoints$/m,
    );
  });

  it("deletes everything at the end, and puts no token on a command line", () => {
    const { said } = script();
    expect(said.at(-1)).toBe("azd down --environment try --force --purge");
    expect(said).toContain("batchai cluster delete -w acceptance -n two -y");
    expect(said.filter((line) => line.startsWith("batchai")).join("\n")).not.toContain("from-az");
  });

  it("rehearses an eviction where Batch owns the machines, and asks Azure for none", () => {
    const { said } = script();
    expect(said).toContain("azd env set BATCHAI_POOL_ALLOCATION_MODE BatchService --environment try");
    expect(said).toContain("batchai preempt rehearsed -y");
    expect(said.filter((line) => line.startsWith("az vmss"))).toEqual([]);
  });

  it("has Azure evict the machines of this run, and no other, where they are the subscription's", () => {
    const { stdout, said } = scriptWith({ ACCEPTANCE_POOLS: "UserSubscription" });
    expect(stdout).toMatch(/^passed: .* rehearsed-eviction eviction isolated/m);
    expect(said.filter((line) => line.startsWith("az vmss simulate"))).toEqual([
      "az vmss simulate-eviction --resource-group AzureBatch-1-C --name set-1 --instance-id 0",
    ]);
  });

  it("says that a job did not survive where it had one attempt only", () => {
    batchai('case "$*" in "job attempts"*) echo 1; exit ;; esac');
    expect(script().stdout).toMatch(/^FAILED: rehearsed-eviction$/m);
  });

  it("closes the deployment, and looks at addresses from a node in the network", () => {
    const { said } = script();
    const at = (text: string) => said.findIndex((line) => line.startsWith(text));
    expect(at("azd env set BATCHAI_ISOLATED true")).toBeGreaterThan(at("batchai preempt"));
    expect(at("azd provision")).toBeGreaterThan(at("azd env set BATCHAI_NODE_ADDRESSES private"));
    expect(at("batchai cluster create -n private")).toBeGreaterThan(at("azd provision"));
    expect(said[at("batchai cluster create -n private")]).toContain("--subnet the-BATCHAI_POOL_SUBNET_ID");
    const job = readFileSync(join(bin, "jobs", "resolves.json"), "utf8");
    const hosts = "from-az from-az the-AZURE_KEY_VAULT_NAME.vault.azure.net";
    expect(job).toContain(
      `for host in ${hosts}; do getent hosts $host | grep '^10[.]42[.]1[.]' || exit 1; done`,
    );
    expect(said).toContain("batchai cluster delete -w acceptance -n private -y");
  });

  it.each([
    ["a cluster without a subnet that is made", '"cluster create -n outside"*) exit 0', "no-subnet-refused"],
    ["a public address", '"cluster node list -c private"*) echo 20.1.2.3; exit', "private-addresses"],
    ["no address at all", '"cluster node list -c private"*) exit', "private-addresses"],
    ["a name that is found elsewhere", '"job wait -n resolves"*) exit 1', "private-endpoints"],
  ])("says of %s that it failed", (_title, answer, name) => {
    batchai(`case "$*" in ${answer} ;; esac`);
    expect(script().stdout).toMatch(new RegExp(`^FAILED: ${name}$`, "m"));
  });

  it("goes on after a toolkit that fails, says which, and deletes everything", () => {
    batchai('case "$*" in "job wait -n horovod"*) exit 1 ;; esac');
    const { status, stdout, said } = script();
    expect(status).toBe(1);
    expect(stdout).toMatch(/^FAILED: horovod$/m);
    expect(said.some((line) => line.startsWith("batchai job create -n caffe2"))).toBe(true);
    expect(said.at(-1)).toContain("azd down");
  });

  it("stops when the deployment cannot run jobs, and deletes it", () => {
    batchai('case "$*" in doctor*) exit 5 ;; esac');
    const { status, stderr, said } = script();
    expect(status).toBe(1);
    expect(stderr).toContain("cannot run jobs");
    expect(said.some((line) => line.includes("cluster create"))).toBe(false);
    expect(said.at(-1)).toContain("azd down");
  });

  it.each(["HUP", "INT", "TERM"])(
    "deletes it when it is ended by SIG%s, as by a terminal that closes",
    (signal) => {
      // The shell that makes the clusters is told: its child speaks for whoever ends it.
      batchai(`case "$*" in "experiment create"*) kill -${signal} "$PPID" ;; esac`);
      const { status, said } = script();
      expect(status).toBe(130);
      expect(said.some((line) => line.includes("job create"))).toBe(false);
      expect(said.at(-1)).toBe("azd down --environment try --force --purge");
    },
  );

  it("leaves the deployment with --keep, and says how to delete it", () => {
    const { stdout, said } = script("--keep");
    expect(said.some((line) => line.includes("azd down"))).toBe(false);
    expect(stdout).toContain("azd down --environment try --force --purge");
  });

  it("says that it could not delete", () => {
    program("azd", `${note("azd")}\ncase "$*" in *down*) exit 1 ;; *get-value*) echo x ;; esac`);
    expect(script().stderr).toContain("NOT DELETED");
  });

  it("shows how it is used to whoever types something else", () => {
    expect(script("--help")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--dry-run") as string,
    });
  });
});
