// Applications and their packages in the management plane. Source: Microsoft.Batch batchAccounts/applications and
// applications/versions, api-version 2023-11-01.
import { z } from "zod";
import { DisplayName, caseless } from "../schema/values.ts";
import {
  activatePackage,
  blobOf,
  changeApplication,
  deleteApplication,
  deletePackage,
  findApplication,
  findPackage,
  putApplication,
  putPackage,
  storeOf,
} from "../service/packages/applications.ts";
import type { Application, ApplicationPackage } from "../service/entities/model.ts";
import { accountId, armEtag } from "./arm-pool-fields.ts";
import { armJson, armRoute } from "./arm-routes.ts";
import { bodyOf, optionalBodyOf } from "./bodies.ts";
import { isoTime, optionalTime } from "./fields.ts";
import { nextLink, pageSize, pageStart } from "./listing.ts";
import { empty, param } from "./wire.ts";
import type { Call, Route } from "./wire.ts";

const applications =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.Batch/batchAccounts/{account}/applications";
const application = `${applications}/{applicationName}`;
const versions = `${application}/versions`;
const version = `${versions}/{versionName}`;

/** How long the link to upload a package is good for. */
const uploadMs = 4 * 3_600_000;

/** What the service answers and a caller may send back along with its changes. */
const envelope = { id: z.unknown(), name: z.unknown(), type: z.unknown(), etag: z.unknown() };
const ApplicationBody = z.strictObject({
  ...z.object(envelope).partial().shape,
  properties: z
    .strictObject({
      displayName: DisplayName.optional(),
      allowUpdates: z.boolean().optional(),
      defaultVersion: z.string().optional(),
    })
    .default({}),
});
const PackageBody = z.looseObject({});
const ActivateBody = z.strictObject({ format: caseless("zip") });

const applicationId = (call: Call, one: Application) => `${accountId(call.account)}/applications/${one.id}`;

const applicationShape = (call: Call, one: Application) => ({
  id: applicationId(call, one),
  name: one.id,
  type: "Microsoft.Batch/batchAccounts/applications",
  etag: armEtag(one.version),
  properties: {
    displayName: one.displayName,
    allowUpdates: one.allowUpdates,
    defaultVersion: one.defaultVersion,
  },
});

async function packageShape(call: Call, one: Application, found: ApplicationPackage) {
  const expiresAt = call.account.clock.now() + uploadMs;
  return {
    id: `${applicationId(call, one)}/versions/${found.version}`,
    name: found.version,
    type: "Microsoft.Batch/batchAccounts/applications/versions",
    etag: armEtag(one.version),
    properties: {
      state: found.state,
      format: found.format,
      storageUrl: await storeOf(call.account).uploadUrl(blobOf(one, found), expiresAt),
      storageUrlExpiry: isoTime(expiresAt),
      lastActivationTime: optionalTime(found.lastActivatedAt),
    },
  };
}

const applicationOf = (call: Call) => findApplication(call.account, param(call, "applicationName"));
const applicationReply = (call: Call, one: Application) =>
  armJson(200, applicationShape(call, one), { etag: armEtag(one.version) });
const packageReply = async (call: Call, one: Application, found: ApplicationPackage) =>
  armJson(200, await packageShape(call, one, found), { etag: armEtag(one.version) });

function listApplications(call: Call) {
  const size = pageSize(call);
  const found = [...call.account.applications.after(pageStart(call))];
  const page = found.slice(0, size);
  return armJson(200, {
    value: page.map((one) => applicationShape(call, one)),
    ...(found.length > size ? { nextLink: nextLink(call, String(page.at(-1)?.row ?? 0)) } : {}),
  });
}

/** Packages have no rows of their own: the token is how many came before, and new ones come last. */
async function listPackages(call: Call) {
  const one = applicationOf(call);
  const [size, start] = [pageSize(call), pageStart(call)];
  const page = one.packages.slice(start, start + size);
  const next = start + page.length;
  return armJson(200, {
    value: await Promise.all(page.map((found) => packageShape(call, one, found))),
    ...(next < one.packages.length ? { nextLink: nextLink(call, String(next)) } : {}),
  });
}

export const armApplicationRoutes: readonly Route[] = [
  armRoute("ArmApplication_List", "GET", applications, listApplications),
  armRoute("ArmApplication_Get", "GET", application, (call) => applicationReply(call, applicationOf(call))),
  armRoute("Application_Create", "PUT", application, (call) => {
    const { properties } = optionalBodyOf(call, ApplicationBody);
    return applicationReply(call, putApplication(call.account, param(call, "applicationName"), properties));
  }),
  armRoute("Application_Update", "PATCH", application, (call) => {
    const { properties } = bodyOf(call, ApplicationBody);
    return applicationReply(call, changeApplication(call.account, applicationOf(call), properties));
  }),
  armRoute("Application_Delete", "DELETE", application, (call) => {
    const one = call.account.applications.get(param(call, "applicationName").toLowerCase());
    if (one === undefined) return empty(204);
    deleteApplication(call.account, one);
    return empty(200);
  }),
  armRoute("ApplicationPackage_List", "GET", versions, listPackages),
  armRoute("ApplicationPackage_Get", "GET", version, (call) => {
    const one = applicationOf(call);
    return packageReply(call, one, findPackage(one, param(call, "versionName")));
  }),
  armRoute("ApplicationPackage_Create", "PUT", version, (call) => {
    optionalBodyOf(call, PackageBody);
    const one = applicationOf(call);
    return packageReply(call, one, putPackage(call.account, one, param(call, "versionName")));
  }),
  armRoute("ApplicationPackage_Activate", "POST", `${version}/activate`, async (call) => {
    const { format } = bodyOf(call, ActivateBody);
    const one = applicationOf(call);
    const found = findPackage(one, param(call, "versionName"));
    await activatePackage(call.account, one, found, format);
    return packageReply(call, one, found);
  }),
  armRoute("ApplicationPackage_Delete", "DELETE", version, async (call) => {
    const one = applicationOf(call);
    const found = findPackage(one, param(call, "versionName"));
    await deletePackage(call.account, one, found);
    return empty(200);
  }),
];
