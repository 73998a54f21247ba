// What `az batchai` 2.45 does on nodes, by the ssh library of its time: a command on a terminal, and ports through a tunnel. Skipped where
// Debian's azure-cli is not installed.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createPort } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../support/batch-ai-client.ts";
import { startClusterLab } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";
import { hasTerminals } from "../../../local/node-ssh/terminal.ts";
import { azSession, hasAzBatchAI } from "../../support/old-clients.ts";
import type { AzSession } from "../../support/old-clients.ts";

const place = ["-g", "local", "-w", "lab"] as const;
const password = ["-p", "Correct-horse-7"] as const;
/** It asks for a terminal. */
const canRun = hasAzBatchAI && hasTerminals() && existsSync("/bin/bash");

describe.skipIf(!canRun)("az batchai 2.45 on nodes (needs azure-cli and script(1))", () => {
  const folder = mkdtempSync(join(tmpdir(), "az-nodes-"));
  let lab: ClusterLab;
  let session: AzSession;
  const onNode = (...words: string[]) =>
    session.az("batchai", "cluster", "node", "exec", ...place, "-c", "nodes", ...words);

  beforeAll(async () => {
    lab = await startClusterLab();
    await lab.create("nodes", 1);
    session = await azSession(lab.cloud);
    await lab.idle("nodes", 1);
  }, 240_000);
  afterAll(async () => {
    await session.dispose();
    await lab.cloud.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    "row 50: runs a command on the node of a cluster, and of a job, and refuses a wrong password",
    { timeout: 120_000 },
    async () => {
      const [login] = await lab.client.clusters.listRemoteLoginInformation("local", "lab", "nodes");
      const line = ["--exec", "echo on $AZ_BATCH_NODE_ID as $USER; test -t 0 && echo terminal"];
      const { out } = await onNode(...password, ...line);
      expect(out).toContain(`on ${login?.nodeId} as ada`);
      expect(out).toContain("terminal");
      expect((await onNode("-p", "wrong", ...line)).err).toContain("Please check provided credentials");
      const { id = "" } = await lab.cluster("nodes");
      const go = join(folder, "job-goes-on");
      await lab.submit("long", id, `until [ -e ${go} ]; do sleep 0.2; done`);
      await lab.reaches("long", "running");
      const ofJob = ["job", "node", "exec", ...place, "-e", "exp", "-j", "long"];
      expect((await session.az("batchai", ...ofJob, ...password, ...line)).out).toContain(
        `on ${login?.nodeId} as ada`,
      );
      writeFileSync(go, "");
      await lab.reaches("long", "succeeded");
    },
  );

  it("row 51: forwards a port while its command runs", { timeout: 120_000 }, async () => {
    const server = createServer((_request, answer) => answer.end("through the node"));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const reserved = createPort();
    await new Promise<void>((resolve) => void reserved.listen(0, "127.0.0.1", resolve));
    const here = (reserved.address() as AddressInfo).port;
    await new Promise((resolve) => reserved.close(resolve));
    const go = join(folder, "goes-on");
    const wait = ["--exec", `until [ -e ${go} ]; do sleep 0.2; done`];
    const ended = onNode(...password, "-L", `${here}:localhost:${port}`, ...wait);
    const answer = () =>
      fetch(`http://127.0.0.1:${here}`).then(
        (one) => one.text(),
        () => undefined,
      );
    try {
      expect(await until("an answer through the tunnel", answer)).toBe("through the node");
    } finally {
      writeFileSync(go, "");
      await ended;
      server.close();
    }
    expect(await answer()).toBeUndefined();
  });
});
