// What roles can allow of Microsoft.Batch: names as the provider lists them ("Azure resource provider operations"), words of our own.

type Verb = "read" | "write" | "delete";
const all: readonly Verb[] = ["read", "write", "delete"];
const spoken: Readonly<Record<Verb, string>> = { read: "Read", write: "Create or change", delete: "Delete" };

/** Resource, what it is called, and what can be done with it. */
type Row = readonly [resource: string, name: string, verbs: readonly Verb[], actions?: readonly string[]];

const account = "batchAccounts";
const links = `${account}/privateEndpointConnection`;
const rows: readonly Row[] = [
  [account, "Batch account", all, ["listkeys", "regeneratekeys", "syncAutoStorageKeys"]],
  [`${account}/applications`, "application", all],
  [`${account}/applications/versions`, "application package", all, ["activate"]],
  [`${account}/certificateOperationResults`, "result of a certificate operation", ["read"]],
  [`${account}/certificates`, "certificate", all, ["cancelDelete"]],
  [`${account}/detectors`, "detector", ["read"]],
  [`${account}/operationResults`, "result of an account operation", ["read"]],
  [`${account}/outboundNetworkDependenciesEndpoints`, "outbound endpoint", ["read"]],
  [`${account}/poolOperationResults`, "result of a pool operation", ["read"]],
  [`${account}/pools`, "pool", all, ["stopResize", "disableAutoscale"]],
  [`${links}Proxies`, "private endpoint connection proxy", all, ["validate"]],
  [`${links}ProxyResults`, "result of a proxy operation", ["read"]],
  [`${links}Results`, "result of a connection operation", ["read"]],
  [`${links}s`, "private endpoint connection", all],
  [`${account}/privateLinkResources`, "private link resource", ["read"]],
  [`${account}/providers/Microsoft.Insights/diagnosticSettings`, "diagnostic setting", ["read", "write"]],
  [`${account}/providers/Microsoft.Insights/logDefinitions`, "log definition", ["read"]],
  [`${account}/providers/Microsoft.Insights/metricDefinitions`, "metric definition", ["read"]],
  ["locations", "name of an account", [], ["checkNameAvailability"]],
  ["locations/accountOperationResults", "result of an account operation", ["read"]],
  ["locations/cloudServiceSkus", "size of a cloud service", ["read"]],
  ["locations/quotas", "quota", ["read"]],
  ["locations/virtualMachineSkus", "size of a virtual machine", ["read"]],
  ["operations", "operation", ["read"]],
];

/** In the data plane. */
const dataRows: readonly Row[] = [
  [`${account}/jobs`, "job", all],
  [`${account}/jobSchedules`, "job schedule", all],
];

const operation = (resource: string, kind: string, name: string, words: string, isDataAction: boolean) => ({
  name: `Microsoft.Batch/${resource}/${kind}`,
  isDataAction,
  display: {
    provider: "Microsoft Batch",
    resource,
    operation: `${words} ${name}`,
    description: `${words} ${name}`,
  },
  origin: "user,system",
});

const operationsOf = (list: readonly Row[], isDataAction: boolean) =>
  list.flatMap(([resource, name, verbs, actions = []]) => [
    ...verbs.map((verb) => operation(resource, verb, name, spoken[verb], isDataAction)),
    ...actions.map((action) => operation(resource, `${action}/action`, name, action, isDataAction)),
  ]);

export const providerOperations = [
  ...["register", "unregister"].map((action) => ({
    name: `Microsoft.Batch/${action}/action`,
    isDataAction: false,
    display: {
      provider: "Microsoft Batch",
      resource: "Microsoft.Batch",
      operation: action,
      description: `${action} the subscription with the provider`,
    },
    origin: "user,system",
  })),
  ...operationsOf(rows, false),
  ...operationsOf(dataRows, true),
];
