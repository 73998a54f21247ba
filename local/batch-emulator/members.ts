// What the emulator makes of every member that a caller may state. One list: the reference page is generated from it, and a
// test holds it against the schemas, so that no member can be accepted without saying what becomes of it. A path speaks for
// everything below it that is not listed itself.

export type MemberStanding =
  /** Does here what the reference says. */
  | "works"
  /** Checked, kept and answered; there is nothing on this machine that it could change. */
  | "recorded"
  /** Answered with an error that says why. */
  | "refused";

export interface Member {
  readonly path: string;
  readonly standing: MemberStanding;
  readonly how?: string;
}

type Row = readonly [path: string, standing: MemberStanding, how?: string];

const noDisk = "a node is a folder of this machine and has no disk of its own";
const noMachine = "there is no virtual machine whose firmware or host it could concern";
const noNetwork = "nodes have addresses of this machine's loopback network";
const engine =
  "with the docker or podman of this machine; where there is none, what was to run in a container fails with the reason";
const windows =
  "Windows nodes are simulated: they boot and idle, and what lands on them fails before its command, with the reason";
const sameUser =
  "everything runs as the user who runs the emulator; with a user that the pool does not have, the task fails as in the service";

const pool: readonly Row[] = [
  ["id", "works"],
  ["displayName", "works"],
  [
    "vmSize",
    "works",
    "its cores count against the quotas and bound the task slots; tasks have this machine's cores",
  ],
  ["cloudServiceConfiguration", "recorded", "such nodes are folders of this machine like all others"],
  [
    "virtualMachineConfiguration.imageReference",
    "recorded",
    "tasks see this machine's system; an image of one's own needs a bearer token, as in the service",
  ],
  ["virtualMachineConfiguration.nodeAgentSKUId", "works", windows],
  ["virtualMachineConfiguration.windowsConfiguration", "recorded", windows],
  ["virtualMachineConfiguration.licenseType", "recorded", "for Windows images"],
  ["virtualMachineConfiguration.dataDisks", "recorded", noDisk],
  ["virtualMachineConfiguration.osDisk", "recorded", noDisk],
  [
    "virtualMachineConfiguration.osDisk.managedDisk.diskEncryptionSet",
    "refused",
    "it needs an account that allocates in the user's subscription",
  ],
  [
    "virtualMachineConfiguration.diskEncryptionConfiguration",
    "recorded",
    "nothing is encrypted; targets and key are checked as in the service",
  ],
  ["virtualMachineConfiguration.securityProfile", "recorded", noMachine],
  ["virtualMachineConfiguration.serviceArtifactReference", "recorded", noMachine],
  ["virtualMachineConfiguration.containerConfiguration", "works", engine],
  [
    "virtualMachineConfiguration.nodePlacementConfiguration",
    "works",
    "zonal nodes learn one of three zones from their metadata service",
  ],
  [
    "virtualMachineConfiguration.extensions",
    "recorded",
    "listed by each node as installed, with a word that it is simulated",
  ],
  ["resizeTimeout", "works"],
  ["targetDedicatedNodes", "works"],
  ["targetLowPriorityNodes", "works"],
  ["enableAutoScale", "works"],
  ["autoScaleFormula", "works"],
  ["autoScaleEvaluationInterval", "works"],
  [
    "enableInterNodeCommunication",
    "works",
    "needed for multi-instance tasks; nodes reach each other in any case",
  ],
  ["networkConfiguration.subnetId", "recorded", `needs a bearer token, as in the service; ${noNetwork}`],
  ["networkConfiguration.dynamicVNetAssignmentScope", "works", "decides whether jobs may name a subnet"],
  ["networkConfiguration.enableAcceleratedNetworking", "recorded", noNetwork],
  [
    "networkConfiguration.endpointConfiguration",
    "recorded",
    "checked in full and answered as endpoints of the nodes; reach the backend port at the node's own address, nothing forwards the frontend port",
  ],
  [
    "networkConfiguration.publicIPAddressConfiguration",
    "recorded",
    `checked; nodes without public addresses have no endpoints; ${noNetwork}`,
  ],
  ["startTask", "works"],
  ["startTask.containerSettings", "works", engine],
  ["startTask.userIdentity", "recorded", sameUser],
  ["applicationPackageReferences", "works"],
  [
    "certificateReferences",
    "refused",
    "nothing is installed on nodes: keep secrets in Azure Key Vault; an empty list is taken before version 2025-06-01, which has no such member",
  ],
  ["applicationLicenses", "recorded", "nothing is billed"],
  ["taskSlotsPerNode", "works"],
  ["taskSchedulingPolicy", "works"],
  ["userAccounts", "recorded", "checked; no account is made on this machine"],
  [
    "userAccounts.linuxUserConfiguration.sshPrivateKey",
    "works",
    "lies in the account's `.ssh` below the folder that stands for the node's machine",
  ],
  ["userAccounts.windowsUserConfiguration", "recorded", "for Windows pools"],
  ["metadata", "works"],
  [
    "mountConfiguration.azureBlobFileSystemConfiguration",
    "works",
    "containers of the storage beside the emulator",
  ],
  [
    "mountConfiguration.azureFileShareConfiguration",
    "works",
    "shares of the local cloud; there are none stand-alone",
  ],
  [
    "mountConfiguration.nfsMountConfiguration",
    "works",
    "exports of the file servers of the local cloud; there are none stand-alone, where the node is unusable",
  ],
  [
    "mountConfiguration.cifsMountConfiguration",
    "refused",
    "mounting needs rights that the emulator does not have",
  ],
  [
    "targetNodeCommunicationMode",
    "recorded",
    "before version 2025-06-01, which has it no more: nodes answer the mode; there is no traffic that it could change",
  ],
  [
    "resourceTags",
    "works",
    "nodes read them in their metadata service; from version 2025-06-01 on in the management plane alone",
  ],
  ["upgradePolicy", "recorded", "checked; no system is ever upgraded"],
];

const command = (path: string): readonly Row[] => [
  [path, "works"],
  [`${path}.containerSettings`, "works", engine],
  [`${path}.userIdentity`, "recorded", sameUser],
];

const job: readonly Row[] = [
  ["id", "works"],
  ["displayName", "works"],
  ["priority", "works"],
  ["maxParallelTasks", "works"],
  ["allowTaskPreemption", "works"],
  ["constraints", "works"],
  ...command("jobManagerTask"),
  ...command("jobPreparationTask"),
  ...command("jobReleaseTask"),
  ["commonEnvironmentSettings", "works"],
  ["poolInfo.poolId", "works"],
  ["poolInfo.autoPoolSpecification", "works", "its pool as above"],
  ["onAllTasksComplete", "works"],
  ["onTaskFailure", "works"],
  ["networkConfiguration", "recorded", `only where the pool lets its jobs decide; ${noNetwork}`],
  ["metadata", "works"],
  ["usesTaskDependencies", "works"],
];

const task: readonly Row[] = [
  ["id", "works"],
  ["displayName", "works"],
  ["commandLine", "works"],
  ["containerSettings", "works", engine],
  ["resourceFiles", "works"],
  [
    "resourceFiles.identityReference",
    "works",
    "an identity of the pool is trusted with the storage beside the emulator",
  ],
  ["environmentSettings", "works"],
  ["userIdentity", "recorded", sameUser],
  ["outputFiles", "works"],
  [
    "outputFiles.destination.container.uploadHeaders",
    "works",
    "x-ms-blob-content-type, -encoding, -language, -disposition, x-ms-blob-cache-control, x-ms-access-tier, x-ms-meta-…; others are refused",
  ],
  [
    "outputFiles.destination.container.identityReference",
    "works",
    "an identity of the pool is trusted with the storage beside the emulator",
  ],
  ["affinityInfo", "works"],
  ["constraints", "works"],
  ["requiredSlots", "works"],
  ["exitConditions", "works"],
  ["multiInstanceSettings", "works"],
  ["dependsOn", "works"],
  ["applicationPackageReferences", "works"],
  [
    "authenticationTokenSettings",
    "works",
    "before version 2025-06-01, which has it no more: the token opens the task's own job while the task runs",
  ],
];

const schedule: readonly Row[] = [
  ["id", "works"],
  ["displayName", "works"],
  ["schedule", "works"],
  ["jobSpecification", "works", "as for jobs"],
  ["metadata", "works"],
];

const managedPool: readonly Row[] = [
  ["identity", "works", "nodes get tokens in its name from their metadata service"],
  ["properties", "works", "as for pools, in the spelling of the management plane"],
];

const members = (list: readonly Row[]): readonly Member[] =>
  list.map(([path, standing, how]) => ({ path, standing, ...(how === undefined ? {} : { how }) }));

export const membersOf = {
  Pool: members(pool),
  "Pool in the management plane": members(managedPool),
  Job: members(job),
  Task: members(task),
  "Job schedule": members(schedule),
} as const;
