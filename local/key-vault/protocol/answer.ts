// One request of a local Key Vault: the challenge, who may do what, and the row that answers. Every failure has the shape of Azure
// Key Vault's.
import type { z } from "zod";
import { VaultFault } from "../service/fault.ts";
import type { Vault } from "../service/vault.ts";
import { bundleWire, deletedWire, itemWire, SetRequest, UpdateRequest } from "./wire.ts";

/** `reader` reads values ("Key Vault Secrets User"), `officer` does everything ("Key Vault Secrets Officer"). */
export type VaultRole = "reader" | "officer";

export interface AnswerOptions {
  /** Address of the vault as the caller knows it, without a slash at the end. */
  readonly base: string;
  /** Path below it, with a leading slash. */
  readonly path: string;
  readonly vault: Vault;
  /** Where clients get their tokens. */
  readonly authority: string;
  /** What the bearer of a token may do; undefined for a token that is not for Key Vault. */
  roleOf(token: string): Promise<VaultRole | "none" | undefined>;
}

const bodyLimitBytes = 100_000;
export const vaultAudience = "https://vault.azure.net";

interface Asked {
  readonly request: Request;
  readonly base: string;
  readonly vault: Vault;
  readonly name: string;
  readonly version: string | undefined;
}

interface Row {
  readonly method: string;
  readonly path: RegExp;
  readonly role: VaultRole;
  answer(asked: Asked): Promise<object | undefined>;
}

const secret = /^\/secrets\/(?<name>[^/]+)\/?$/;
const secretVersion = /^\/secrets\/(?<name>[^/]+)\/(?<version>[^/]+)$/;
const deletedSecret = /^\/deletedsecrets\/(?<name>[^/]+)$/;

const rows: readonly Row[] = [
  row("GET", /^\/secrets\/?$/, "officer", async ({ base, vault }) =>
    page(vault.list().map((found) => itemWire(base, found))),
  ),
  row("GET", /^\/secrets\/(?<name>[^/]+)\/versions$/, "officer", async ({ base, vault, name }) =>
    page(vault.versions(name).map((found) => itemWire(base, found, true))),
  ),
  row("GET", secret, "reader", async ({ base, vault, name }) => bundleWire(base, vault.read(name))),
  row("GET", secretVersion, "reader", async ({ base, vault, name, version }) =>
    bundleWire(base, vault.read(name, version)),
  ),
  row("PUT", secret, "officer", async ({ request, base, vault, name }) => {
    const { value, change } = await bodyOf(request, SetRequest);
    return bundleWire(base, vault.set(name, value, change));
  }),
  row("PATCH", secret, "officer", update),
  row("PATCH", secretVersion, "officer", update),
  row("DELETE", secret, "officer", async ({ base, vault, name }) =>
    deletedWire(base, vault.remove(name), true),
  ),
  row("GET", /^\/deletedsecrets\/?$/, "officer", async ({ base, vault }) =>
    page(vault.listDeleted().map((found) => deletedWire(base, found, false))),
  ),
  row("GET", deletedSecret, "officer", async ({ base, vault, name }) =>
    deletedWire(base, vault.findDeleted(name), true),
  ),
  row("DELETE", deletedSecret, "officer", async ({ vault, name }) => {
    vault.purge(name);
    return undefined;
  }),
  row("POST", /^\/deletedsecrets\/(?<name>[^/]+)\/recover$/, "officer", async ({ base, vault, name }) =>
    itemWire(base, vault.recover(name), true),
  ),
];

export async function answer(request: Request, o: AnswerOptions): Promise<Response> {
  try {
    return await answered(request, o);
  } catch (error) {
    if (!(error instanceof VaultFault)) throw error;
    return json(error.status, { error: { code: error.code, message: error.message } });
  }
}

async function answered(request: Request, o: AnswerOptions): Promise<Response> {
  const [, token] = /^bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  const role = token === undefined ? undefined : await o.roleOf(token);
  // The client learns from this which token to ask for ("Authentication in Azure Key Vault").
  if (role === undefined) return challenge(o.authority);
  if (!new URL(request.url).searchParams.has("api-version"))
    throw new VaultFault(400, "BadParameter", "api-version must be specified");
  const found = rows.find(({ method, path }) => method === request.method && path.test(o.path));
  if (found === undefined) throw new VaultFault(404, "NotFound", `There is nothing at ${o.path}.`);
  if (role === "none" || (found.role === "officer" && role !== "officer"))
    throw new VaultFault(403, "Forbidden", "Caller is not authorized to perform action on resource.");
  const { name = "", version } = found.path.exec(o.path)?.groups ?? {};
  const content = await found.answer({ ...o, request, name, version });
  return content === undefined ? new Response(null, { status: 204 }) : json(200, content);
}

function row(method: string, path: RegExp, role: VaultRole, answerRow: Row["answer"]): Row {
  return { method, path, role, answer: answerRow };
}

async function update({ request, base, vault, name, version }: Asked): Promise<object> {
  return itemWire(base, vault.update(name, version, await bodyOf(request, UpdateRequest)), true);
}

const page = (value: readonly object[]) => ({ value, nextLink: null });

async function bodyOf<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
  const text = await request.text();
  if (text.length > bodyLimitBytes) throw new VaultFault(413, "RequestTooLarge", "The body is too large.");
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Nothing of the body is repeated: it is a secret.
    throw new VaultFault(400, "BadParameter", "The body is not what this operation takes.");
  }
}

function challenge(authority: string): Response {
  const value = `Bearer authorization="${authority}", resource="${vaultAudience}"`;
  return json(
    401,
    { error: { code: "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token." } },
    { "www-authenticate": value },
  );
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", ...headers } });
}
