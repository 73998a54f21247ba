// What old clients ask of Azure Resource Manager beyond Batch AI, at the address they know: storage accounts and their keys
// (`--storage-account-name` without a key, auto storage), resource groups, provider registration. Passed on in the
// caller's own name, or refused with what to set; nothing of it is this service's own.
// Why it is so: docs/adr/0025-requests-passed-on.md
import type { HttpResponseInit } from "@azure/functions";
import { AppError } from "../../domain/shared/errors.ts";
import type { Services } from "../../services/services.ts";
import type { Role } from "../../services/token-verifier.ts";
import type { HttpTrigger } from "../lib/register.ts";
import { authorise } from "./lib/authorise.ts";
import { checkApiVersion, checkSubscription, guarded } from "./lib/guard.ts";
import { apiRequest } from "./lib/request.ts";
import type { ApiRequest } from "./lib/request.ts";

const subscription = "subscriptions/{subscriptionId}";
const groupsRoute = `${subscription}/resourceGroups`;
const group = `${groupsRoute}/{resourceGroup}`;
const storage = "providers/Microsoft.Storage";
const account = `${group}/${storage}/storageAccounts/{account}`;

type Method = HttpTrigger["methods"][number];
/** Changes and keys are for admins here, whatever the other side allows. */
const rows: readonly (readonly [name: string, route: string, methods: readonly Method[], role: Role])[] = [
  ["group-exists", group, ["HEAD"], "reader"],
  ["group-change", group, ["PUT", "PATCH", "DELETE"], "admin"],
  ["operation", `${subscription}/operationresults/{operation}`, ["GET"], "reader"],
  ["providers", `${subscription}/providers`, ["GET"], "reader"],
  ["provider", `${subscription}/providers/{namespace}`, ["GET"], "reader"],
  ["provider-register", `${subscription}/providers/{namespace}/register`, ["POST"], "admin"],
  ["provider-unregister", `${subscription}/providers/{namespace}/unregister`, ["POST"], "admin"],
  ["storage-accounts", `${subscription}/${storage}/storageAccounts`, ["GET"], "reader"],
  ["storage-names", `${subscription}/${storage}/checkNameAvailability`, ["POST"], "reader"],
  ["storage-of-group", `${group}/${storage}/storageAccounts`, ["GET"], "reader"],
  ["storage-account", account, ["GET"], "reader"],
  ["storage-account-change", account, ["PUT", "PATCH", "DELETE"], "admin"],
  ["storage-account-action", `${account}/{action}`, ["POST"], "admin"],
];

export const passedOnTriggers: readonly HttpTrigger[] = rows.map(([name, route, methods, role]) => ({
  // After the operations of this service, which the host tries first by their names.
  name: `passed-${name}`,
  methods,
  route,
  handle: (request, services) =>
    guarded(request, services, async (caller) => {
      const asked = apiRequest(request, caller, services.settings.bodyLimitBytes);
      await authorise(asked, services, role);
      checkApiVersion(request, "arm");
      checkSubscription(asked, services);
      return passOn(asked, services);
    }),
}));

export async function passOn(request: ApiRequest, { resourceManager }: Services): Promise<HttpResponseInit> {
  if (resourceManager === undefined) throw nowhereToPassTo();
  const { method, url, origin, authorization, contentType } = request;
  const answer = await resourceManager.pass({
    method,
    path: url.pathname + url.search,
    origin,
    authorization,
    headers: contentType === undefined ? {} : { "content-type": contentType },
    ...(["PUT", "PATCH", "POST"].includes(method) ? { body: await request.bytes() } : {}),
  });
  const { status, headers, body } = answer;
  return { status, headers: { ...headers }, ...(body.length === 0 ? {} : { body }) };
}

function nowhereToPassTo(): AppError {
  return new AppError(
    "FeatureNotAvailable",
    "This service answers for Batch AI only. For storage accounts, resource groups and other providers ask Azure's own address, or set BATCHAI_RESOURCE_MANAGER_ENDPOINT in the app's settings (https://management.azure.com when callers' tokens are issued for it).",
  );
}
