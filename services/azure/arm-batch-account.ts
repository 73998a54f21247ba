// The Batch account through Azure Resource Manager. All that is read here the role Azure Batch Data Contributor may read.
import type { BatchAccount as ArmBatchAccount, SupportedSku } from "@azure/arm-batch";
import type { AccountFacts, BatchAccount, OfferedSize, Refused } from "../batch-account.ts";
import { connectAccount, readArmError } from "./arm-client.ts";
import type { ArmAccount, ArmOptions } from "./arm-client.ts";

export function armBatchAccount(options: ArmOptions): BatchAccount {
  let account: Promise<ArmAccount> | undefined;
  const connected = () => (account ??= connectAccount(options));
  return {
    async facts() {
      try {
        const { client, group, name } = await connected();
        let date: string | undefined;
        const found = await client.batchAccountOperations.get(group, name, {
          onResponse: ({ headers }) => (date = headers.get("date")),
        });
        return { kind: "found", ...factsOf(found), answeredAt: timeOf(date) };
      } catch (error) {
        return refused(error);
      }
    },
    async sizes(location) {
      try {
        const { client } = await connected();
        const sizes: OfferedSize[] = [];
        for await (const sku of client.location.listSupportedVirtualMachineSkus(location))
          sizes.push(sizeOf(sku));
        return { kind: "found", sizes };
      } catch (error) {
        return refused(error);
      }
    },
  };
}

function factsOf(found: ArmBatchAccount): Omit<AccountFacts, "answeredAt"> {
  const families = found.dedicatedCoreQuotaPerVMFamily ?? [];
  return {
    location: found.location ?? "",
    provisioningState: found.provisioningState ?? "",
    poolAllocationMode: found.poolAllocationMode ?? "BatchService",
    poolQuota: found.poolQuota ?? 0,
    activeJobQuota: found.activeJobAndJobScheduleQuota ?? 0,
    dedicatedProcessors: found.dedicatedCoreQuota ?? undefined,
    lowPriorityProcessors: found.lowPriorityCoreQuota ?? undefined,
    familyProcessors:
      found.dedicatedCoreQuotaPerVMFamilyEnforced === true
        ? Object.fromEntries(families.map(({ name, coreQuota }) => [name ?? "", coreQuota ?? 0]))
        : undefined,
  };
}

function sizeOf({ name = "", familyName = "", capabilities }: SupportedSku): OfferedSize {
  const processors = Number(capabilities?.find((one) => one.name === "vCPUs")?.value);
  return { name, family: familyName, processors: Number.isFinite(processors) ? processors : undefined };
}

function timeOf(date: string | undefined): number | undefined {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? undefined : time;
}

function refused(error: unknown): Refused {
  return { kind: "refused", ...readArmError(error) };
}
