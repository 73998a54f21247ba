// Pools as the management plane answers them. Source: Microsoft.Batch batchAccounts/pools.
import type { Pool } from "../service/entities/model.ts";
import { defaultResizeTimeoutMs } from "../service/pools/pool-control.ts";
import { currentNodes } from "../service/account/quota.ts";
import type { AccountState } from "../service/account/account-state.ts";
import { etagOf } from "../service/account/versions.ts";
import { durationMs, formatDuration } from "../schema/values.ts";
import { identitiesOf } from "./node-identity-token.ts";
import { toManagement } from "./arm-pool-shape.ts";
import { isoTime } from "./fields.ts";
import { withoutSecrets } from "./secrets.ts";
import { defaultEvaluationInterval, startTaskShape } from "./pool-fields.ts";

/** `/subscriptions/…/batchAccounts/{name}`. */
export const accountId = (account: AccountState) => {
  const { subscriptionId, resourceGroup, name } = account.settings;
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Batch/batchAccounts/${name}`;
};

export const armEtag = (version: number) => `W/"${etagOf(version)}"`;

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const deallocationNames = {
  requeue: "Requeue",
  terminate: "Terminate",
  taskcompletion: "TaskCompletion",
  retaineddata: "RetainedData",
} as const;

function scaleShape(pool: Pool) {
  if (pool.spec.enableAutoScale === true)
    return {
      autoScale: {
        formula: pool.spec.autoScaleFormula,
        evaluationInterval: pool.spec.autoScaleEvaluationInterval ?? defaultEvaluationInterval,
      },
    };
  return {
    fixedScale: {
      targetDedicatedNodes: pool.targetDedicated,
      targetLowPriorityNodes: pool.targetLowPriority,
      resizeTimeout: formatDuration(durationMs(pool.spec.resizeTimeout ?? "") ?? defaultResizeTimeoutMs),
    },
  };
}

function resizeStatus(pool: Pool) {
  const errors = pool.resizeErrors.map(({ code, message, values }) => ({
    code,
    message,
    ...(values === undefined
      ? {}
      : { details: values.map(({ name, value }) => ({ code: name, message: value })) }),
  }));
  const { resize } = pool;
  if (resize === undefined && errors.length === 0) return undefined;
  return {
    targetDedicatedNodes: pool.targetDedicated,
    targetLowPriorityNodes: pool.targetLowPriority,
    ...(resize === undefined
      ? {}
      : {
          resizeTimeout: formatDuration(resize.timeoutMs),
          nodeDeallocationOption: deallocationNames[resize.option],
          startTime: isoTime(resize.startedAt),
        }),
    ...(errors.length > 0 ? { errors } : {}),
  };
}

/** The identities with the ids that a directory gives them; a pool with none says so. */
function identityShape(pool: Pool) {
  const identities = identitiesOf({ pool }).map(({ resourceId, clientId, principalId }) => [
    resourceId,
    { clientId, principalId },
  ]);
  return {
    ...pool.identity,
    ...(identities.length === 0 ? {} : { userAssignedIdentities: Object.fromEntries(identities) as unknown }),
  };
}

const communicationModes = ({ spec: { targetNodeCommunicationMode: wanted } }: Pool) => ({
  targetNodeCommunicationMode: wanted === undefined ? undefined : capitalised(wanted),
  currentNodeCommunicationMode: wanted === "classic" ? "Classic" : "Simplified",
});

/** @param tellsCommunication whether the version has members for the way in which nodes talk to the service. */
export function armPool(
  account: AccountState,
  pool: Pool,
  { tellsCommunication }: { readonly tellsCommunication: boolean },
) {
  const { spec } = pool;
  const { virtualMachineConfiguration, cloudServiceConfiguration } = spec;
  const run = pool.autoScaleRun;
  return {
    id: `${accountId(account)}/pools/${pool.id}`,
    name: pool.id,
    type: "Microsoft.Batch/batchAccounts/pools",
    etag: armEtag(pool.version),
    ...(pool.identity === undefined ? {} : { identity: identityShape(pool) }),
    properties: {
      displayName: spec.displayName,
      lastModified: isoTime(pool.modifiedAt),
      creationTime: isoTime(pool.createdAt),
      provisioningState: pool.state === "deleting" ? "Deleting" : "Succeeded",
      provisioningStateTransitionTime: isoTime(pool.stateAt),
      allocationState: capitalised(pool.allocation),
      allocationStateTransitionTime: isoTime(pool.allocationAt),
      vmSize: spec.vmSize.toUpperCase(),
      deploymentConfiguration: toManagement(
        virtualMachineConfiguration === undefined
          ? { cloudServiceConfiguration }
          : { virtualMachineConfiguration: withoutSecrets(virtualMachineConfiguration) },
      ),
      currentDedicatedNodes: currentNodes(pool, true),
      currentLowPriorityNodes: currentNodes(pool, false),
      scaleSettings: scaleShape(pool),
      ...(run === undefined
        ? {}
        : {
            autoScaleRun: { evaluationTime: isoTime(run.timestamp), results: run.results, error: run.error },
          }),
      interNodeCommunication: spec.enableInterNodeCommunication === true ? "Enabled" : "Disabled",
      networkConfiguration: toManagement(spec.networkConfiguration),
      taskSlotsPerNode: spec.taskSlotsPerNode ?? 1,
      taskSchedulingPolicy: toManagement(spec.taskSchedulingPolicy ?? { nodeFillType: "Spread" }),
      userAccounts: toManagement(withoutSecrets(spec.userAccounts)),
      metadata: spec.metadata,
      startTask: toManagement(startTaskShape(spec.startTask)),
      applicationPackages: spec.applicationPackageReferences?.map(({ applicationId, version }) => ({
        id: `${accountId(account)}/applications/${applicationId}`,
        version,
      })),
      applicationLicenses: spec.applicationLicenses,
      mountConfiguration: toManagement(withoutSecrets(spec.mountConfiguration)),
      ...(tellsCommunication ? communicationModes(pool) : {}),
      resizeOperationStatus: resizeStatus(pool),
      resourceTags: spec.resourceTags,
      upgradePolicy: spec.upgradePolicy,
    },
  };
}
