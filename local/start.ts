// The local cloud in one call: `startLocal()` starts every part, waits until the public API really answers, and gives
// back what a client needs to know. The only entry for the command line, tests and benchmarks.
// Invariant: `dispose` leaves no process, no timer and, for a temporary cloud, no file behind.
import { join } from "node:path";
import { engineChoice } from "./batch-emulator/agent/container-engine.ts";
import { openDataFolder, openTemporaryFolder } from "./data-folder/data-folder.ts";
import { StartError } from "./start-error.ts";
import type { DataFolder } from "./data-folder/data-folder.ts";
import { lastMoment } from "./data-folder/last-moment.ts";
import { lastingPorts } from "./data-folder/lasting-ports.ts";
import { openSettings, saveSettings } from "./data-folder/settings.ts";
import type { Settings } from "./data-folder/settings.ts";
import { serviceSettings } from "./app-settings.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { localTenant } from "./identity/index.ts";
import { silentLogger } from "./logger.ts";
import { fileLogger } from "./file-logger.ts";
import type { Logger } from "./logger.ts";
import { systemRandom } from "./random.ts";
import type { Random } from "./random.ts";
import { PortInUseError, startParts } from "./parts.ts";
import type { Parts, PartsOptions } from "./parts.ts";
export { StartError };

export interface LocalOptions {
  /** A folder path, or `temporary` for one that disappears with `dispose`. */
  readonly data: string;
  /** Port of the public API; 0 or absent: the port of the last start on this folder, else any free one. */
  readonly apiPort?: number;
  /** Where jobs that ask for a container run: in one of the machine's docker or podman, or on the host without. */
  readonly containers?: "engine" | "host";
  /** `off`: the Batch emulator does what Azure refuses and a folder of this machine could do. Default: `strict`. */
  readonly azureRules?: "strict" | "off";
  /** `off`: the nodes of clusters take no logins by ssh. Default: from this machine, on its loopback addresses, with the account's
   *  password or key. Ranges in BATCHAI_SSH_SOURCES come first. */
  readonly ssh?: "on" | "off";
  /** Words of a shell; absent: as the environment says, else docker or podman, whichever answers. */
  readonly containerEngine?: { readonly command: string; readonly runOptions: string };
  /** Forget what the folder holds. */
  readonly fresh?: boolean;
  readonly random?: Random;
  readonly logger?: Logger;
  /** Of the parts that run in this process; the app's host and storage have the machine's time, so that the whole cloud cannot be
   *  driven by hand. Default: the system's, from the last moment that the folder has seen. */
  readonly clock?: Clock;
  /** Further settings of the app, by the names it has in Azure. */
  readonly appSettings?: Readonly<Record<string, string>>;
}

/** The content of `cloud.json`. */
export interface LocalCloudDescription {
  readonly urls: {
    readonly api: string;
    /** The same API over TLS, for clients that refuse bearer tokens on plain http. */
    readonly apiHttps: string;
    /** Where tools that log in with the service principal get their tokens (OAuth 2.0 client credentials, TLS). */
    readonly authority: string;
    /** The Key Vault named `local` (TLS): secrets that requests refer to. */
    readonly vault: string;
    readonly batch: string;
    readonly blob: string;
    readonly queue: string;
    readonly table: string;
    readonly file: string;
  };
  /** PEM file of the self-signed certificate that `urls.apiHttps`, `urls.authority` and `urls.vault` show: trust it in the client. */
  readonly certificate: string;
  /**
   * For programs that build `ACCOUNT.blob.core.windows.net` themselves: the value of HTTPS_PROXY, and the PEM file of all
   * certificates that they then have to trust.
   */
  readonly storageProxy: { readonly url: string; readonly certificates: string };
  /** A signed JWT with the role admin. */
  readonly token: string;
  /** For `az login --service-principal`; has the role admin. */
  readonly servicePrincipal: {
    readonly tenantId: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly storageAccount: { readonly name: string; readonly key: string };
  readonly batchAccount: { readonly name: string; readonly key: string };
  readonly pid: number;
}

export interface LocalCloud {
  readonly description: LocalCloudDescription;
  /** Absolute path of `cloud.json`. */
  readonly cloudFile: string;
  /** A token with the roles given, for the API unless another audience is named. */
  issueToken(options: { roles: string[]; lifetimeSeconds?: number; audience?: string }): Promise<string>;
  /** A link that opens the portal as an admin: once, within a quarter of an hour. */
  readonly portalLink: () => string;
  /** Resolves, with the reason, when a part died by itself. */
  readonly failed: Promise<Error>;
  /** Stops everything in order; idempotent. */
  dispose(): Promise<void>;
}

const cloudFileName = "cloud.json";
const logFileName = "local-cloud.log";
const apiAudience = "https://management.azure.com/";
/** The pools' own rules say who may come in; the emulator holds them against whoever sits at this machine. */
const loginsFromHere = { BATCHAI_SSH_SOURCES: "127.0.0.0/8" };
const tokenLifetimeSeconds = 30 * 24 * 3600;

/** Rejects with StartError (one sentence for a person) when the folder or a port cannot be had. */
export async function startLocal(options: LocalOptions): Promise<LocalCloud> {
  const random = options.random ?? systemRandom();
  const data =
    options.data === "temporary"
      ? await openTemporaryFolder()
      : await openDataFolder(options.data, { fresh: options.fresh ?? false });
  const ownLog = options.logger === undefined ? fileLogger(join(data.path, logFileName)) : undefined;
  let parts: Parts | undefined;
  try {
    const settings = openSettings(data, random);
    const isLasting = options.data !== "temporary";
    parts = await startOnFreePorts(isLasting, {
      data,
      settings,
      apiPort: options.apiPort ?? 0,
      apiAudience,
      clock: options.clock ?? systemClock(lastMoment([data.path, join(data.path, "batch")])),
      random,
      logger: options.logger ?? ownLog ?? silentLogger,
      appSettings: {
        ...(options.ssh === "off" ? {} : loginsFromHere),
        ...serviceSettings(process.env),
        ...options.appSettings,
      },
      azureRules: options.azureRules ?? "strict",
      containers: {
        ...engineChoice(process.env),
        ...options.containerEngine,
        on: options.containers ?? "engine",
      },
    });
    return await describe(data, settings, parts, () => ownLog?.close());
  } catch (error) {
    await parts?.dispose();
    ownLog?.close();
    await data.release();
    throw error;
  }
}

/** Ports that are kept are the same as at the last start, or are chosen; one that was free when it was chosen may be taken when
 *  it is bound. */
async function startOnFreePorts(isLasting: boolean, o: PartsOptions): Promise<Parts> {
  const kept = o.settings.ports;
  for (let attempt = 1; ; attempt += 1) {
    const ports = isLasting ? await lastingPorts(kept, o.random) : kept;
    try {
      return await startParts({ ...o, settings: { ...o.settings, ports } });
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
      const { port } = error;
      const isApi = port === o.apiPort || port === kept.api;
      if (!isApi && Object.values(kept).includes(port))
        throw new StartError(
          `Port ${port} is in use by another program, and tasks of the last start know it as the local cloud's. End that program; or start with --fresh, which takes other ports and forgets what the folder holds.`,
          error,
        );
      if (isApi || attempt === 3) throw error;
    }
  }
}

async function describe(
  data: DataFolder,
  settings: Settings,
  parts: Parts,
  closeLog: () => void,
): Promise<LocalCloud> {
  saveSettings(data, { ...settings, ports: parts.ports });
  const issueToken: LocalCloud["issueToken"] = ({ roles, lifetimeSeconds = 3600, audience = apiAudience }) =>
    parts.identity.issueToken({ audience, roles, subject: "local-user", lifetimeSeconds });
  const token = await issueToken({ roles: ["admin"], lifetimeSeconds: tokenLifetimeSeconds });
  await untilReady(parts.urls.api, token);
  const { subscriptionId, resourceGroup, location, storageAccount, batchAccount, servicePrincipal } =
    settings;
  const description: LocalCloudDescription = {
    urls: parts.urls,
    certificate: parts.certificate,
    storageProxy: parts.storageProxy,
    token,
    servicePrincipal: { tenantId: localTenant, ...servicePrincipal },
    subscriptionId,
    resourceGroup,
    location,
    storageAccount,
    batchAccount,
    pid: process.pid,
  };
  data.writeSecret(cloudFileName, description);
  let disposed: Promise<void> | undefined;
  return {
    description,
    cloudFile: join(data.path, cloudFileName),
    issueToken,
    portalLink: () =>
      `${parts.urls.api}/portal/#code=${parts.signInCodes.issue({ subject: "local-user", roles: ["admin"] })}`,
    failed: parts.failed,
    dispose: () =>
      (disposed ??= parts
        .dispose()
        .finally(closeLog)
        .finally(() => data.release())),
  };
}

/** The API answers an authenticated request. */
async function untilReady(api: string, token: string): Promise<void> {
  const url = `${api}/providers/Microsoft.BatchAI/operations?api-version=2018-05-01`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`The API is up but answers ${response.status}: ${await response.text()}`);
}
