// What the clients of 2018 ask of Azure Resource Manager beyond Batch AI: resource groups, storage accounts and their keys,
// providers. The app passes such requests on, in Azure to the real one (BATCHAI_RESOURCE_MANAGER_ENDPOINT), here to this.
import type { Clock } from "../clock.ts";
import { appIdentity, isIssuedFor } from "../identity/index.ts";
import type { LocalIdentity } from "../identity/index.ts";
import type { Random } from "../random.ts";
import { answer } from "./protocol/answer.ts";
import type { Endpoints } from "./protocol/wire.ts";
import { groupService } from "./service/groups.ts";
import { storageAccountService } from "./service/storage-accounts.ts";
import type { AccountSinks } from "./service/storage-accounts.ts";
import type { Machines } from "./service/machines/machines.ts";
import type { ResourceRecords } from "./store/records.ts";
import { workspacesOver } from "./workspaces.ts";

const managementAudience = "https://management.azure.com";

export interface ResourceManagerOptions {
  readonly records: ResourceRecords;
  readonly subscriptionId: string;
  /** Group and region of the local cloud's own accounts. */
  readonly resourceGroup: string;
  readonly location: string;
  readonly ownAccount: { readonly name: string; readonly key: string };
  readonly endpoints: Endpoints;
  readonly sinks: AccountSinks;
  readonly machines: Machines;
  readonly identity: Pick<LocalIdentity, "verify">;
  /** What tokens must be issued for. */
  readonly audience: string;
  /** Address of the API, known once it is up. */
  api(): string;
  readonly clock: Clock;
  readonly random: Random;
}

export function createResourceManager(
  o: ResourceManagerOptions,
): (request: Request) => Promise<Response | undefined> {
  const { records, sinks, clock, random } = o;
  const own = {
    ...o.ownAccount,
    resourceGroup: o.resourceGroup,
    location: o.location,
    kind: "StorageV2",
    sku: "Standard_LRS",
    tags: {},
  };
  const accounts = storageAccountService({ records, own, sinks, clock, random });
  const groups = groupService({ records, accounts, location: o.location, ownGroup: o.resourceGroup });
  return (request) =>
    answer(request, {
      groups,
      accounts,
      endpoints: o.endpoints,
      region: o.location,
      machines: o.machines,
      ownGroup: o.resourceGroup,
      subscriptionId: o.subscriptionId,
      async rolesOf(token) {
        const holder = await o.identity.verify(token);
        return holder !== undefined && isIssuedFor(holder, o.audience) ? holder.roles : undefined;
      },
      async isApp(token) {
        const holder = await o.identity.verify(token);
        return holder?.subject === appIdentity && isIssuedFor(holder, managementAudience);
      },
      workspacesFor: (authorization) =>
        workspacesOver({ api: o.api(), subscriptionId: o.subscriptionId, authorization }),
    });
}
