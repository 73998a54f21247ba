// The management plane's pool and the data plane's are the same object in two spellings: enumerations in PascalCase,
// some names, and a `properties` envelope. Both directions are here and nowhere else. Source: Microsoft.Batch
// batchAccounts/pools, api-version 2023-11-01.
import { z } from "zod";
import { NetworkConfiguration, UpgradePolicy, VirtualMachineConfiguration } from "../schema/machine-spec.ts";
import {
  DeallocationOption,
  EvaluationInterval,
  MountConfigurations,
  NoCertificates,
  NodeCommunicationMode,
  ResizeTimeout,
  SchedulingPolicy,
  UserAccount,
} from "../schema/pool-spec.ts";
import { StartTaskSpec } from "../schema/task-spec.ts";
import { DisplayName, Metadata, caseless, integer } from "../schema/values.ts";

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Names that the planes spell differently, management → data plane. */
const renamed: Readonly<Record<string, string>> = {
  nodeAgentSkuId: "nodeAgentSKUId",
  dynamicVnetAssignmentScope: "dynamicVNetAssignmentScope",
  inboundNatPools: "inboundNATPools",
  userName: "username",
};
const renamedBack = Object.fromEntries(Object.entries(renamed).map(([arm, data]) => [data, arm]));

/** Enumeration values: data plane → management plane; the other way is insensitive to case. */
const pascal: Readonly<Record<string, string>> = {
  nonadmin: "NonAdmin",
  admin: "Admin",
  task: "Task",
  pool: "Pool",
  tcp: "TCP",
  udp: "UDP",
  allow: "Allow",
  deny: "Deny",
  none: "None",
  creationtime: "CreationTime",
  cachedisk: "CacheDisk",
  readonly: "ReadOnly",
  readwrite: "ReadWrite",
  standard_lrs: "Standard_LRS",
  premium_lrs: "Premium_LRS",
  standardssd_lrs: "StandardSSD_LRS",
  regional: "Regional",
  zonal: "Zonal",
  osdisk: "OsDisk",
  temporarydisk: "TemporaryDisk",
  batchmanaged: "BatchManaged",
  usermanaged: "UserManaged",
  nopublicipaddresses: "NoPublicIPAddresses",
  job: "Job",
  batch: "Batch",
  interactive: "Interactive",
  dockerCompatible: "DockerCompatible",
  criCompatible: "CriCompatible",
  taskWorkingDirectory: "TaskWorkingDirectory",
  containerImageDefault: "ContainerImageDefault",
};
/** Members whose text is an enumeration; only these change case. */
const enumerations = new Set([
  ...["elevationLevel", "scope", "protocol", "access", "caching", "storageAccountType", "policy", "targets"],
  ...["provision", "loginMode", "type", "workingDirectory"],
  ...["jobDefaultOrder", "placement"],
]);
/** Members whose content belongs to the caller and is passed on untouched. */
const opaque = new Set(["settings", "protectedSettings", "metadata", "environmentSettings", "resourceTags"]);

const renamedTo = (names: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(names, name) ? (names[name] ?? name) : name;

/** Renames the members of a management-plane value to the data plane's, and image ids to their other name. */
export function toData(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => toData(item, name));
  if (!isObject(value) || opaque.has(name)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const target =
        name === "imageReference" && key === "id" ? "virtualMachineImageId" : renamedTo(renamed, key);
      return [target, toData(member, target)];
    }),
  );
}

/** The reverse, with enumerations in PascalCase. */
export function toManagement(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => toManagement(item, name));
  if (typeof value === "string") return enumerations.has(name) ? renamedTo(pascal, value) : value;
  if (!isObject(value) || opaque.has(name)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => {
      const target =
        name === "imageReference" && key === "virtualMachineImageId" ? "id" : renamedTo(renamedBack, key);
      return [target, toManagement(member, key)];
    }),
  );
}

const FixedScale = z.strictObject({
  resizeTimeout: ResizeTimeout.optional(),
  targetDedicatedNodes: integer(0).optional(),
  targetLowPriorityNodes: integer(0).optional(),
  nodeDeallocationOption: DeallocationOption.optional(),
});
export const ScaleSettings = z
  .strictObject({
    fixedScale: FixedScale.optional(),
    autoScale: z
      .strictObject({ formula: z.string(), evaluationInterval: EvaluationInterval.optional() })
      .optional(),
  })
  .refine((scale) => scale.fixedScale === undefined || scale.autoScale === undefined, {
    message: "must have fixedScale or autoScale, not both",
  });
export type ScaleSettings = z.infer<typeof ScaleSettings>;

const Properties = z.strictObject({
  displayName: DisplayName.optional(),
  vmSize: z.string().min(1).optional(),
  deploymentConfiguration: z
    .strictObject({
      virtualMachineConfiguration: VirtualMachineConfiguration.optional(),
      cloudServiceConfiguration: z
        .strictObject({ osFamily: z.string(), osVersion: z.string().optional() })
        .optional(),
    })
    .optional(),
  scaleSettings: ScaleSettings.optional(),
  interNodeCommunication: caseless("Enabled", "Disabled").optional(),
  networkConfiguration: NetworkConfiguration.optional(),
  taskSlotsPerNode: integer(1, 256).optional(),
  taskSchedulingPolicy: SchedulingPolicy.optional(),
  userAccounts: z.array(UserAccount).optional(),
  metadata: Metadata.optional(),
  startTask: StartTaskSpec.optional(),
  certificates: NoCertificates.optional(),
  applicationPackages: z.array(z.strictObject({ id: z.string(), version: z.string().optional() })).optional(),
  applicationLicenses: z.array(z.string()).optional(),
  mountConfiguration: MountConfigurations.optional(),
  targetNodeCommunicationMode: NodeCommunicationMode.optional(),
  resourceTags: z.record(z.string(), z.string()).optional(),
  upgradePolicy: UpgradePolicy.optional(),
});

/** What the service answers and a caller may send back unchanged; it says nothing. */
const readOnly = [
  ...[
    "provisioningState",
    "provisioningStateTransitionTime",
    "allocationState",
    "allocationStateTransitionTime",
  ],
  ...["creationTime", "lastModified", "currentDedicatedNodes", "currentLowPriorityNodes", "autoScaleRun"],
  ...["resizeOperationStatus", "currentNodeCommunicationMode"],
];

const Identity = z.strictObject({
  type: caseless("UserAssigned", "None"),
  userAssignedIdentities: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

export const ArmPoolBody = z
  .looseObject({ properties: z.looseObject({}).default({}) })
  .transform((body) => ({ ...body, properties: withoutReadOnly(body.properties) }))
  .transform((body) => ({ ...body, properties: toData(body.properties) }))
  .pipe(
    z.strictObject({
      id: z.unknown().optional(),
      name: z.unknown().optional(),
      type: z.unknown().optional(),
      etag: z.unknown().optional(),
      properties: Properties,
      identity: Identity.optional(),
    }),
  );
export type ArmPoolBody = z.infer<typeof ArmPoolBody>;

function withoutReadOnly(properties: Json): Json {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !readOnly.includes(name)));
}

/** The data plane's specification of a management-plane pool. */
export function specOf(id: string, body: ArmPoolBody): Record<string, unknown> {
  const {
    scaleSettings,
    deploymentConfiguration,
    interNodeCommunication,
    applicationPackages,
    certificates: _c,
    ...same
  } = body.properties;
  const fixed = scaleSettings?.fixedScale;
  const auto = scaleSettings?.autoScale;
  const spec = {
    id,
    ...same,
    ...deploymentConfiguration,
    targetDedicatedNodes: fixed?.targetDedicatedNodes,
    targetLowPriorityNodes: fixed?.targetLowPriorityNodes,
    resizeTimeout: fixed?.resizeTimeout,
    ...(auto === undefined
      ? {}
      : {
          enableAutoScale: true,
          autoScaleFormula: auto.formula,
          autoScaleEvaluationInterval: auto.evaluationInterval,
        }),
    enableInterNodeCommunication:
      interNodeCommunication === undefined ? undefined : interNodeCommunication === "Enabled",
    applicationPackageReferences: applicationPackages?.map((one) => ({
      applicationId: one.id.split("/").at(-1) ?? one.id,
      version: one.version,
    })),
  };
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined));
}
