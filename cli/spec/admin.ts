// Who may log in to the nodes of a new cluster: by the options, else by the person's own public key, else nobody.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { flag, text } from "../options.ts";
import { isObject } from "./read-spec.ts";
import { ownOrNewKey } from "./ssh-keys.ts";

export const adminOptions = {
  userName: text("-u, --user-name <name>", "who may log in (default: batchai)"),
  sshKey: text("-k, --ssh-key <key>", "public key, or its file (default: yours in ~/.ssh)"),
  generateKeys: flag("--generate-ssh-keys", "make ~/.ssh/id_rsa where there is none"),
  password: text("-p, --password <password>", "password; a key is better"),
};

export interface AdminGiven {
  readonly userName: string | undefined;
  readonly sshKey: string | undefined;
  readonly generateKeys: boolean;
  readonly password: string | undefined;
}

/** @param known the account that the file has; the options come before it. Always somebody, as the service wants. */
export async function adminOf(given: AdminGiven, known: unknown, context: Context): Promise<object> {
  const { userName, password } = given;
  const sshKey =
    given.sshKey ?? (given.generateKeys ? await ownOrNewKey(context.environment["HOME"]) : undefined);
  const admin: Readonly<Record<string, unknown>> = {
    adminUserName: "batchai",
    ...(isObject(known) ? known : {}),
    ...(userName === undefined ? {} : { adminUserName: userName }),
    ...(sshKey === undefined ? {} : { adminUserSshPublicKey: await keyOf(sshKey, context.directory) }),
    ...(password === undefined ? {} : { adminUserPassword: password }),
  };
  if (admin["adminUserSshPublicKey"] !== undefined || admin["adminUserPassword"] !== undefined) return admin;
  const own = await ownKey(context.environment["HOME"]);
  if (own !== undefined) return { ...admin, adminUserSshPublicKey: own };
  context.warn("Nobody will be able to log in: there is no key (-k) and no password.");
  return { ...admin, adminUserPassword: `${randomBytes(24).toString("base64url")}aA1!` };
}

/** A key itself, or the file that holds it. */
async function keyOf(text: string, directory: string): Promise<string> {
  if (/^(?:ssh-|ecdsa-)/.test(text)) return text;
  try {
    return (await readFile(resolve(directory, text), "utf8")).trim();
  } catch {
    throw usageError(`-k takes a public key or a file that holds one; '${text}' is neither.`);
  }
}

async function ownKey(home: string | undefined): Promise<string | undefined> {
  if (!home) return undefined;
  for (const name of ["id_rsa.pub", "id_ed25519.pub"]) {
    const text = await readFile(join(home, ".ssh", name), "utf8").catch(() => undefined);
    if (text?.trim()) return text.trim();
  }
  return undefined;
}
