// `batchai login`: makes a profile and the current one of it. Without an endpoint: the local cloud that is found, which needs no sign-in.
// With one: a token of Microsoft Entra, or the one that is read from standard input; it is tried before the profile is kept.
import { resolve } from "node:path";
import { createClient } from "../../client/client.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { changeUserFile } from "../config/files.ts";
import type { Profile, SignIn } from "../config/profile.ts";
import { forgetToken, keepToken } from "../config/tokens.ts";
import { usageError } from "../failure.ts";
import { hint, notify } from "../hints.ts";
import { flag, parsed, text } from "../options.ts";
import { cloudFileOf, ofService } from "../service.ts";

export const login = command({
  examples: [
    "login",
    "login --endpoint https://batchai.example.com --subscription SUBSCRIPTION -g GROUP",
    "login --profile work --endpoint https://batchai.example.com --subscription SUBSCRIPTION -g GROUP --az",
  ],
  withoutSettings: true,
  options: {
    ...ofService,
    profile: text("--profile <name>", "name of the profile (default: local, or the endpoint's host)"),
    endpoint: parsed(
      "--endpoint <url>",
      "address of the service (default: the local cloud that is found)",
      endpointOf,
    ),
    subscription: text("--subscription <id>", "subscription of the service"),
    location: text("-l, --location <region>", "its region"),
    az: flag("--az", "take tokens from the Azure CLI that is signed in, instead of a code for the browser"),
    withToken: flag("--with-token", "read a token from standard input"),
    tenant: text("--tenant <id>", "tenant to sign in to"),
    clientId: text("--client-id <id>", "application to sign in as, instead of the Azure SDK's"),
    audience: text("--audience <uri>", "for whom the token is", "https://management.azure.com"),
  },
  async run(given, context) {
    const { profile, name } =
      given.endpoint === undefined ? localProfile(given, context) : remoteProfile(given.endpoint, given);
    if (profile.settings.endpoint === undefined) await forgetToken(name, context);
    else await signIn(profile.settings.endpoint, { ...profile, name }, context);
    const path = await changeUserFile(context.environment, ({ profiles }) => ({
      current: name,
      profiles: {
        ...profiles,
        [name]: {
          ...profile,
          settings: { ...profiles[name]?.settings, endpoint: undefined, ...profile.settings },
        },
      },
    }));
    notify(context, `Profile '${name}' is current (${path}).`);
    hint(context, "status", "workspace list");
  },
});

interface Given {
  readonly profile: string | undefined;
  readonly subscription: string | undefined;
  readonly resourceGroup: string | undefined;
  readonly location: string | undefined;
  readonly az: boolean;
  readonly withToken: boolean;
  readonly tenant: string | undefined;
  readonly clientId: string | undefined;
  readonly audience: string;
}

function localProfile(
  given: Pick<Given, "profile"> & { readonly cloud: string | undefined },
  context: Context,
): { name: string; profile: Profile } {
  const cloud = cloudFileOf(given, { directory: context.directory });
  if (cloud === undefined)
    throw usageError(
      "No local cloud is found in this folder or above it: start one with `batchai up`, name its cloud.json with --cloud, or a service with --endpoint.",
    );
  return {
    name: given.profile ?? "local",
    profile: { settings: {}, cloud: resolve(context.directory, cloud) },
  };
}

function remoteProfile(endpoint: string, given: Given): { name: string; profile: Profile } {
  const { subscription, resourceGroup, location, tenant, clientId, audience } = given;
  if (subscription === undefined || resourceGroup === undefined)
    throw usageError("A service is used in a subscription and a resource group: give --subscription and -g.");
  if (given.az && given.withToken) throw usageError("Give one of --az and --with-token.");
  const kind: SignIn["kind"] = given.az ? "az" : given.withToken ? "token" : "deviceCode";
  return {
    name: given.profile ?? new URL(endpoint).hostname,
    profile: {
      settings: { endpoint, subscription, resourceGroup, location },
      signIn: { kind, tenant, clientId, audience },
    },
  };
}

/** The token is kept once the service has taken it. */
async function signIn(
  endpoint: string,
  profile: Profile & { name: string },
  context: Context,
): Promise<void> {
  const { signIn: way, settings } = profile;
  if (way === undefined) return;
  const got = await context.acquireToken(way);
  const { fetch, sleep } = context;
  const client = createClient({ endpoint, token: got.token, fetch, sleep });
  const { subscription: subscriptionId = "", resourceGroup } = settings;
  await client.workspaces.list({ subscriptionId, resourceGroup }).next();
  await keepToken(profile.name, { origin: new URL(endpoint).origin, ...got }, context);
}

/** A token is sent in the clear to this machine alone. */
function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url !== undefined && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isHere)) return text.replace(/\/+$/, "");
  throw new Error("It takes an address that begins with https:// (http:// for this machine alone).");
}
