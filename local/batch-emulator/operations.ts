// Every operation of the Azure Batch service that clients know, and how the emulator stands to it. The reference page
// docs/reference/batch-emulator.md is generated from this table; a test compares it with the routes. An operation that is
// absent answers 501 NotImplemented in the service's own error shape.

export type Standing = "emulated" | "simplified" | "absent";

export interface Operation {
  /** Name in the REST reference. */
  readonly id: string;
  readonly plane: "data" | "management";
  readonly method: string;
  readonly path: string;
  readonly standing: Standing;
  /** For simplified: how; for absent: why or what instead. */
  readonly note?: string;
}

type Row = readonly [id: string, method: string, path: string, note?: string];

const pool = "/pools/{poolId}";
const node = `${pool}/nodes/{nodeId}`;
const job = "/jobs/{jobId}";
const task = `${job}/tasks/{taskId}`;
const schedule = "/jobschedules/{jobScheduleId}";
const certificate = "/certificates(thumbprintAlgorithm={algorithm},thumbprint={thumbprint})";
const checkedFile =
  "before 2025-06-01; file, password and thumbprint are checked, a .pfx in RC2 for its password alone; installed nowhere";
const oldCertificates = "before 2025-06-01";
const deletedAtOnce = "before 2025-06-01; at once: nothing can use it";
const neverFailed = "before 2025-06-01; 409: no deletion fails";

const dataEmulated: readonly Row[] = [
  ["Pool_Add", "POST", "/pools"],
  ["Pool_List", "GET", "/pools"],
  ["Pool_Get", "GET", pool],
  ["Pool_Exists", "HEAD", pool],
  ["Pool_Patch", "PATCH", pool],
  ["Pool_UpdateProperties", "POST", `${pool}/updateproperties`],
  ["Pool_Delete", "DELETE", pool],
  ["Pool_Resize", "POST", `${pool}/resize`],
  ["Pool_StopResize", "POST", `${pool}/stopresize`],
  ["Pool_RemoveNodes", "POST", `${pool}/removenodes`],
  ["Pool_EnableAutoScale", "POST", `${pool}/enableautoscale`],
  ["Pool_EvaluateAutoScale", "POST", `${pool}/evaluateautoscale`],
  ["Pool_DisableAutoScale", "POST", `${pool}/disableautoscale`],
  ["Account_ListPoolNodeCounts", "GET", "/nodecounts"],
  ["ComputeNode_List", "GET", `${pool}/nodes`],
  ["ComputeNode_Get", "GET", node],
  ["ComputeNode_Reboot", "POST", `${node}/reboot`],
  ["ComputeNode_Reimage", "POST", `${node}/reimage`],
  ["ComputeNode_Deallocate", "POST", `${node}/deallocate`],
  ["ComputeNode_Start", "POST", `${node}/start`],
  ["ComputeNode_DisableScheduling", "POST", `${node}/disablescheduling`],
  ["ComputeNode_EnableScheduling", "POST", `${node}/enablescheduling`],
  ["File_ListFromComputeNode", "GET", `${node}/files`],
  ["File_GetFromComputeNode", "GET", `${node}/files/{*filePath}`],
  ["File_GetPropertiesFromComputeNode", "HEAD", `${node}/files/{*filePath}`],
  ["File_DeleteFromComputeNode", "DELETE", `${node}/files/{*filePath}`],
  ["Job_Add", "POST", "/jobs"],
  ["Job_List", "GET", "/jobs"],
  ["Job_Get", "GET", job],
  ["Job_Update", "PUT", job],
  ["Job_Patch", "PATCH", job],
  ["Job_Delete", "DELETE", job],
  ["Job_Disable", "POST", `${job}/disable`],
  ["Job_Enable", "POST", `${job}/enable`],
  ["Job_Terminate", "POST", `${job}/terminate`],
  ["Job_GetTaskCounts", "GET", `${job}/taskcounts`],
  ["Job_ListPreparationAndReleaseTaskStatus", "GET", `${job}/jobpreparationandreleasetaskstatus`],
  ["Job_ListFromJobSchedule", "GET", `${schedule}/jobs`],
  ["Task_Add", "POST", `${job}/tasks`],
  ["Task_AddCollection", "POST", `${job}/addtaskcollection`],
  ["Task_List", "GET", `${job}/tasks`],
  ["Task_Get", "GET", task],
  ["Task_Update", "PUT", task],
  ["Task_Delete", "DELETE", task],
  ["Task_Terminate", "POST", `${task}/terminate`],
  ["Task_Reactivate", "POST", `${task}/reactivate`],
  ["Task_ListSubtasks", "GET", `${task}/subtasksinfo`],
  ["File_ListFromTask", "GET", `${task}/files`],
  ["File_GetFromTask", "GET", `${task}/files/{*filePath}`],
  ["File_GetPropertiesFromTask", "HEAD", `${task}/files/{*filePath}`],
  ["File_DeleteFromTask", "DELETE", `${task}/files/{*filePath}`],
  ["JobSchedule_Add", "POST", "/jobschedules"],
  ["JobSchedule_List", "GET", "/jobschedules"],
  ["JobSchedule_Get", "GET", schedule],
  ["JobSchedule_Exists", "HEAD", schedule],
  ["JobSchedule_Update", "PUT", schedule],
  ["JobSchedule_Patch", "PATCH", schedule],
  ["JobSchedule_Delete", "DELETE", schedule],
  ["JobSchedule_Disable", "POST", `${schedule}/disable`],
  ["JobSchedule_Enable", "POST", `${schedule}/enable`],
  ["JobSchedule_Terminate", "POST", `${schedule}/terminate`],
  ["Application_List", "GET", "/applications"],
  ["Application_Get", "GET", "/applications/{applicationId}"],
];

const dataSimplified: readonly Row[] = [
  [
    "Account_ListSupportedImages",
    "GET",
    "/supportedimages",
    "a short fixed list; an image changes nothing on a node",
  ],
  [
    "Account_ListNodeAgentSkus",
    "GET",
    "/nodeagentskus",
    "in versions before 2019-06-01, which do not have the operation above",
  ],
  [
    "ComputeNode_AddUser",
    "POST",
    `${node}/users`,
    "logs in by ssh and runs as whoever runs the emulator: no account is made on this machine",
  ],
  ["ComputeNode_UpdateUser", "PUT", `${node}/users/{userName}`, "as above"],
  ["ComputeNode_DeleteUser", "DELETE", `${node}/users/{userName}`, "as above"],
  [
    "ComputeNode_GetRemoteLoginSettings",
    "GET",
    `${node}/remoteloginsettings`,
    "the node's loopback address and the port of its ssh server; 22 (Windows: 3389), where nothing listens, when the pool lets nobody in",
  ],
  [
    "ComputeNode_GetRemoteDesktop",
    "GET",
    `${node}/rdp`,
    "for pools of cloud services, as in the service: a file that names the node's loopback address",
  ],
  [
    "ComputeNode_UploadBatchServiceLogs",
    "POST",
    `${node}/uploadbatchservicelogs`,
    "really uploaded: the node's history as the emulator knows it, and the output of the start task",
  ],
  [
    "ComputeNodeExtension_List",
    "GET",
    `${node}/extensions`,
    "the pool's, as installed; nothing is installed",
  ],
  ["ComputeNodeExtension_Get", "GET", `${node}/extensions/{extensionName}`, "as above"],
  ["Certificate_Add", "POST", "/certificates", checkedFile],
  ["Certificate_List", "GET", "/certificates", oldCertificates],
  ["Certificate_Get", "GET", certificate, oldCertificates],
  ["Certificate_Delete", "DELETE", certificate, deletedAtOnce],
  ["Certificate_CancelDeletion", "POST", `${certificate}/canceldelete`, neverFailed],
  [
    "Pool_ListUsageMetrics",
    "GET",
    "/poolusagemetrics",
    "one interval per pool, of the nodes that it has now",
  ],
  [
    "Pool_GetAllLifetimeStatistics",
    "GET",
    "/lifetimepoolstats",
    "until version 2022-10-01.16.0; core time is real, machine metrics are zero",
  ],
  [
    "Job_GetAllLifetimeStatistics",
    "GET",
    "/lifetimejobstats",
    "until version 2022-10-01.16.0; counts and wall clock are real, CPU and disk are zero",
  ],
];

const dataAbsent: readonly Row[] = [
  ["Pool_UpgradeOS", "POST", `${pool}/upgradeos`, "of 2018, for the machines of cloud services"],
];

const accounts =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Batch/batchAccounts";
const account = `${accounts}/{account}`;
const location = "/subscriptions/{subscriptionId}/providers/Microsoft.Batch/locations/{location}";
const application = `${account}/applications/{applicationName}`;
const packageVersion = `${application}/versions/{versionName}`;

const managementEmulated: readonly Row[] = [
  ["BatchAccount_Get", "GET", account],
  ["BatchAccount_List", "GET", "/subscriptions/{subscriptionId}/providers/Microsoft.Batch/batchAccounts"],
  ["BatchAccount_ListByResourceGroup", "GET", accounts],
  ["BatchAccount_GetKeys", "POST", `${account}/listKeys`],
  ["BatchAccount_RegenerateKey", "POST", `${account}/regenerateKeys`],
  ["ArmPool_Create", "PUT", `${account}/pools/{poolName}`],
  ["ArmPool_Update", "PATCH", `${account}/pools/{poolName}`],
  ["ArmPool_Get", "GET", `${account}/pools/{poolName}`],
  ["ArmPool_ListByBatchAccount", "GET", `${account}/pools`],
  ["ArmPool_Delete", "DELETE", `${account}/pools/{poolName}`],
  ["ArmPool_DeleteResult", "GET", `${account}/poolOperationResults/{operationId}`],
  ["ArmPool_DisableAutoScale", "POST", `${account}/pools/{poolName}/disableAutoScale`],
  ["ArmPool_StopResize", "POST", `${account}/pools/{poolName}/stopResize`],
  ["Application_Create", "PUT", application],
  ["Application_Update", "PATCH", application],
  ["Application_Delete", "DELETE", application],
  ["ArmApplication_Get", "GET", application],
  ["ArmApplication_List", "GET", `${account}/applications`],
  ["ApplicationPackage_Create", "PUT", packageVersion],
  ["ApplicationPackage_Get", "GET", packageVersion],
  ["ApplicationPackage_List", "GET", `${application}/versions`],
  ["ApplicationPackage_Activate", "POST", `${packageVersion}/activate`],
  ["ApplicationPackage_Delete", "DELETE", packageVersion],
  ["BatchAccount_DeleteResult", "GET", `${location}/accountOperationResults/{operationId}`],
  ["Location_GetQuotas", "GET", `${location}/quotas`],
  ["Location_CheckNameAvailability", "POST", `${location}/checkNameAvailability`],
];

const managementSimplified: readonly Row[] = [
  ["Location_ListSupportedVirtualMachineSkus", "GET", `${location}/virtualMachineSkus`, "a short fixed list"],
  [
    "Location_ListSupportedCloudServiceSkus",
    "GET",
    `${location}/cloudServiceSkus`,
    "empty: cloud service pools were retired",
  ],
  [
    "BatchAccount_Create",
    "PUT",
    account,
    "at once; in any region and any resource group, which need not be made; names are unique over all regions",
  ],
  [
    "BatchAccount_Delete",
    "DELETE",
    account,
    "with its pools, jobs and nodes; the account that the emulator was started with stays",
  ],
  [
    "BatchAccount_Update",
    "PATCH",
    account,
    "tags, allowed authentication modes, auto-storage (the storage emulator beside it), an identity of the account's own (which no token speaks for); other changes are refused",
  ],
  [
    "BatchAccount_SynchronizeAutoStorageKeys",
    "POST",
    `${account}/syncAutoStorageKeys`,
    "the storage emulator beside the account; its keys do not change",
  ],
  [
    "PrivateLinkResource_List",
    "GET",
    `${account}/privateLinkResources`,
    "named, though there is no network to link to",
  ],
  ["PrivateLinkResource_Get", "GET", `${account}/privateLinkResources/{linkName}`, "as above"],
  ["PrivateEndpointConnection_List", "GET", `${account}/privateEndpointConnections`, "always empty"],
  [
    "PrivateEndpointConnection_Get",
    "GET",
    `${account}/privateEndpointConnections/{connection}`,
    "there is none",
  ],
  ["BatchAccount_ListDetectors", "GET", `${account}/detectors`, "always empty"],
  ["BatchAccount_GetDetector", "GET", `${account}/detectors/{detector}`, "there is none"],
  [
    "BatchAccount_ListOutboundNetworkDependenciesEndpoints",
    "GET",
    `${account}/outboundNetworkDependenciesEndpoints`,
    "always empty: nodes are on this machine",
  ],
  ["ArmCertificate_List", "GET", `${account}/certificates`, oldCertificates],
  ["ArmCertificate_Create", "PUT", `${account}/certificates/{certificate}`, checkedFile],
  ["ArmCertificate_Get", "GET", `${account}/certificates/{certificate}`, oldCertificates],
  ["ArmCertificate_Update", "PATCH", `${account}/certificates/{certificate}`, checkedFile],
  ["ArmCertificate_Delete", "DELETE", `${account}/certificates/{certificate}`, deletedAtOnce],
  [
    "ArmCertificate_CancelDeletion",
    "POST",
    `${account}/certificates/{certificate}/cancelDelete`,
    "before 2025-06-01; no deletion fails, so that it changes nothing",
  ],
  [
    "Operations_List",
    "GET",
    "/providers/Microsoft.Batch/operations",
    "the names of the provider, described in short",
  ],
];

const noLinks = "there is no network to link to";
const managementAbsent: readonly Row[] = [
  [
    "PrivateEndpointConnection_Update",
    "PATCH",
    `${account}/privateEndpointConnections/{connection}`,
    noLinks,
  ],
  [
    "PrivateEndpointConnection_Delete",
    "DELETE",
    `${account}/privateEndpointConnections/{connection}`,
    noLinks,
  ],
];

const rows = (plane: Operation["plane"], standing: Standing, list: readonly Row[]): Operation[] =>
  list.map(([id, method, path, note]) => ({
    id,
    plane,
    method,
    path,
    standing,
    ...(note === undefined ? {} : { note }),
  }));

export const operations: readonly Operation[] = [
  ...rows("data", "emulated", dataEmulated),
  ...rows("data", "simplified", dataSimplified),
  ...rows("data", "absent", dataAbsent),
  ...rows("management", "emulated", managementEmulated),
  ...rows("management", "simplified", managementSimplified),
  ...rows("management", "absent", managementAbsent),
];
