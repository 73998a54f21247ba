// Who may log in to the nodes of a new cluster: by the options, else by the person's own public key, else nobody.
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { isObject } from "./read-spec.ts";
import type { Spec } from "./read-spec.ts";

export interface AdminGiven {
  readonly userName: string | undefined;
  readonly sshKey: string | undefined;
  readonly password: string | undefined;
}

/** The file's account with the options over it; always somebody, as the service wants. */
export async function adminOf(given: AdminGiven, file: Spec | undefined, context: Context): Promise<object> {
  const { userName, sshKey, password } = given;
  const known = file?.properties["userAccountSettings"];
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
  if (context.isTerminal.err)
    context.err("Nobody will be able to log in to the nodes: there is no key (-k) and no password.\n");
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
