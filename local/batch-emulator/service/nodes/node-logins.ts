// Who may log in to a node from outside, and whether there is a way in at all. Sources: "UserAccount"; "Compute Node - Add User"; "Configure
// endpoints on nodes in an Azure Batch pool": a NAT pool leads to the port, its rules hold in the order of their priority, and what no rule
// allows is denied; without rules everybody may come. Passwords of node users are kept as hashes only.
import { createHash, scrypt, scryptSync, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { promisify } from "node:util";
import type { NatPool } from "../../schema/machine-spec.ts";
import type { PoolSpec } from "../../schema/pool-spec.ts";
import type { AccountState } from "../account/account-state.ts";
import { loginPort } from "../checks/azure-rules.ts";
import { isWindows } from "../checks/machine-checks.ts";
import type { Node, NodeUser } from "../entities/model.ts";
import type { NodeLogin } from "../ports/node-support.ts";

/** Undefined where nobody can come in. */
export function loginsOf(account: AccountState, node: Node): (() => readonly NodeLogin[]) | undefined {
  if (!hasWayIn(account.parameters.strictAzure, node.pool.spec)) return undefined;
  return () => [
    ...(node.pool.spec.userAccounts ?? []).map(({ name, password }) => ({
      name,
      hasPassword: (given: string) => Promise.resolve(isSame(digest(given), digest(password))),
    })),
    ...node.users.filter((user) => !hasExpired(user, account.clock.now())).map(loginOf),
  ];
}

const hasExpired = ({ expiryTime }: NodeUser, now: number) =>
  expiryTime !== undefined && Date.parse(expiryTime) <= now;

function loginOf({ name, passwordHash, sshPublicKey }: NodeUser): NodeLogin {
  if (passwordHash === undefined) return { name, sshPublicKey };
  return { name, sshPublicKey, hasPassword: (given) => matchesHash(given, passwordHash) };
}

const digest = (text: string) => createHash("sha256").update(text).digest();
const isSame = (one: Buffer, other: Buffer) => one.length === other.length && timingSafeEqual(one, other);

const hashBytes = 32;

/** `salt:hash`, both in hexadecimal. */
export function hashPassword(password: string, salt: Buffer): string {
  return `${salt.toString("hex")}:${scryptSync(password, salt, hashBytes).toString("hex")}`;
}

const scryptLater = promisify(scrypt) as (text: string, salt: Buffer, length: number) => Promise<Buffer>;

async function matchesHash(given: string, kept: string): Promise<boolean> {
  const [salt = "", hash = ""] = kept.split(":");
  return isSame(await scryptLater(given, Buffer.from(salt, "hex"), hashBytes), Buffer.from(hash, "hex"));
}

/** Whoever logs in to an emulated node sits at this machine. */
const caller = "127.0.0.1";

export function hasWayIn(strictAzure: boolean, spec: PoolSpec): boolean {
  const { virtualMachineConfiguration, networkConfiguration } = spec;
  if (virtualMachineConfiguration === undefined || isWindows(spec)) return false;
  if (networkConfiguration?.publicIPAddressConfiguration?.provision === "nopublicipaddresses") return false;
  const pools = networkConfiguration?.endpointConfiguration?.inboundNATPools ?? [];
  const ways = pools.filter(
    ({ backendPort, protocol }) => backendPort === loginPort(spec) && protocol === "tcp",
  );
  return ways.length === 0 ? !strictAzure : ways.some(letsCallerIn);
}

function letsCallerIn({ networkSecurityGroupRules = [] }: NatPool): boolean {
  if (networkSecurityGroupRules.length === 0) return true;
  const inOrder = [...networkSecurityGroupRules].sort((one, other) => one.priority - other.priority);
  return inOrder.find(({ sourceAddressPrefix }) => covers(sourceAddressPrefix, caller))?.access === "allow";
}

/** An address, a range, or `*`; a service tag names addresses of Azure or of the internet, and none of this machine. */
function covers(prefix: string, address: string): boolean {
  if (prefix === "*") return true;
  const [network = "", bits = "32"] = prefix.split("/");
  if (isIP(network) !== 4) return false;
  const range = new BlockList();
  range.addSubnet(network, Number(bits), "ipv4");
  return range.check(address);
}
