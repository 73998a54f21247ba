// Azure file shares of the local cloud: the REST service of Azure Files over plain folders. The folder of a share is the
// share: nodes reach it by a link, clients by HTTP, and each sees at once what the other wrote.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import { createListener } from "./protocol/listener.ts";
import { createShareService } from "./service/share-service.ts";
import { type ShareFolders, openShareFolders } from "./store/share-folders.ts";
import { type ShareMetadata, openShareMetadata } from "./store/share-metadata.ts";

export interface FileSharesOptions {
  /** Folder of all shares, or "memory": a temporary folder that `dispose` removes. */
  readonly dataDirectory: string;
  /** Read with every request: an account may come and go while this runs. */
  readonly accounts: readonly {
    readonly name: string;
    readonly key: string;
    /** As Azure names it; "FileStorage" has shares over NFS. */
    readonly kind?: string;
  }[];
  /** 0: a free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface FileShares {
  /** `http://127.0.0.1:<port>`; an account's endpoint is `<url>/<account>`. */
  readonly url: string;
  /** The folder that is the share, whether it exists or not; undefined for an impossible name. */
  shareRoot(account: string, share: string): string | undefined;
  /** How nodes mount the share; SMB also where there is none. */
  protocolOf(account: string, share: string): Promise<"SMB" | "NFS">;
  /** Makes the share when it is not there. */
  createShare(account: string, share: string): Promise<void>;
  /** Removes every share of the account, with what is in it. */
  removeShares(account: string): Promise<void>;
  dispose(): Promise<void>;
}

export async function startFileShares(o: FileSharesOptions): Promise<FileShares> {
  const temporary = o.dataDirectory === "memory";
  const root = temporary ? await mkdtemp(join(tmpdir(), "batchai-shares-")) : o.dataDirectory;
  await mkdir(root, { recursive: true });
  const folders = openShareFolders(root);
  const accountOf = (account: string) => o.accounts.find(({ name }) => name === account);
  const service = createShareService(
    folders,
    metadataBeside(root, folders),
    (account) => accountOf(account)?.kind === "FileStorage",
  );
  let url = "";
  const server = createServer(
    { requestTimeout: 300_000, maxHeaderSize: 32_768 },
    createListener({
      service,
      keyOf: (account) => accountOf(account)?.key,
      clock: o.clock,
      random: o.random,
      logger: o.logger,
      endpoint: (account) => `${url}/${account}`,
    }),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(
              `Port ${o.port} is in use by another program; choose another port, or 0 for a free one.`,
            )
          : error,
      ),
    );
    server.listen(o.port, "127.0.0.1", resolve);
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    shareRoot: (account, share) => folders.pathOf(account, share),
    protocolOf: (account, share) =>
      service.properties({ account, share, segments: [] }, "share").then(
        ({ protocol }) => protocol ?? "SMB",
        () => "SMB" as const,
      ),
    createShare: async (account, share) => void (await folders.create(account, share)),
    async removeShares(account) {
      for (const share of await folders.list(account)) await service.deleteShare(account, share);
    },
    async dispose() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      if (temporary) await rm(root, { recursive: true, force: true });
    },
  };
}

function metadataBeside(root: string, folders: ShareFolders) {
  const open = new Map<string, ShareMetadata>();
  return ({ account, share }: { account: string; share: string }): ShareMetadata => {
    // Only names that passed `folders` reach metadata, so the file lies in the account's folder.
    const file = join(root, account, `.${share}.notes.jsonl`);
    if (folders.pathOf(account, share) === undefined) throw new Error(`No share can be named '${share}'.`);
    const metadata = open.get(file) ?? openShareMetadata(file);
    open.set(file, metadata);
    return metadata;
  };
}
