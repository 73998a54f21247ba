// Accounts of a pool: Azure Batch puts the private key of one into its home on every node, and answers it to nobody.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { NodeSupport } from "../../../local/batch-emulator/service/ports/node-support.ts";
import { noNodeSupport } from "../../../local/batch-emulator/service/ports/node-support.ts";
import { writeAccounts } from "../../../local/node-accounts.ts";
import { eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

const privateKey = "-----BEGIN RSA PRIVATE KEY-----\nnot-to-be-seen\n-----END RSA PRIVATE KEY-----\n";

async function nodeOf(enableInterNodeCommunication: boolean) {
  const dataDirectory = mkdtempSync(join(tmpdir(), "batch-accounts-"));
  cleanUps.push(() => rmSync(dataDirectory, { recursive: true, force: true }));
  let root = "";
  const support: NodeSupport = {
    ...noNodeSupport(),
    makeAccounts: (nodeRoot, accounts) => writeAccounts(join((root = nodeRoot), "machine"), accounts),
  };
  const t = await underTest({ dataDirectory, support });
  cleanUps.push(() => t.emulator.dispose());
  await t.batch.pool.add({
    id: "p",
    ...linuxPool,
    targetDedicatedNodes: 1,
    enableInterNodeCommunication,
    userAccounts: [
      {
        name: "keys",
        password: "p4ss-not-to-be-seen",
        linuxUserConfiguration: { sshPrivateKey: privateKey },
      },
      { name: "plain", password: "p4ss" },
    ],
  });
  const [node] = await eventually(
    () => t.batch.computeNode.list("p"),
    (nodes) => nodes[0]?.state === "idle",
  );
  return { t, root, id: node?.id ?? "" };
}

const status = (t: UnderTest, id: string, path: string) =>
  t.batch.file.getPropertiesFromComputeNode("p", id, path).then(
    () => 200,
    (error: { statusCode?: number }) => error.statusCode,
  );

test("a private key lies in the home of its account, and is answered to nobody", async () => {
  const { t, root, id } = await nodeOf(true);
  const file = join(root, "machine/home/keys/.ssh/id_rsa");
  expect(readFileSync(file, "utf8")).toBe(privateKey);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const pool = await t.batch.pool.get("p");
  expect(pool.userAccounts).toEqual([
    { name: "keys", elevationLevel: "nonadmin", linuxUserConfiguration: {} },
    { name: "plain", elevationLevel: "nonadmin" },
  ]);
  expect(JSON.stringify([pool, await t.arm.poolOperations.get("local", "devbatch", "p")])).not.toContain(
    "not-to-be-seen",
  );
  // By the file operations the homes are out of reach, as on a machine of Azure.
  const names = (await t.batch.file.listFromComputeNode("p", id, { recursive: true })).map(
    ({ name }) => name,
  );
  expect(names).toContain("shared");
  expect(names?.filter((name) => name?.startsWith("machine"))).toEqual([]);
  await symlink(join(root, "machine"), join(root, "shared/way"));
  for (const path of ["machine", "machine/home/keys/.ssh/id_rsa", "shared/way/home/keys/.ssh/id_rsa"])
    expect(await status(t, id, path), path).toBe(404);
  await expect(
    t.batch.file.deleteFromComputeNode("p", id, "machine", { recursive: true }),
  ).rejects.toMatchObject({ statusCode: 404 });
});

test("a pool whose nodes may not talk to each other has no key on them", async () => {
  const { root } = await nodeOf(false);
  expect(() => statSync(join(root, "machine/home"))).toThrow("ENOENT");
});

test("a pipe in a node's folder is not a file: who asks for it neither waits nor takes what is in it", async () => {
  const { t, root, id } = await nodeOf(true);
  expect(spawnSync("mkfifo", [join(root, "shared/pipe")]).status).toBe(0);
  expect(await status(t, id, "shared/pipe")).toBe(404);
  await expect(t.batch.file.getFromComputeNode("p", id, "shared/pipe")).rejects.toMatchObject({
    statusCode: 404,
  });
});
