// A local cloud whose app has a fault proxy between itself and each service it talks to: Batch, its management, tables, blobs, queues, file
// shares, the Key Vault.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { createShare } from "../batch-ai-client.ts";
import { faultProxy, faults } from "./fault-proxy.ts";
import type { FaultProxy } from "./fault-proxy.ts";

export interface FaultyCloud {
  readonly cloud: LocalCloud;
  readonly data: string;
  /** Of 1: how many requests to each service something happens to. */
  readonly setShare: (of: number) => void;
  /** What happened so far to requests. */
  happened(): ReadonlySet<string>;
  dispose(): Promise<void>;
}

const names = ["batch", "arm", "table", "blob", "queue", "file", "vault"] as const;
type Proxied = (typeof names)[number];

/** Asked so seldom that something happens to every other request. */
const seldom = new Set<Proxied>(["file", "vault"]);
const seldomShare = 0.5;

/** Storage reads what was written, and nothing stands in between; Batch and a vault may be asked through something that answers itself. */
const consistent = faults.filter((fault) => fault !== "stale" && fault !== "foreign");
const possible: Partial<Record<Proxied, readonly (typeof faults)[number][]>> = {
  batch: faults,
  vault: faults.filter((fault) => fault !== "stale"),
};

export async function startFaultyCloud(seed: number): Promise<FaultyCloud> {
  const proxies = new Map<Proxied, FaultProxy>();
  for (const [index, name] of names.entries())
    // Nothing but the app reads shares by signed links here: nodes have them as folders.
    proxies.set(
      name,
      await faultProxy(seed * 100 + index, { only: possible[name] ?? consistent, signed: name === "file" }),
    );
  const at = (name: Proxied) => proxies.get(name)?.url ?? "";
  const data = await mkdtemp(join(tmpdir(), "faults-"));
  const cloud = await startLocal({
    data,
    appSettings: {
      BATCHAI_OUTPUT_GRACE_MS: "0",
      // Longer than a creation takes, whatever happens to its requests.
      BATCHAI_ORPHAN_GRACE_MS: "20000",
      BATCHAI_BATCH_ENDPOINT: at("batch"),
      BATCHAI_ARM_ENDPOINT: at("arm"),
      BATCHAI_TABLE_ENDPOINT_TEMPLATE: `${at("table")}/{account}`,
      BATCHAI_BLOB_ENDPOINT_TEMPLATE: `${at("blob")}/{account}`,
      BATCHAI_QUEUE_ENDPOINT_TEMPLATE: `${at("queue")}/{account}`,
      BATCHAI_FILE_ENDPOINT_TEMPLATE: `${at("file")}/{account}`,
      BATCHAI_KEY_VAULT_ENDPOINT_TEMPLATE: `${at("vault")}/vaults/{vault}`,
    },
  });
  const { urls, token } = cloud.description;
  const targets: Record<Proxied, string> = {
    batch: urls.batch,
    arm: urls.batch,
    table: urls.table,
    blob: urls.blob,
    queue: urls.queue,
    file: urls.file,
    vault: issuerOf(token),
  };
  for (const [name, proxy] of proxies) proxy.target = new URL(targets[name]).origin;
  await createShare(cloud);
  return {
    cloud,
    data,
    setShare(of) {
      for (const [name, proxy] of proxies) proxy.share = of === 0 || !seldom.has(name) ? of : seldomShare;
    },
    happened: () => new Set([...proxies.values()].flatMap(({ happened }) => [...happened.keys()])),
    async dispose() {
      await cloud.dispose();
      for (const proxy of proxies.values()) await proxy.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The plain address of the local cloud's identities, where the app finds its vaults, too. */
function issuerOf(token: string): string {
  const [, claims = ""] = token.split(".");
  return (JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as { iss: string }).iss;
}
