import { casesOf } from "./suite.ts";
import type { Suite } from "./suite.ts";

const lifecycle = [
  "an added account has its own keys, address and everything below it",
  "an account is deleted with its jobs, processes and nodes, and its name is free again",
];
const account = ["the account is read, listed, tagged, and tells its keys and quotas"];
const applications = ["are created, read, changed, listed and deleted"];
const certificate = ["are created, updated, listed and deleted, and the data plane has them, too"];
const pools = ["pools of both planes are listed; deletion is followed to its end"];
const scale = ["autoscale is set, evaluated and switched off; a resize is stopped"];
const locations = ["locations tell quotas, sizes and whether a name is free"];
const privateParts = ["what belongs to an account beyond its pools answers, if only with nothing"];

export const jsManagement: Suite = {
  title: "@azure/arm-batch for JavaScript",
  source: "azure-sdk-for-js, `sdk/batch/arm-batch/test/batch_examples.spec.ts`",
  cases: casesOf({
    "batchAccountOperations create": [
      ...lifecycle,
      "not: it makes the storage account to be linked by Azure Resource Manager, which is not the emulator's; linking the one beside it passes",
    ],
    "batchAccountOperations get": account,
    "batchAccountOperations getKeys": account,
    "batchAccountOperations regenerateKey": ["a regenerated key works from then on, the old one no more"],
    "batchAccountOperations list": [
      ...account,
      "not: it wants its own account to be the only one; the emulator's first account is listed, too",
    ],
    "batchAccountOperations update": account,
    "applicationOperations create": applications,
    "applicationOperations get": applications,
    "applicationOperations list": applications,
    "certificateOperations create": certificate,
    "certificateOperations get": certificate,
    "certificateOperations list": certificate,
    "certificateOperations update": certificate,
    "certificateOperations cancelDeletion": certificate,
    "location checkNameAvailability": locations,
    "location getQuotas": locations,
    "location listSupportedVirtualMachineSkus": locations,
    "poolOperations create": ["a pool keeps every setting on its way through both planes"],
    "poolOperations get": ["a pool keeps every setting on its way through both planes"],
    "poolOperations listByBatchAccount": pools,
    "poolOperations update": scale,
    "poolOperations disableAutoScale": scale,
    "poolOperations stopResize": scale,
    "privateEndpointConnectionOperations listByBatchAccount": privateParts,
    "privateLinkResourceOperations listByBatchAccount": privateParts,
    "poolOperations delete": pools,
    "certificateOperations delete": certificate,
    "applicationOperations delete": applications,
    "batchAccountOperations delete": [
      ...lifecycle,
      "not: it wants no account to be left; the emulator's first account stays",
    ],
  }),
};
