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
  program("az", `${note("az")}\necho from-az`);
  program(
    "curl",
    'echo \'{"Items":[{"retailPrice":0.2,"productName":"DSv5 Windows"},{"retailPrice":0.1,"productName":"DSv5"}]}\'',
  );
  batchai("");
});
afterEach(() => rmSync(bin, { recursive: true, force: true }));

/** Keeps the job files that it is given; a job that is to fail, fails. */
function batchai(more: string): void {
  program(
    "node",
    `shift; ${note("batchai")}
for word; do case $word in *.json) cp "$word" "$BIN/jobs/" ;; esac; done
case "$*" in "job wait -n fails"*) exit 7 ;; esac
${more}`,
  );
}

function script(...words: string[]) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["scripts/azure-acceptance.sh", ...words], {
    encoding: "utf8",
    env: { PATH: `${bin}:/usr/bin:/bin`, BIN: bin, TMPDIR: bin, ACCEPTANCE_ENV: "try" },
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
    expect(stdout).toContain("1.5 node hours of STANDARD_D2S_V5 at 0.1 USD: 0.15 USD");
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
    expect(stdout).toMatch(/^passed: spot-cluster custom customMpi .* exit-code terminate ssh-addresses$/m);
  });

  it("deletes everything at the end, and puts no token on a command line", () => {
    const { said } = script();
    expect(said.at(-1)).toBe("azd down --environment try --force --purge");
    expect(said).toContain("batchai cluster delete -w acceptance -n two -y");
    expect(said.filter((line) => line.startsWith("batchai")).join("\n")).not.toContain("from-az");
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
