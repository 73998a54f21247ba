// Logins to the nodes of a local cloud, as a person has them: the commands of ours by the machine's own ssh, with the cluster's key and
// password. Skipped where there is no ssh.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clusterOf, until } from "../../support/batch-ai-client.ts";
import { startClusterLab } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";
import { typed } from "../../support/typed-program.ts";

const hasSsh = existsSync("/usr/bin/ssh") && existsSync("/usr/bin/ssh-keygen");
const place = ["-w", "lab", "-c", "nodes"];
const ofJob = ["-w", "lab", "-e", "exp", "-j", "served"];

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

const answers = async (url: string): Promise<string | undefined> =>
  fetch(url).then(
    (answer) => answer.text(),
    () => undefined,
  );

describe.skipIf(!hasSsh)("logins to the nodes of a cluster (needs ssh)", () => {
  const folder = mkdtempSync(join(tmpdir(), "logins-"));
  const key = join(folder, "id");
  let lab: ClusterLab;
  /** What comes after `--` is the program's. */
  const type = (...words: string[]) => {
    const end = words.includes("--") ? words.indexOf("--") : words.length;
    return typed(words.toSpliced(end, 0, "--cloud", lab.cloud.cloudFile), { folder });
  };

  beforeAll(async () => {
    expect(spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]).status).toBe(0);
    lab = await startClusterLab();
    const adminUserSshPublicKey = readFileSync(`${key}.pub`, "utf8").trim();
    const user = { ...clusterOf(lab.cloud, 1).userAccountSettings, adminUserSshPublicKey };
    await lab.create("nodes", 2, { userAccountSettings: user });
    await lab.idle("nodes", 2);
  }, 120_000);
  afterAll(async () => {
    await lab.cloud.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it("row 50: run a command on the node that is named, with the key or with the password, and give its code", async () => {
    const logins = await lab.client.clusters.listRemoteLoginInformation("local", "lab", "nodes");
    expect(logins).toHaveLength(2);
    for (const { nodeId = "" } of logins) {
      const line = 'echo "$AZ_BATCH_NODE_ID $USER"; exit 7';
      const words = ["cluster", "node", "exec", ...place, "-n", nodeId, "--exec", line];
      expect(await type(...words, "-k", key).ended).toMatchObject({ code: 7, out: `${nodeId} ada\n` });
      expect(await type(...words, "-p", "Correct-horse-7").ended).toMatchObject({
        code: 7,
        out: `${nodeId} ada\n`,
      });
    }
    expect(await type("exec", ...place, "-p", "another", "--", "true").ended).toMatchObject({ code: 255 });
    expect(await type("exec", ...place, "-k", key, "--", "sh", "-c", "exit 3").ended).toMatchObject({
      code: 3,
    });
  });

  it("row 51: forward a port of a job's node, until the command is ended", { timeout: 90_000 }, async () => {
    const { id = "" } = await lab.cluster("nodes");
    const [there, here] = [await freePort(), await freePort()];
    const program = `require("http").createServer((_, a) => a.end(process.env.AZ_BATCH_NODE_ID)).listen(${there}, "127.0.0.1")`;
    await lab.submit("served", id, `exec node -e '${program}'`);
    await lab.reaches("served", "running");
    const forward = type("port-forward", ...ofJob, "-k", key, `${here}:${there}`);
    const [login] = await lab.client.jobs.listRemoteLoginInformation("local", "lab", "exp", "served");
    expect(await until("the job's answer", () => answers(`http://127.0.0.1:${here}`))).toBe(login?.nodeId);
    forward.child.kill("SIGTERM");
    await forward.ended;
    expect(await answers(`http://127.0.0.1:${here}`)).toBeUndefined();
    await lab.client.jobs.terminate("local", "lab", "exp", "served");
    await lab.reaches("served", "failed");
  });
});
