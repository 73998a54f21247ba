// The loopback endpoint through which the shim mount commands on emulated nodes reach the mounts. Invariants: a node
// can only mount below its own root folder and only unmount what is its own; its token proves which node it is. Port and
// signing key outlive a restart, because tasks that are reattached keep the environment they were started with.
import { createHmac, timingSafeEqual } from "node:crypto";
import { readFile, realpath, rename, writeFile } from "node:fs/promises";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, resolve, sep } from "node:path";
import { z } from "zod";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import type { MountRequest, Mounts } from "./index.ts";

export interface MountServiceOptions {
  readonly mounts: Mounts;
  /** Keeps port and signing key (mode 0600), or "memory". */
  readonly stateFile: string;
  readonly random: Random;
  readonly logger: Logger;
}

export interface MountService {
  readonly endpoint: string;
  /** What every process on the node needs in its environment so that the shims work. */
  environmentOf(
    nodeId: string,
    nodeRoot: string,
    of?: { readonly subnetId?: string | undefined; readonly identities?: readonly string[] | undefined },
  ): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const State = z.object({ port: z.number().int().min(0).max(65_535), key: z.string().min(32) });
const place = { target: z.string().min(1).max(4096), options: z.string().max(4096).optional() };
const MountBody = z.discriminatedUnion("kind", [
  z.object({
    ...place,
    kind: z.enum(["azureBlobFileSystem", "azureFileShare"]),
    accountName: z.string().max(64),
    accountKey: z.string().max(512).optional(),
    sasKey: z.string().max(4096).optional(),
    /** Resource id of one that the node has. */
    identity: z.string().max(1024).optional(),
    container: z.string().max(128),
  }),
  z.object({ ...place, kind: z.literal("nfs"), source: z.string().max(1024) }),
]);
type MountBody = z.infer<typeof MountBody>;
const UnmountBody = z.object({ target: z.string().min(1).max(4096) });
const SyncBody = z.object({ path: z.string().min(1).max(4096) });
const longestBody = 32_768;

const Node = z.object({
  nodeId: z.string(),
  nodeRoot: z.string(),
  subnetId: z.string().optional(),
  /** Resource ids of the identities of its pool. */
  identities: z.array(z.string()).optional(),
});
type Node = z.infer<typeof Node>;

export async function startMountService(o: MountServiceOptions): Promise<MountService> {
  const state = await readState(o);
  const sign = (claims: string) => createHmac("sha256", state.key).update(claims).digest("base64url");
  const server = createServer((incoming, response) => {
    serve(o, sign, incoming).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        o.logger.error("mount.serviceFailed", { message: String(error) });
        send(response, 500, { message: "The mount service failed; see its log." });
      },
    );
  });
  await listen(server, state.port).catch(() => listen(server, 0)); // the old port went to another program meanwhile
  const { port } = server.address() as AddressInfo;
  if (o.stateFile !== "memory") await writeState(o.stateFile, { ...state, port });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    environmentOf(nodeId, nodeRoot, { subnetId, identities } = {}) {
      const node = { nodeId, nodeRoot, subnetId, identities };
      const claims = Buffer.from(JSON.stringify(node)).toString("base64url");
      return { BATCHAI_MOUNT_ENDPOINT: endpoint, BATCHAI_MOUNT_TOKEN: `${claims}.${sign(claims)}` };
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  o: MountServiceOptions,
  sign: (claims: string) => string,
  incoming: IncomingMessage,
): Promise<{ status: number; body: object }> {
  const node = nodeOf(incoming.headers.authorization, sign);
  if (node === undefined) return { status: 401, body: { message: "This token belongs to no node." } };
  if (incoming.url === "/mounts/sync" && incoming.method === "POST")
    return sync(o, node, await readBody(incoming));
  if (incoming.url !== "/mounts") return { status: 404, body: { message: "There is nothing here." } };
  if (incoming.method === "GET") return { status: 200, body: { targets: o.mounts.targets(node.nodeId) } };
  const text = await readBody(incoming);
  if (incoming.method === "POST") return mount(o, node, text);
  if (incoming.method === "DELETE") return unmount(o, node, text);
  return { status: 405, body: { message: "Only GET, POST and DELETE are served." } };
}

async function mount(o: MountServiceOptions, node: Node, text: string) {
  const body = MountBody.safeParse(json(text));
  if (!body.success) return { status: 400, body: { message: z.prettifyError(body.error) } };
  // Somebody else's server is the real program's business, wherever it is to appear.
  if (body.data.kind === "nfs" && !o.mounts.serves(body.data.source.split(":")[0] ?? ""))
    return { status: 404, body: { message: `${body.data.source} is no file server of this local cloud` } };
  const stranger = "identity" in body.data ? unassigned(node, body.data.identity) : undefined;
  if (stranger !== undefined) return { status: 409, body: { message: stranger } };
  const target = resolve(body.data.target);
  if (!(await isBelow(node.nodeRoot, target)))
    return { status: 403, body: { message: `${target} is not below the node's folder ${node.nodeRoot}` } };
  const result = await o.mounts.attach(requestOf(node, body.data, target));
  return result.ok ? { status: 200, body: {} } : { status: 409, body: { message: result.message } };
}

/** In the words of the metadata service, which gives out no token then. */
function unassigned({ identities = [] }: Node, wanted: string | undefined): string | undefined {
  if (wanted === undefined || identities.some((id) => id.toLowerCase() === wanted.toLowerCase()))
    return undefined;
  return `failed to authenticate credentials for azstorage: Identity not found: ${wanted} is not assigned to this node`;
}

function requestOf({ nodeId, subnetId }: Node, body: MountBody, target: string): MountRequest {
  const wanted = { nodeId, target, ...(body.options === undefined ? {} : { options: body.options }) };
  if (body.kind === "nfs")
    return { ...wanted, kind: "nfs", source: body.source, ...(subnetId === undefined ? {} : { subnetId }) };
  const { kind, accountName, container, accountKey, sasKey, identity } = body;
  return {
    ...wanted,
    kind,
    accountName,
    container,
    ...(accountKey === undefined ? {} : { accountKey }),
    ...(sasKey === undefined ? {} : { sasKey }),
    ...(identity === undefined ? {} : { identity }),
  };
}

async function unmount(o: MountServiceOptions, node: Node, text: string) {
  const body = UnmountBody.safeParse(json(text));
  if (!body.success) return { status: 400, body: { message: z.prettifyError(body.error) } };
  const target = resolve(body.data.target);
  if (!o.mounts.targets(node.nodeId).includes(target))
    return { status: 404, body: { message: `${target} is not mounted` } };
  try {
    await o.mounts.detach(node.nodeId, target);
    return { status: 200, body: {} };
  } catch (error) {
    return { status: 409, body: { message: (error as Error).message } };
  }
}

/** Answers when storage has what lies behind the path: 404 when no mount of the node does. */
async function sync(o: MountServiceOptions, node: Node, text: string) {
  const body = SyncBody.safeParse(json(text));
  if (!body.success) return { status: 400, body: { message: z.prettifyError(body.error) } };
  try {
    const found = await o.mounts.sync(node.nodeId, body.data.path);
    return found
      ? { status: 200, body: {} }
      : { status: 404, body: { message: `${body.data.path} is on no mount` } };
  } catch (error) {
    return { status: 409, body: { message: (error as Error).message } };
  }
}

function nodeOf(authorization: string | undefined, sign: (claims: string) => string): Node | undefined {
  const [, claims = "", signature = ""] = /^Bearer ([\w-]+)\.([\w-]+)$/.exec(authorization ?? "") ?? [];
  const [given, right] = [Buffer.from(signature), Buffer.from(sign(claims))];
  if (claims === "" || given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  return Node.parse(JSON.parse(Buffer.from(claims, "base64url").toString()));
}

/** Links on the way are followed: a node must not reach another's folder through one. */
async function isBelow(nodeRoot: string, target: string): Promise<boolean> {
  const root = await realpath(nodeRoot).catch(() => undefined);
  let parent = dirname(target);
  for (;;) {
    const real = await realpath(parent).catch(() => undefined);
    if (real !== undefined) return root !== undefined && (real + sep).startsWith(root + sep);
    if (dirname(parent) === parent) return false;
    parent = dirname(parent);
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= longestBody) chunks.push(chunk);
  }
  return length <= longestBody ? Buffer.concat(chunks).toString() : "";
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) })
    .end(text);
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", failed);
      done();
    });
  });
}

async function readState(o: MountServiceOptions): Promise<z.infer<typeof State>> {
  const text = o.stateFile === "memory" ? "" : await readFile(o.stateFile, "utf8").catch(() => "");
  const state = State.safeParse(json(text));
  return state.success ? state.data : { port: 0, key: o.random.bytes(32).toString("hex") };
}

async function writeState(file: string, state: z.infer<typeof State>): Promise<void> {
  await writeFile(`${file}.tmp`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${file}.tmp`, file);
}
