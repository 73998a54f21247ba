// Builds every service on Azure's endpoints, or on those of the local cloud: the difference is configuration only.
import { authorityOf } from "../authority.ts";
import { AzureNamedKeyCredential } from "@azure/core-auth";
import { TableClient } from "@azure/data-tables";
import type { TableServiceClientOptions } from "@azure/data-tables";
import type { TokenCredential } from "@azure/core-auth";
import type { Clock, Random } from "../clock.ts";
import type { LongLivedServices } from "../services.ts";
import type { FileServers } from "../file-servers.ts";
import type { Settings } from "../settings.ts";
import { armBatchAccount } from "./arm-batch-account.ts";
import { armPools } from "./arm-pools.ts";
import { batchClient } from "./batch/batch-client.ts";
import { batchTransport } from "./batch/transport.ts";
import { blobArtifacts } from "./blob-artifacts.ts";
import { blobAccess } from "./blob-containers.ts";
import type { StorageAccount } from "./blob-containers.ts";
import { blobSecrets } from "./blob-secrets.ts";
import type { TokenSource } from "./bearer-policy.ts";
import { blobSweepRecords } from "./blob-sweep-records.ts";
import { blobStaging } from "./blob-staging.ts";
import { blobViewSnapshots } from "./blob-view-snapshots.ts";
import { appCredential, tokenSource } from "./credentials.ts";
import { documentReservations } from "../documents/document-reservations.ts";
import { metrics } from "../documents/metrics.ts";
import { documentDue } from "../documents/due.ts";
import { dueAhead } from "../documents/due-ahead.ts";
import { documentFirings } from "../documents/firings.ts";
import { documentSpending } from "../documents/spending.ts";
import { documentWorkflows } from "../documents/workflows.ts";
import { documentOperations } from "../documents/document-operations.ts";
import { documentRetention } from "../documents/document-retention.ts";
import { documentState } from "../documents/document-state.ts";
import { documentResults } from "../documents/results.ts";
import { documentRuns } from "../documents/runs.ts";
import { endpointOf, isLoopbackHttp } from "./endpoints.ts";
import { azureFileServers } from "./file-servers/azure-file-servers.ts";
import { resources } from "./file-servers/resources.ts";
import { groupedCommits } from "../documents/grouped-commits.ts";
import { jobTokens } from "./job-tokens.ts";
import { jwtVerifier } from "./jwt-verifier.ts";
import { containerRegistries } from "./container-registries.ts";
import { keyVaults } from "./key-vaults.ts";
import { nodeSealer } from "./node-sealing.ts";
import { limitedActiveJobs } from "../documents/limited-active-jobs.ts";
import { resourceManagerAt } from "./resource-manager-at.ts";
import { sealer } from "./sealing.ts";
import { sharedReads } from "../documents/shared-reads.ts";
import { signInCodesAt } from "./sign-in-codes-at.ts";
import { sshKeyPairs } from "./ssh-key-pairs.ts";
import { receiptSigner } from "./receipt-signer.ts";
import { storageEvents } from "./storage-events.ts";
import { storageOutputFiles } from "./storage-output-files.ts";
import { tableDocuments } from "./table-documents.ts";

const tableName = "batchai";

export interface AzureOptions {
  /** Another one for every build of the program. */
  readonly build: () => Promise<string>;
  readonly settings: Settings;
  readonly launcher: string;
  readonly nodeSetup: string;
  /** What a file server's machine runs. */
  readonly fileServerSetup: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly managedIdentity: boolean;
  /** Of a user-assigned identity. */
  readonly clientId?: string | undefined;
  readonly batchAccountId: string;
  readonly batchEndpoint: string;
  readonly sshSources: readonly string[];
  readonly armEndpoint: string;
  /** Resource group of the machines of file servers, in the subscription of the Batch account. */
  readonly fileServerGroup: string;
  readonly resourceManagerEndpoint?: string | undefined;
  readonly signInCodesUrl?: string | undefined;
  readonly storage: StorageAccount;
  readonly tableEndpointTemplate: string;
  readonly queueEndpointTemplate: string;
  /** With `{vault}`. */
  readonly keyVaultEndpointTemplate: string;
  /** In lower case; `*` for all. */
  readonly keyVaults: readonly string[];
  /** Container registries that the service may log in to, in lower case. */
  readonly containerRegistries: readonly string[];
  /** The first seals, all open. */
  readonly secretsKeys: readonly [Uint8Array, ...Uint8Array[]];
  readonly auth: {
    readonly issuer: string;
    readonly audiences: readonly string[];
    readonly tenant?: string | undefined;
    readonly jwksUrl: string;
  };
}

export function createAzureServices(options: AzureOptions): LongLivedServices {
  const { settings, clock, random, storage, resourceManagerEndpoint } = options;
  const credential = appCredential(options.managedIdentity, options.clientId);
  const tokens = tokenSource(credential, clock);
  const { armEndpoint: endpoint, batchAccountId } = options;
  const arm = { endpoint, batchAccountId, credential, tokens };
  const blobs = blobAccess({ endpointTemplate: settings.blobEndpointTemplate, credential, clock });
  const table = tableDocuments(tableClient(storage, options.tableEndpointTemplate, credential));
  const documents = sharedReads(groupedCommits(table));
  const state = documentState({ store: documents, random, now: () => clock.now() });
  const reservations = documentReservations(documents);
  return {
    settings,
    clock,
    random,
    artifacts: blobArtifacts(blobs, storage),
    launcher: options.launcher,
    nodeSetup: options.nodeSetup,
    nodeSealer: nodeSealer(random),
    jobTokens: jobTokens(options.secretsKeys, clock),
    keyPairs: sshKeyPairs(),
    ...secretSources(options, tokens),
    reservations,
    state: {
      ...state,
      activeJobs: limitedActiveJobs(state.activeJobs, reservations, settings.quotas.activeJobs),
    },
    due: dueAhead(documentDue(documents), clock),
    firings: documentFirings(documents),
    workflows: documentWorkflows(documents),
    spending: documentSpending(documents),
    operations: documentOperations(documents),
    retention: documentRetention(table, settings.subscriptionId),
    metrics: metrics(documents),
    receiptSigner: receiptSigner(options.secretsKeys, documents),
    results: documentResults(documents),
    runs: documentRuns({ store: documents, random, now: () => clock.now() }),
    sweepRecords: blobSweepRecords(blobs, storage),
    snapshots: blobViewSnapshots(blobs, storage, options.build),
    secrets: blobSecrets(blobs, storage, sealer(options.secretsKeys, random)),
    staging: blobStaging(blobs, storage),
    batchAccount: armBatchAccount(arm),
    pools: armPools({ ...arm, sshSources: options.sshSources, nodeAddresses: settings.nodeAddresses }),
    batch: batchClient(batchTransport({ endpoint: options.batchEndpoint, tokens }), settings.nodeAddresses),
    fileServers: fileServersOf(options, tokens),
    resourceManager:
      resourceManagerEndpoint === undefined ? undefined : resourceManagerAt(resourceManagerEndpoint),
    signInCodes: options.signInCodesUrl === undefined ? undefined : signInCodesAt(options.signInCodesUrl),
    outputFiles: storageOutputFiles({
      blobs,
      fileEndpointTemplate: settings.fileEndpointTemplate,
      credential,
      clock,
    }),
    storageEvents: storageEvents({ blobs, storage, credential, template: options.queueEndpointTemplate }),
    tokens: jwtVerifier({ ...options.auth, clock }),
    authority: options.signInCodesUrl === undefined ? authorityOf(options.auth) : undefined,
  };
}

/** The machines are in the Batch account's subscription and region, so that its pools can share networks with them. */
function fileServersOf(options: AzureOptions, tokens: TokenSource): FileServers {
  const { settings, batchAccountId, armEndpoint, resourceManagerEndpoint: endpoint = armEndpoint } = options;
  const [, subscriptionId = ""] = /^\/subscriptions\/([^/]+)\//i.exec(batchAccountId) ?? [];
  const group = { subscriptionId, name: options.fileServerGroup };
  return azureFileServers(resources({ endpoint, tokens }, group), {
    location: settings.location,
    owner: settings.owner,
    setup: options.fileServerSetup,
  });
}

/** Where others keep secrets that jobs and clusters refer to. */
function secretSources(options: AzureOptions, tokens: ReturnType<typeof tokenSource>) {
  return {
    keyVaults: keyVaults({
      endpointTemplate: options.keyVaultEndpointTemplate,
      allowed: options.keyVaults,
      tokens,
    }),
    registries: containerRegistries({
      endpointTemplate: "https://{registry}",
      allowed: options.containerRegistries,
      tokens,
    }),
  };
}

function tableClient(storage: StorageAccount, template: string, credential: TokenCredential): TableClient {
  const endpoint = endpointOf(template, storage.name);
  const options: TableServiceClientOptions = { allowInsecureConnection: isLoopbackHttp(endpoint) };
  return storage.key === undefined
    ? new TableClient(endpoint, tableName, credential, options)
    : new TableClient(endpoint, tableName, new AzureNamedKeyCredential(storage.name, storage.key), options);
}
