// Who is let in: by a key of the account, or by its password, unless it has heard too many wrong ones.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import type { AuthContext, Connection, ParsedKey } from "ssh2";
import type { NodeLogin } from "../batch-emulator/service/ports/node-support.ts";
import type { Logger } from "../logger.ts";
import { homeOf } from "./home.ts";
import type { WrongPasswords } from "./wrong-passwords.ts";

export interface Door {
  readonly address: string;
  /** Folder that stands for `/` of the node. */
  readonly machine: string;
  logins(): readonly NodeLogin[];
}

const methods = ["publickey", "password"] as const;
/** Of one connection. */
const mostAttempts = 10;

interface Checks {
  readonly door: Door;
  readonly wrong: WrongPasswords;
  readonly logger: Logger;
}

/** Answers what a client shows for its user; `onUser` hears who came in. */
export function authenticate(client: Connection, checks: Checks, onUser: (name: string) => void): void {
  let attempts = 0;
  client.on("authentication", (context) => {
    void isLetIn(context, checks)
      .catch(() => false)
      .then((letIn) => {
        const { username: user, method } = context;
        if (!letIn && method !== "none") {
          attempts += 1;
          checks.logger.debug("ssh.loginRefused", { node: checks.door.address, user, method });
        }
        if (letIn && (method === "password" || isSigned(context))) onUser(user);
        if (letIn) context.accept();
        else context.reject([...methods]);
        if (attempts >= mostAttempts) client.end();
      })
      .catch(() => client.end()); // who asked has gone
  });
}

const isSigned = (context: AuthContext) => context.method === "publickey" && context.signature !== undefined;

async function isLetIn(context: AuthContext, { door, wrong, logger }: Checks): Promise<boolean> {
  const logins = door.logins().filter(({ name }) => name === context.username);
  if (context.method === "publickey") {
    const keys = logins.length === 0 ? [] : await keysOf(door, logins);
    return keys.some((key) => opens(context, key));
  }
  if (context.method !== "password") return false;
  const account = `${door.address} ${context.username}`;
  if (wrong.isClosed(account)) {
    logger.warn("ssh.passwordsNotTaken", { node: door.address, user: context.username });
    return false;
  }
  for (const { hasPassword } of logins) if ((await hasPassword?.(context.password)) === true) return true;
  wrong.count(account);
  return false;
}

/** Those that came with the accounts, and those that the node's setup and people on the node put into their homes. */
async function keysOf({ machine }: Door, logins: readonly NodeLogin[]): Promise<ParsedKey[]> {
  const [{ name } = { name: "" }] = logins;
  const file = join(homeOf(machine, name), ".ssh", "authorized_keys");
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const given = logins.map(({ sshPublicKey = "" }) => sshPublicKey);
  return [...lines, ...given].flatMap((line) => {
    const key = line.trim() === "" ? undefined : ssh2.utils.parseKey(line.trim());
    // A line with conditions is none that the parser takes: whoever set them does not want the key to open without.
    return key === undefined || key instanceof Error ? [] : [key].flat();
  });
}

function opens(context: AuthContext & { method: "publickey" }, key: ParsedKey): boolean {
  if (!context.key.data.equals(key.getPublicSSH())) return false;
  if (context.signature === undefined || context.blob === undefined) return true; // asks whether it is worth signing
  return key.verify(context.blob, context.signature, context.hashAlgo) === true;
}
