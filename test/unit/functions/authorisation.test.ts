// Who may do what: every route that is registered, against every role and every kind of bad token. A route without a row in
// this table fails the test, and so does a row without a route.
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpTriggers } from "../../../functions/http/index.ts";
import { jwtVerifier } from "../../../services/azure/jwt-verifier.ts";
import { startAppWorld, subscriptionId, tenant } from "../../support/app/app-world.ts";
import type { AppWorld } from "../../support/app/app-world.ts";

const roles = ["reader", "submitter", "operator", "admin"] as const;
type Least = (typeof roles)[number] | "anybody with a token";

const subscription = "subscriptions/{subscriptionId}";
const resourceGroup = `${subscription}/resourceGroups/{resourceGroup}`;
const storageAccount = `${resourceGroup}/providers/Microsoft.Storage/storageAccounts/{account}`;
const group = `${resourceGroup}/providers/Microsoft.BatchAI/workspaces`;
const workspace = `${group}/{workspace}`;
const cluster = `${workspace}/clusters/{cluster}`;
const fileServer = `${workspace}/fileServers/{fileServer}`;
const experiment = `${workspace}/experiments/{experiment}`;
const job = `${experiment}/jobs/{job}`;
const sweep = `${experiment}/sweeps/{sweep}`;
const trigger = `${workspace}/triggers/{trigger}`;
const provider = "subscriptions/{subscriptionId}/providers/Microsoft.BatchAI";

const matrix: readonly (readonly [method: string, route: string, least: Least])[] = [
  ["POST", "portal/links", "anybody with a token"],
  ["GET", "providers/Microsoft.BatchAI/operations", "anybody with a token"],
  ["GET", `${provider}/locations/{location}/usages`, "reader"],
  ["GET", `${provider}/locations/{location}/preflight`, "operator"],
  ["GET", `${provider}/locations/{location}/prices`, "reader"],
  ["GET", `${provider}/receiptKeys`, "anybody with a token"],
  ["GET", `${provider}/locations/{location}/operationresults/{operationId}`, "reader"],
  ["GET", `${provider}/locations/{location}/operationstatuses/{operationId}`, "reader"],
  ["GET", `${provider}/workspaces`, "anybody with a token"],
  ["GET", group, "anybody with a token"],
  ["PUT", workspace, "operator"],
  ["PATCH", workspace, "operator"],
  ["GET", workspace, "reader"],
  ["DELETE", workspace, "operator"],
  ["GET", `${workspace}/events`, "reader"],
  ["GET", `${workspace}/clusters`, "reader"],
  ["PUT", cluster, "operator"],
  ["PATCH", cluster, "operator"],
  ["GET", cluster, "reader"],
  ["DELETE", cluster, "operator"],
  ["GET", `${cluster}/events`, "reader"],
  ["POST", `${cluster}/listRemoteLoginInformation`, "operator"],
  ["GET", `${cluster}/listRemoteLoginInformation`, "operator"],
  ["POST", `${cluster}/listSetupFiles`, "reader"],
  ["GET", `${cluster}/listSetupFiles`, "reader"],
  ["GET", `${workspace}/fileServers`, "reader"],
  ["PUT", fileServer, "operator"],
  ["GET", fileServer, "reader"],
  ["DELETE", fileServer, "operator"],
  ["GET", `${fileServer}/events`, "reader"],
  ["GET", `${workspace}/experiments`, "anybody with a token"],
  ["PUT", experiment, "submitter"],
  ["GET", experiment, "reader"],
  ["DELETE", experiment, "submitter"],
  ["GET", `${experiment}/events`, "reader"],
  ["GET", `${experiment}/jobs`, "reader"],
  ["PUT", job, "submitter"],
  ["GET", job, "reader"],
  ["DELETE", job, "submitter"],
  ["GET", `${job}/events`, "reader"],
  ["GET", `${job}/attempts`, "reader"],
  ["GET", `${job}/receipt`, "reader"],
  ["POST", `${job}/reproduce`, "submitter"],
  ["POST", `${job}/preempt`, "operator"],
  ["GET", `${job}/metrics`, "reader"],
  ["POST", `${job}/metrics`, "submitter"],
  ["POST", `${job}/terminate`, "submitter"],
  ["POST", `${job}/listOutputFiles`, "reader"],
  ["GET", `${job}/listOutputFiles`, "reader"],
  ["POST", `${job}/listRemoteLoginInformation`, "submitter"],
  ["GET", `${job}/listRemoteLoginInformation`, "submitter"],
  ["GET", `${experiment}/sweeps`, "reader"],
  ["PUT", sweep, "submitter"],
  ["PATCH", sweep, "submitter"],
  ["GET", sweep, "reader"],
  ["DELETE", sweep, "submitter"],
  ["GET", `${sweep}/events`, "reader"],
  ["POST", `${sweep}/terminate`, "submitter"],
  ["POST", `${sweep}/resume`, "submitter"],
  ["POST", `${sweep}/extend`, "submitter"],
  ["POST", `${sweep}/import`, "submitter"],
  ["POST", `${sweep}/retryFailed`, "submitter"],
  ["POST", `${sweep}/preview`, "reader"],
  ["GET", `${sweep}/trials`, "reader"],
  ["GET", `${sweep}/trials/{trial}`, "reader"],
  ["POST", `${sweep}/trials/{trial}/terminate`, "submitter"],
  ["POST", `${sweep}/trials/{trial}/metrics`, "submitter"],
  ["GET", `${sweep}/best`, "reader"],
  ["GET", `${sweep}/decisions`, "reader"],
  ["GET", `${sweep}/metrics`, "reader"],
  ["GET", `${sweep}/export`, "reader"],
  ["GET", `${workspace}/triggers`, "reader"],
  ["PUT", trigger, "submitter"],
  ["PATCH", trigger, "submitter"],
  ["GET", trigger, "reader"],
  ["DELETE", trigger, "submitter"],
  ["GET", `${trigger}/events`, "reader"],
  ["GET", `${trigger}/nextFireTimes`, "reader"],
  ["POST", `${trigger}/test`, "reader"],
  ["POST", `${trigger}/run`, "submitter"],
  ["POST", `${trigger}/rotateSecret`, "submitter"],
  ["POST", `${trigger}/backfill`, "submitter"],
  ["POST", `${trigger}/replay`, "submitter"],
  ["GET", `${workspace}/costs`, "reader"],
  ["GET", `${workspace}/workflows`, "reader"],
  ["GET", `${workspace}/workflows/{workflow}`, "reader"],
  ["POST", `${workspace}/workflows/{workflow}/restart`, "submitter"],
  ["GET", `${trigger}/firings`, "reader"],
  ["GET", `${trigger}/firings/{firing}`, "reader"],
  ...[workspace, experiment].flatMap((scope) => [
    ["PUT", `${scope}/roleAssignments/{roleAssignment}`, "admin"] as const,
    ["GET", `${scope}/roleAssignments/{roleAssignment}`, "reader"] as const,
    ["GET", `${scope}/roleAssignments`, "reader"] as const,
    ["DELETE", `${scope}/roleAssignments/{roleAssignment}`, "admin"] as const,
  ]),
  ["GET", "tenants", "anybody with a token"],
  ["GET", "subscriptions", "anybody with a token"],
  ["GET", "subscriptions/{subscriptionId}", "anybody with a token"],
  ["GET", "subscriptions/{subscriptionId}/resourceGroups", "anybody with a token"],
  ["GET", "subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}", "anybody with a token"],
  ["GET", provider, "anybody with a token"],
  ["POST", `${provider}/register`, "anybody with a token"],
  ["HEAD", resourceGroup, "reader"],
  ...(["PUT", "PATCH", "DELETE"] as const).flatMap((method) => [
    [method, resourceGroup, "admin"] as const,
    [method, storageAccount, "admin"] as const,
  ]),
  ["GET", `${subscription}/operationresults/{operation}`, "reader"],
  ["GET", `${subscription}/providers`, "reader"],
  ["GET", `${subscription}/providers/{namespace}`, "reader"],
  ["POST", `${subscription}/providers/{namespace}/register`, "admin"],
  ["POST", `${subscription}/providers/{namespace}/unregister`, "admin"],
  ["GET", `${subscription}/providers/Microsoft.Storage/storageAccounts`, "reader"],
  ["POST", `${subscription}/providers/Microsoft.Storage/checkNameAvailability`, "reader"],
  ["GET", `${resourceGroup}/providers/Microsoft.Storage/storageAccounts`, "reader"],
  ["GET", storageAccount, "reader"],
  ["POST", `${storageAccount}/{action}`, "admin"],
  ...["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD", "OPTIONS"].map(
    (method) => [method, "{*path}", "anybody with a token"] as const,
  ),
];

/** Needs no token: it says nothing that is not in the source. */
const openToEverybody = ["GET openapi.json"];
/** Whose senders sign with the trigger's secret: test/replay/webhook-story.test.ts. */
const signed = [`POST ${trigger}/webhook`];
/** Pages, which hold nothing of anybody's, and what only they may ask, by their cookie: test/unit/functions/portal.test.ts. */
const ofThePortal = [
  "GET portal",
  "HEAD portal",
  "GET portal/{*path}",
  "HEAD portal/{*path}",
  ...["GET", "PUT", "PATCH", "POST", "DELETE"].map((method) => `${method} portal/api/{*path}`),
  ...["GET", "POST", "DELETE"].map((method) => `${method} portal/session`),
  `GET portal/output/${job}`,
  "GET portal/authority",
];

/** By the words of MLflow's clients, call by call: test/unit/functions/tracking.test.ts. */
const ofTracking = [workspace, job].flatMap((at) =>
  ["GET", "POST", "PATCH", "PUT", "DELETE"].map((method) => `${method} ${at}/mlflow/{*path}`),
);

const issuer = "https://issuer.example/";
const audience = "https://management.azure.com/";
type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];

const server = createServer();
let ours: PrivateKey;
let foreign: PrivateKey;
let jwksUrl: string;
let world: AppWorld;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256");
  ours = pair.privateKey;
  foreign = (await generateKeyPair("RS256")).privateKey;
  const keys = [{ ...(await exportJWK(pair.publicKey)), kid: "k", alg: "RS256" }];
  server.on("request", (_request, response) => response.end(JSON.stringify({ keys })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  let now: () => number = () => 0;
  const clock = { now: () => now(), sleep: async () => undefined };
  const tokens = jwtVerifier({ issuer, audiences: [audience], jwksUrl, clock });
  world = await startAppWorld({ tokens });
  now = world.now;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

interface Shape {
  readonly roles?: readonly string[];
  readonly key?: PrivateKey;
  readonly audience?: string;
  readonly issuer?: string;
  readonly expiresInSeconds?: number;
}

function unsigned({ roles: held = ["admin"], ...shape }: Shape) {
  const seconds = Math.floor(world.now() / 1000);
  return {
    claims: { tid: tenant, oid: "ada", roles: held },
    subject: "ada",
    issuer: shape.issuer ?? issuer,
    audience: shape.audience ?? audience,
    expires: seconds + (shape.expiresInSeconds ?? 600),
  };
}

function token(shape: Shape = {}): Promise<string> {
  const { claims, ...told } = unsigned(shape);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "k" })
    .setSubject(told.subject)
    .setIssuer(told.issuer)
    .setAudience(told.audience)
    .setExpirationTime(told.expires)
    .sign(shape.key ?? ours);
}

const badTokens: readonly (readonly [string, string, () => Promise<string | undefined>])[] = [
  ["no token", "AuthenticationFailed", async () => undefined],
  ["a token that expired", "ExpiredAuthenticationToken", () => token({ expiresInSeconds: -3_600 })],
  [
    "a token for another service",
    "InvalidAuthenticationTokenAudience",
    () => token({ audience: "https://graph.example/" }),
  ],
  [
    "a token of another issuer",
    "InvalidAuthenticationTokenTenant",
    () => token({ issuer: "https://other.example/" }),
  ],
  ["a token that somebody else signed", "InvalidAuthenticationToken", () => token({ key: foreign })],
  [
    "a token that nobody signed",
    "InvalidAuthenticationToken",
    async () => {
      const { claims, ...told } = unsigned({});
      return new UnsecuredJWT(claims)
        .setIssuer(told.issuer)
        .setAudience(told.audience)
        .setExpirationTime(told.expires)
        .encode();
    },
  ],
  [
    "a token signed with the public key as a secret",
    "InvalidAuthenticationToken",
    () => {
      const { claims, ...told } = unsigned({});
      return new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", kid: "k" })
        .setIssuer(told.issuer)
        .setAudience(told.audience)
        .setExpirationTime(told.expires)
        .sign(new TextEncoder().encode("a key that everybody can read, thirty-two bytes"));
    },
  ],
];

/** A path of the route, and the version its API has. */
function pathOf(route: string, subscription = subscriptionId): string {
  const path = route
    .replace("{subscriptionId}", subscription)
    .replace("{*path}", "nothing/here")
    .replaceAll(/\{\w+\}/g, "x");
  return `/${path}?api-version=${/\/(?:events|attempts|receipt|reproduce|receiptKeys|metrics|costs|preempt|preflight|prices|listSetupFiles)$|\/(?:sweeps|triggers|workflows|roleAssignments)\b/.test(route) ? "2026-11-01" : "2018-05-01"}`;
}

describe("the table of routes and roles", () => {
  it("has a row for every route that is registered, and no other", () => {
    const registered = httpTriggers.flatMap(({ methods, route }) =>
      methods.map((method) => `${method} ${route}`),
    );
    const told = [
      ...matrix.map(([method, route]) => `${method} ${route}`),
      ...openToEverybody,
      ...signed,
      ...ofThePortal,
      ...ofTracking,
    ];
    expect(told.sort()).toEqual(registered.sort());
  });
});

describe.each(matrix)("%s %s", (method, route, least) => {
  it("answers 401 to whoever does not prove who they are, and does nothing", async () => {
    const before = world.documents.writes();
    for (const [what, code, make] of badTokens) {
      const answer = await world.api(method, pathOf(route), { token: await make(), body: {} });
      expect([what, answer.status, answer.body.error.code]).toEqual([what, 401, code]);
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/);
    }
    expect(world.documents.writes()).toBe(before);
  });

  it(`is open to ${least} and above, closed below`, async () => {
    for (const [index, role] of [...roles, "guest"].entries()) {
      const open = least === "anybody with a token" || (role !== "guest" && index >= roles.indexOf(least));
      const before = world.documents.writes();
      const answer = await world.api(method, pathOf(route), {
        token: await token({ roles: [role] }),
        body: {},
      });
      if (open) expect([role, [401, 403].includes(answer.status)]).toEqual([role, false]);
      else {
        expect([role, answer.status, answer.body.error.code]).toEqual([role, 403, "AuthorizationFailed"]);
        expect(world.documents.writes()).toBe(before);
      }
    }
  });
});

describe("a foreign subscription", () => {
  const rows = matrix.filter(([, route]) => route.includes("{subscriptionId}"));
  it.each(rows)("is not found: %s %s", async (method, route) => {
    const path = pathOf(route, "99999999-2222-4333-8444-555555555555");
    const answer = await world.api(method, path, { token: await token(), body: {} });
    expect([answer.status, answer.body.error.code]).toEqual([404, "SubscriptionNotFound"]);
  });
});
