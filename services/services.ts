// Everything the app may ask of the outside world, in one bundle that the composition root makes once.
import type { Artifacts } from "./artifacts.ts";
import type { Authority } from "./authority.ts";
import type { Batch } from "./batch.ts";
import type { BatchAccount } from "./batch-account.ts";
import type { Clock, Random } from "./clock.ts";
import type { ContainerRegistries } from "./container-registries.ts";
import type { Due } from "./due.ts";
import type { FileServers } from "./file-servers.ts";
import type { Firings } from "./firings.ts";
import type { JobTokens } from "./job-tokens.ts";
import type { KeyPairs } from "./key-pairs.ts";
import type { KeyVaults } from "./key-vaults.ts";
import type { Reservations } from "./reservations.ts";
import type { Logger } from "./logger.ts";
import type { Metrics } from "./metrics.ts";
import type { NodeSealer } from "./node-sealing.ts";
import type { OperationDocuments } from "./operation-documents.ts";
import type { Orchestrations } from "./orchestrations.ts";
import type { OutputFiles } from "./output-files.ts";
import type { Pools } from "./pools.ts";
import type { ResourceManager } from "./resource-manager.ts";
import type { ReceiptSigner } from "./receipt-signer.ts";
import type { Results } from "./results.ts";
import type { Retention } from "./retention.ts";
import type { Runs } from "./runs.ts";
import type { SecretStore } from "./secrets.ts";
import type { SignInCodes } from "./sign-in-codes.ts";
import type { ViewSnapshots } from "./view-snapshots.ts";
import type { Settings } from "./settings.ts";
import type { Staging } from "./staging.ts";
import type { State } from "./state.ts";
import type { SweepRecords } from "./sweep-records.ts";
import type { Spending } from "./spending.ts";
import type { StorageEvents } from "./storage-events.ts";
import type { TokenVerifier } from "./token-verifier.ts";
import type { Workflows } from "./workflows.ts";

/** What lives as long as the process. */
export interface LongLivedServices {
  readonly artifacts: Artifacts;
  readonly batch: Batch;
  readonly batchAccount: BatchAccount;
  readonly clock: Clock;
  readonly due: Due;
  readonly fileServers: FileServers;
  readonly firings: Firings;
  readonly jobTokens: JobTokens;
  readonly keyPairs: KeyPairs;
  readonly keyVaults: KeyVaults;
  /** Text of `launch.sh` (node/launcher.ts). */
  readonly launcher: string;
  readonly reservations: Reservations;
  readonly metrics: Metrics;
  readonly nodeSealer: NodeSealer;
  /** Text of `node-setup.sh` (node/node-setup.ts). */
  readonly nodeSetup: string;
  readonly operations: OperationDocuments;
  readonly outputFiles: OutputFiles;
  readonly pools: Pools;
  readonly random: Random;
  readonly registries: ContainerRegistries;
  /** Absent where nothing is passed on. */
  readonly resourceManager?: ResourceManager | undefined;
  readonly receiptSigner: ReceiptSigner;
  readonly results: Results;
  readonly retention: Retention;
  readonly runs: Runs;
  readonly secrets: SecretStore;
  readonly settings: Settings;
  /** Absent where nobody signs in by a page of the issuer. */
  readonly authority?: Authority | undefined;
  /** Absent where nobody issues such codes. */
  readonly signInCodes?: SignInCodes | undefined;
  readonly snapshots: ViewSnapshots;
  readonly spending: Spending;
  readonly staging: Staging;
  readonly state: State;
  readonly sweepRecords: SweepRecords;
  readonly storageEvents: StorageEvents;
  readonly tokens: TokenVerifier;
  readonly workflows: Workflows;
}

/** What one invocation sees: starting orchestrations needs the invocation's own client, and its log lines are its own. */
export interface Services extends LongLivedServices {
  readonly logger: Logger;
  readonly orchestrations: Orchestrations;
}
