// The wire shape of what a pool says about its machines and their network. Source: Azure Batch REST reference, "Pool - Add
// Pool" (VirtualMachineConfiguration, NetworkConfiguration, UpgradePolicy). What the emulator makes of each member is in
// members.ts.
import { z } from "zod";
import { ContainerRegistry, IdentityReference } from "./task-spec.ts";
import { Duration, caseless, integer } from "./values.ts";

const ImageNames = z.strictObject({
  publisher: z.string().optional(),
  offer: z.string().optional(),
  sku: z.string().optional(),
  version: z.string().optional(),
  virtualMachineImageId: z.string().optional(),
  sharedGalleryImageId: z.string().optional(),
  communityGalleryImageId: z.string().optional(),
  exactVersion: z.string().optional(),
});

/** Of an image that is named by publisher, offer and sku, the newest is meant. */
const ImageReference = ImageNames.transform((image) =>
  image.publisher === undefined ? image : { ...image, version: image.version ?? "latest" },
);

const Caching = caseless("none", "readonly", "readwrite");
const StorageAccountType = caseless("standard_lrs", "premium_lrs", "standardssd_lrs");
const DiskEncryptionSet = z.strictObject({ id: z.string() });

const ManagedDisk = z.strictObject({
  storageAccountType: StorageAccountType.optional(),
  diskEncryptionSet: DiskEncryptionSet.optional(),
  securityProfile: z
    .strictObject({
      securityEncryptionType: caseless(
        "DiskWithVMGuestState",
        "NonPersistedTPM",
        "VMGuestStateOnly",
      ).optional(),
      diskEncryptionSet: DiskEncryptionSet.optional(),
    })
    .optional(),
});

const OsDisk = z.strictObject({
  caching: Caching.optional(),
  diskSizeGB: integer(1).optional(),
  ephemeralOSDiskSettings: z.strictObject({ placement: caseless("cachedisk").optional() }).optional(),
  managedDisk: ManagedDisk.optional(),
  writeAcceleratorEnabled: z.boolean().optional(),
});

const DataDisk = z.strictObject({
  lun: integer(0, 63),
  caching: Caching.default("readwrite"),
  diskSizeGB: integer(1),
  storageAccountType: StorageAccountType.default("standard_lrs"),
  managedDisk: ManagedDisk.optional(),
});

const EndpointSettings = z.strictObject({
  mode: caseless("Audit", "Enforce").optional(),
  inVMAccessControlProfileReferenceId: z.string().optional(),
});

const SecurityProfile = z.strictObject({
  securityType: caseless("trustedLaunch", "confidentialVM").optional(),
  encryptionAtHost: z.boolean().optional(),
  uefiSettings: z
    .strictObject({ secureBootEnabled: z.boolean().optional(), vTpmEnabled: z.boolean().optional() })
    .optional(),
  proxyAgentSettings: z
    .strictObject({
      enabled: z.boolean().optional(),
      imds: EndpointSettings.optional(),
      wireServer: EndpointSettings.optional(),
    })
    .optional(),
});

const DiskEncryption = z.strictObject({
  targets: z.array(caseless("osdisk", "temporarydisk")).optional(),
  customerManagedKey: z
    .strictObject({
      keyUrl: z.string().optional(),
      identityReference: IdentityReference.optional(),
      rotationToLatestKeyVersionEnabled: z.boolean().optional(),
    })
    .optional(),
});

const VmExtension = z.strictObject({
  name: z.string(),
  publisher: z.string(),
  type: z.string(),
  typeHandlerVersion: z.string().optional(),
  autoUpgradeMinorVersion: z.boolean().optional(),
  enableAutomaticUpgrade: z.boolean().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  protectedSettings: z.record(z.string(), z.unknown()).optional(),
  provisionAfterExtensions: z.array(z.string()).optional(),
});

export const VirtualMachineConfiguration = z.strictObject({
  imageReference: ImageReference,
  nodeAgentSKUId: z.string().min(1),
  windowsConfiguration: z.strictObject({ enableAutomaticUpdates: z.boolean().optional() }).optional(),
  dataDisks: z.array(DataDisk).optional(),
  licenseType: z.string().optional(),
  containerConfiguration: z
    .strictObject({
      type: caseless("dockerCompatible", "criCompatible"),
      containerImageNames: z.array(z.string()).optional(),
      containerRegistries: z.array(ContainerRegistry).optional(),
    })
    .optional(),
  diskEncryptionConfiguration: DiskEncryption.optional(),
  nodePlacementConfiguration: z.strictObject({ policy: caseless("regional", "zonal").optional() }).optional(),
  extensions: z.array(VmExtension).optional(),
  osDisk: OsDisk.optional(),
  securityProfile: SecurityProfile.optional(),
  serviceArtifactReference: z.strictObject({ id: z.string() }).optional(),
});
export type VirtualMachineConfiguration = z.infer<typeof VirtualMachineConfiguration>;

const SecurityRule = z.strictObject({
  priority: integer(150, 4096),
  access: caseless("allow", "deny"),
  sourceAddressPrefix: z.string().min(1),
  sourcePortRanges: z.array(z.string()).optional(),
});

const NatPool = z.strictObject({
  name: z
    .string()
    .regex(
      /^(?=.{1,77}$)[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/,
      "must have 1 to 77 letters, digits, underscores, periods and hyphens, begin with a letter or digit and not end with a period or hyphen",
    ),
  protocol: caseless("tcp", "udp"),
  backendPort: integer(1, 65_535),
  frontendPortRangeStart: integer(1, 65_534),
  frontendPortRangeEnd: integer(1, 65_534),
  networkSecurityGroupRules: z.array(SecurityRule).max(25).optional(),
});
export type NatPool = z.infer<typeof NatPool>;

export const NetworkConfiguration = z.strictObject({
  subnetId: z.string().optional(),
  dynamicVNetAssignmentScope: caseless("none", "job").default("none"),
  enableAcceleratedNetworking: z.boolean().default(false),
  endpointConfiguration: z.strictObject({ inboundNATPools: z.array(NatPool).max(5) }).optional(),
  publicIPAddressConfiguration: z
    .strictObject({
      provision: caseless("batchmanaged", "usermanaged", "nopublicipaddresses").optional(),
      ipAddressIds: z.array(z.string()).optional(),
      ipFamilies: z.array(caseless("IPv4", "IPv6")).optional(),
      ipTags: z
        .array(z.strictObject({ ipTagType: z.string().optional(), tag: z.string().optional() }))
        .optional(),
    })
    .optional(),
});
export type NetworkConfiguration = z.infer<typeof NetworkConfiguration>;

const Percent = integer(5, 100);

export const UpgradePolicy = z.strictObject({
  mode: caseless("automatic", "manual", "rolling"),
  automaticOSUpgradePolicy: z
    .strictObject({
      disableAutomaticRollback: z.boolean().optional(),
      enableAutomaticOSUpgrade: z.boolean().optional(),
      useRollingUpgradePolicy: z.boolean().optional(),
      osRollingUpgradeDeferral: z.boolean().optional(),
    })
    .optional(),
  rollingUpgradePolicy: z
    .strictObject({
      enableCrossZoneUpgrade: z.boolean().optional(),
      maxBatchInstancePercent: Percent.optional(),
      maxUnhealthyInstancePercent: Percent.optional(),
      maxUnhealthyUpgradedInstancePercent: integer(0, 100).optional(),
      pauseTimeBetweenBatches: Duration.optional(),
      prioritizeUnhealthyInstances: z.boolean().optional(),
      rollbackFailedInstancesOnPolicyBreach: z.boolean().optional(),
    })
    .optional(),
});
export type UpgradePolicy = z.infer<typeof UpgradePolicy>;
