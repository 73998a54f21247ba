import { casesOf, retired } from "./suite.ts";
import type { Suite } from "./suite.ts";

const locations = "locations tell quotas, sizes and whether a name is free";

export const pythonManagement: Suite = {
  title: "azure-mgmt-batch for Python",
  source: "azure-sdk-for-python, `sdk/batch/azure-mgmt-batch/tests/test_mgmt_batch.py`",
  cases: casesOf({
    test_mgmt_batch_list_operations: [
      "what belongs to an account beyond its pools answers, if only with nothing",
      "not: it counts 54 operations, the first of them one of Azure Monitor; the emulator names its own",
    ],
    test_mgmt_batch_subscription_quota: [locations],
    test_mgmt_batch_account_name: [
      locations,
      "not: the name that it wants to be taken is that of an account of its authors; those of the emulator are told as taken",
    ],
    test_mgmt_batch_byos_account: [
      "names must be free and well-formed, and an account stays in its group and region",
    ],
    test_mgmt_batch_account: [
      "an added account has its own keys, address and everything below it",
      "the account is read, listed, tagged, and tells its keys and quotas",
      "a regenerated key works from then on, the old one no more",
      "an account is deleted with its jobs, processes and nodes, and its name is free again",
    ],
    test_mgmt_batch_applications: [
      "are created, read, changed, listed and deleted",
      "have packages that are pending until something was uploaded and activated",
      "the account tells its auto-storage and takes its keys again",
      "not: it makes the storage account to be linked by Azure Resource Manager, which is not the emulator's; linking the one beside it passes",
    ],
    test_mgmt_batch_certificates: [
      "are created, updated, listed and deleted, and the data plane has them, too",
      "may be as weak as those that suites of the time bring along",
    ],
    test_mgmt_batch_pools: [
      "a pool keeps every setting on its way through both planes",
      "autoscale is set, evaluated and switched off; a resize is stopped",
      "pools of both planes are listed; deletion is followed to its end",
      retired.sizes,
    ],
    test_mgmt_batch_account_advanced: [
      "what belongs to an account beyond its pools answers, if only with nothing",
      "not: it makes a private endpoint by Azure's network provider; the emulator has no network to link to",
    ],
  }),
};
