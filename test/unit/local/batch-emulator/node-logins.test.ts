// Who may log in to a node, and whether its pool has a way in. Starts nothing: the machine around the nodes is a fake.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { hasWayIn } from "../../../../local/batch-emulator/service/nodes/node-logins.ts";
import { addPool, resizePool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import {
  addUser,
  deleteUser,
  updateUser,
} from "../../../../local/batch-emulator/service/pools/node-commands.ts";
import type { NodeLogin, NodeSupport } from "../../../../local/batch-emulator/service/ports/node-support.ts";
import { noNodeSupport } from "../../../../local/batch-emulator/service/ports/node-support.ts";
import { openLibsqlJournal } from "../../../../local/batch-emulator/store/libsql-journal.ts";
import type { PoolSpec } from "../../../../local/batch-emulator/schema/pool-spec.ts";
import type { ManualClock } from "../../../../local/clock.ts";
import { manualClock } from "../../../../local/clock.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "batch-node-logins-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Rules = readonly { priority: number; access: "allow" | "deny"; sourceAddressPrefix: string }[];
const wayIn = (networkSecurityGroupRules: Rules, more: object = {}) => ({
  networkConfiguration: {
    endpointConfiguration: {
      inboundNATPools: [
        {
          ...{ name: "ssh", protocol: "tcp", backendPort: 22, frontendPortRangeStart: 15_000 },
          ...{ frontendPortRangeEnd: 16_999, networkSecurityGroupRules },
        },
      ],
    },
    ...more,
  },
});
const specOf = (more: object) => ({ id: "p", ...machine, ...more }) as unknown as PoolSpec;
const allow = (sourceAddressPrefix: string, priority = 150) => ({
  priority,
  access: "allow" as const,
  sourceAddressPrefix,
});
const deny = (sourceAddressPrefix: string, priority = 160) => ({
  priority,
  access: "deny" as const,
  sourceAddressPrefix,
});

it.each([
  ["without rules, for everybody", wayIn([]), true],
  ["for this machine's addresses", wayIn([allow("127.0.0.0/8"), deny("*")]), true],
  ["for this very address", wayIn([deny("*"), allow("127.0.0.1")]), true],
  [
    "not where the first rule by priority denies it",
    wayIn([allow("127.0.0.0/8", 200), deny("127.0.0.1", 199)]),
    false,
  ],
  ["not for nobody, as the service makes it without BATCHAI_SSH_SOURCES", wayIn([deny("*")]), false],
  ["not for others", wayIn([allow("203.0.113.0/24"), deny("*")]), false],
  [
    "not by a rule of other addresses alone, because the rest is denied",
    wayIn([allow("203.0.113.0/24")]),
    false,
  ],
  ["not for a service tag, which is none of this machine", wayIn([allow("VirtualNetwork")]), false],
  [
    "not without a public address",
    wayIn([], { publicIPAddressConfiguration: { provision: "nopublicipaddresses" } }),
    false,
  ],
  ["not where no port leads to 22", {}, false],
])("there is a way in: %s", (_, more, expected) => {
  expect(hasWayIn(true, specOf(more))).toBe(expected);
});

it("there is one without a port where the rules of Azure are off, and none to Windows", () => {
  expect(hasWayIn(false, specOf({}))).toBe(true);
  const windows = {
    virtualMachineConfiguration: { imageReference: {}, nodeAgentSKUId: "batch.node.windows amd64" },
  };
  expect(hasWayIn(false, specOf(windows))).toBe(false);
});

interface Machine {
  readonly support: NodeSupport;
  readonly up: Map<
    string,
    { readonly nodeRoot: string; readonly logins: (() => readonly NodeLogin[]) | undefined }
  >;
  readonly changed: string[];
}

function fakeMachine(): Machine {
  const up: Machine["up"] = new Map();
  const changed: string[] = [];
  const support: NodeSupport = {
    ...noNodeSupport(),
    nodeUp({ address, nodeRoot, logins }) {
      up.set(address, { nodeRoot, logins });
      return Promise.resolve();
    },
    nodeDown: (address) => void up.delete(address),
    loginsChanged: (address) => void changed.push(address),
  };
  return { support, up, changed };
}

async function oneNode(file: string, clock: ManualClock = manualClock()) {
  const around = fakeMachine();
  const of = serviceBench({ clock, journal: openLibsqlJournal(join(folder, file)), support: around.support });
  addPool(of.account, {
    ...specOf(wayIn([])),
    targetDedicatedNodes: 1,
    userAccounts: [{ name: "ada", password: "of-the-pool", elevationLevel: "admin" }],
  });
  await settle(of);
  const [node] = [...(of.account.pools.get("p")?.nodes ?? [])];
  if (node === undefined) throw new Error("there is no node");
  const lets = async (name: string, password: string) =>
    (
      await Promise.all(
        (around.up.get(node.address)?.logins?.() ?? [])
          .filter((login) => login.name === name)
          .map(async ({ hasPassword }) => (await hasPassword?.(password)) ?? false),
      )
    ).includes(true);
  return { of, node, around, lets };
}

it("lets in the accounts of the pool, and users of the node until they are gone or their time is over", async () => {
  const { of, node, around, lets } = await oneNode("users");
  expect(await lets("ada", "of-the-pool")).toBe(true);
  expect(await lets("ada", "another")).toBe(false);
  addUser(of.account, node, { name: "bob", isAdmin: false, password: "first" });
  expect([await lets("bob", "first"), await lets("bob", "other"), await lets("eve", "first")]).toEqual([
    true,
    false,
    false,
  ]);
  updateUser(of.account, node, "bob", { sshPublicKey: "ssh-ed25519 AAAA bob" });
  expect(await lets("bob", "first")).toBe(false);
  const kept = around.up
    .get(node.address)
    ?.logins?.()
    .find(({ name }) => name === "bob");
  expect(kept?.sshPublicKey).toBe("ssh-ed25519 AAAA bob");
  updateUser(of.account, node, "bob", { password: "second" });
  expect(await lets("bob", "second")).toBe(true);
  await of.clock.advance(86_400_001);
  expect(await lets("bob", "second")).toBe(false);
  expect(around.changed).toEqual([]);
  deleteUser(of.account, node, "bob");
  expect(around.changed).toEqual([node.address]);
});

it("knows users after a restart, reaches the node again, and gives back what it has when it leaves", async () => {
  const { of, node } = await oneNode("restart");
  addUser(of.account, node, { name: "bob", isAdmin: false, password: "not-on-disk" });
  of.account.flush();
  of.account.closed = true;
  expect(readFileSync(join(folder, "restart")).includes("not-on-disk")).toBe(false);
  const around = fakeMachine();
  const journal = openLibsqlJournal(join(folder, "restart"));
  const next = serviceBench({ journal, clock: manualClock(of.clock.now()), support: around.support });
  await next.service.recover();
  const logins = around.up.get(node.address)?.logins?.() ?? [];
  const bob = logins.find(({ name }) => name === "bob");
  expect(await bob?.hasPassword?.("not-on-disk")).toBe(true);
  const [again] = [...(next.account.pools.get("p")?.nodes ?? [])];
  expect(again?.state).toBe("idle");
  const pool = next.account.pools.get("p");
  if (pool === undefined) throw new Error("the pool is gone");
  resizePool(next.account, pool, { targetDedicatedNodes: 0 });
  await settle(next);
  expect(around.up.size).toBe(0);
});
