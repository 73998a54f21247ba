// Roles on single workspaces and experiments: every operation of the API against every role on every scope, what lists show, what
// requests refer to, and how long an assignment lasts.
import { beforeAll, describe, expect, it } from "vitest";
import { operations } from "../../../functions/http/index.ts";
import { roles } from "../../../domain/shared/roles.ts";
import type { Role } from "../../../domain/shared/roles.ts";
import type { Principal, TokenVerifier } from "../../../services/token-verifier.ts";
import { groupPath, startAppWorld, subscriptionId, tenant } from "../../support/app/app-world.ts";
import type { Answer, AppWorld } from "../../support/app/app-world.ts";
import { clusterBody, jobBody, worldWithCluster } from "../../support/app/stories.ts";
import { at, everyMinute, ledger, save, tick } from "../../support/app/trigger-stories.ts";

const ours = "api-version=2026-11-01";
const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
const [ada, bob, team] = [idOf(1), idOf(2), idOf(3)] as const;

/** A token is what it says. */
const tokens: TokenVerifier = {
  verify: async (token) => ({ kind: "valid", principal: JSON.parse(token) as Principal }),
};
const tokenOf = (subject: string, more: Partial<Principal> = {}) =>
  JSON.stringify({ subject, tenant, roles: [], groups: [], ...more });
const admin = tokenOf("chief", { roles: ["admin"], name: "chief@example.com" });

type Api = AppWorld["api"];
const as =
  ({ api }: { readonly api: Api }, token: string) =>
  (method: string, path: string, body?: object): Promise<Answer> =>
    api(method, path, { token, ...(body === undefined ? {} : { body }) });

const assignment = (principalId: string, role: Role, principalType = "User") => ({
  properties: { principalId, principalType, role },
});
const assigned = (scope: string, name: string) => `${scope}/roleAssignments/${name}?${ours}`;
const codeOf = ({ body }: Answer) => body.error?.code as string | undefined;
const namesIn = ({ body }: Answer) => (body as { value: { name: string }[] }).value.map(({ name }) => name);

async function worldWithTwo() {
  const world = await startAppWorld({ tokens });
  const chief = as(world, admin);
  for (const name of ["w", "other"]) {
    await chief("PUT", `${groupPath}/${name}`, { location: "eastus" });
    for (const experiment of ["e", "other"])
      await chief("PUT", `${groupPath}/${name}/experiments/${experiment}`);
  }
  return { ...world, chief };
}

describe("an operation on something in a workspace", () => {
  const scopes = {
    "its workspace": `${groupPath}/w`,
    "its experiment": `${groupPath}/w/experiments/e`,
    "another experiment": `${groupPath}/w/experiments/other`,
    "another workspace": `${groupPath}/other`,
    "an experiment of that name elsewhere": `${groupPath}/other/experiments/e`,
  } as const;
  type Scope = keyof typeof scopes;
  const cases = Object.keys(scopes).flatMap((scope) => roles.map((role) => [scope as Scope, role] as const));
  const holder = (index: number) => tokenOf(idOf(100 + index));
  let world: Awaited<ReturnType<typeof worldWithTwo>>;
  beforeAll(async () => {
    world = await worldWithTwo();
    for (const [index, [scope, role]] of cases.entries()) {
      const path = assigned(scopes[scope], `${role}-${index}`);
      expect((await world.chief("PUT", path, assignment(idOf(100 + index), role))).status).toBe(200);
    }
  });

  // A version that no API ever had is refused once the caller may do it, so that nothing is done.
  const inWorkspace = operations.filter(({ route }) => route.includes("{workspace}"));
  it.each(inWorkspace.map((operation) => [operation.method, operation.route, operation.role] as const))(
    "%s %s needs %s, there or above",
    async (method, route, needed) => {
      const names: Record<string, string> = {
        workspace: "w",
        experiment: "e",
        resourceGroup: "rg",
        subscriptionId,
      };
      const path = `/${route.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? "x")}?api-version=2001-01-01`;
      for (const [index, [scope, role]] of [...cases, ["nowhere", "admin"] as const].entries()) {
        const covers =
          scope === "its workspace" || (scope === "its experiment" && route.includes("{experiment}"));
        const may = needed === "anyone" || (covers && roles.indexOf(role) >= roles.indexOf(needed));
        const answer = await as(world, holder(index))(method, path);
        const expected = may ? "InvalidApiVersionParameter" : "AuthorizationFailed";
        expect([role, scope, codeOf(answer)]).toEqual([role, scope, expected]);
      }
    },
  );

  it("has no part in what is of the whole subscription", async () => {
    const outside = operations.filter(
      ({ route, role }) => !route.includes("{workspace}") && role !== "anyone",
    );
    expect(outside.map(({ name }) => name).sort()).toEqual(["preflight-list", "prices-list", "usages-list"]);
  });
});

describe("a role assignment", () => {
  it("is made, shown, listed and taken away by admins of its scope, who need no app role", async () => {
    const world = await worldWithTwo();
    const scope = `${groupPath}/w/experiments/e`;
    await world.chief("PUT", assigned(scope, "lead"), assignment(ada.toUpperCase(), "admin"));
    const asAda = as(world, tokenOf(ada, { name: "ada@example.com" }));
    const made = await asAda("PUT", assigned(scope, "bob"), assignment(bob, "reader", "user"));
    expect(made.body).toEqual({
      id: `${scope}/roleAssignments/bob`,
      name: "bob",
      type: "Microsoft.BatchAI/workspaces/experiments/roleassignments",
      properties: {
        scope,
        principalId: bob,
        principalType: "User",
        role: "reader",
        createdBy: ada,
        creationTime: expect.any(String) as string,
      },
    });
    expect((await asAda("PUT", assigned(scope, "BOB"), assignment(bob, "reader"))).body).toEqual(made.body);
    const asBob = as(world, tokenOf(bob));
    expect((await asBob("GET", assigned(scope, "bob"))).body).toEqual(made.body);
    expect(namesIn(await asBob("GET", `${scope}/roleAssignments?${ours}`))).toEqual(["lead", "bob"]);
    expect((await asBob("PUT", assigned(scope, "more"), assignment(bob, "admin"))).status).toBe(403);
    expect((await asAda("PUT", assigned(`${groupPath}/w`, "more"), assignment(ada, "admin"))).status).toBe(
      403,
    );
    expect((await asAda("DELETE", assigned(scope, "bob"))).body).toEqual(made.body);
    expect((await asAda("DELETE", assigned(scope, "bob"))).status).toBe(204);
    expect(codeOf(await asAda("GET", assigned(scope, "bob")))).toBe("RoleAssignmentNotFound");
    expect((await asBob("GET", scope)).status).toBe(403);
  });

  it("is told in the events of its scope, with who gave it", async () => {
    const world = await worldWithTwo();
    const scope = `${groupPath}/w`;
    await world.chief("PUT", assigned(scope, "crew"), assignment(team, "submitter", "Group"));
    await world.chief("DELETE", assigned(scope, "crew"));
    const { body } = await world.chief("GET", `${scope}/events?${ours}`);
    const told = (body as { value: { properties: { cause: string; actor: string; actorName: string } }[] })
      .value;
    expect(
      told.slice(1).map(({ properties: { cause, actor, actorName } }) => [cause, actor, actorName]),
    ).toEqual([
      [`role 'submitter' of group ${team} ('crew') assigned`, "chief", "chief@example.com"],
      [`role 'submitter' of group ${team} ('crew') taken away`, "chief", "chief@example.com"],
    ]);
  });

  it("is refused where it would never match, or would say something else under a name that is taken", async () => {
    const world = await worldWithTwo();
    const put = (name: string, body: object) => world.chief("PUT", assigned(`${groupPath}/w`, name), body);
    const bad = await put("x", assignment("ada@example.com", "reader"));
    expect([bad.status, bad.body.error.message]).toEqual([
      400,
      expect.stringContaining("properties.principalId: expected the object id (a GUID)"),
    ]);
    expect(
      (await put("x", { properties: { principalId: ada, principalType: "User", role: "owner" } })).status,
    ).toBe(400);
    expect((await put("x", { properties: { principalId: ada, role: "reader" } })).status).toBe(400);
    expect((await put("x", assignment(ada, "reader"))).status).toBe(200);
    expect((await put("x", assignment(ada, "admin"))).body.error).toMatchObject({
      code: "Conflict",
      message: expect.stringContaining("does not change") as string,
    });
    expect((await put("y", assignment(ada, "reader"))).body.error.message).toContain(
      "already, by the role assignment 'x'",
    );
    expect(
      codeOf(await world.chief("PUT", assigned(`${groupPath}/none`, "x"), assignment(ada, "reader"))),
    ).toBe("WorkspaceNotFound");
    expect((await put("no name", assignment(bob, "reader"))).status).toBe(400);
  });

  it("counts for the members of a group, and too many groups are told", async () => {
    const world = await worldWithTwo();
    const scope = `${groupPath}/w`;
    await world.chief("PUT", assigned(scope, "crew"), assignment(team, "submitter", "Group"));
    const member = as(world, tokenOf(ada, { groups: [team.toUpperCase()] }));
    expect((await member("GET", scope)).status).toBe(200);
    expect((await member("PUT", `${scope}/experiments/new`)).status).toBe(200);
    // The id of a group is nobody's own.
    expect((await as(world, tokenOf(team))("GET", scope)).status).toBe(403);
    const crowded = as(world, tokenOf(bob, { groupsLeftOut: true }));
    for (const path of [scope, groupPath]) {
      const answer = await crowded("GET", path);
      expect([answer.status, answer.body.error.message]).toEqual([
        403,
        expect.stringContaining("more groups than"),
      ]);
    }
    const elsewhere = await crowded("GET", `${groupPath}/other`);
    expect(elsewhere.body.error.message).not.toContain("groups");
  });

  it("ends with its scope: another of the same name has none", async () => {
    const world = await worldWithTwo();
    const scope = `${groupPath}/w/experiments/e`;
    await world.chief("PUT", assigned(scope, "x"), assignment(ada, "admin"));
    const asAda = as(world, tokenOf(ada));
    expect((await asAda("GET", scope)).status).toBe(200);
    const deletion = await asAda("DELETE", scope);
    await world.advance(10_000);
    // Whoever asked for it may look at its end, others may not.
    const link = new URL(deletion.headers["azure-asyncoperation"] ?? "");
    expect((await asAda("GET", link.pathname)).body).toMatchObject({ status: "Succeeded" });
    expect((await as(world, tokenOf(bob))("GET", link.pathname)).status).toBe(403);
    await world.chief("PUT", scope);
    expect((await asAda("GET", scope)).status).toBe(403);
  });

  it("that another instance takes away counts for seconds only", async () => {
    const world = await worldWithTwo();
    const scope = `${groupPath}/w`;
    await world.chief("PUT", assigned(scope, "x"), assignment(ada, "reader"));
    const asAda = as(world, tokenOf(ada));
    expect((await asAda("GET", scope)).status).toBe(200);
    const ref = { kind: "workspace", subscriptionId, resourceGroup: "rg", workspace: "w" } as const;
    await world.services.state.workspaces.update(ref, (found) => ({ ...found, roleAssignments: [] }));
    await world.advance(5_000);
    expect((await asAda("GET", scope)).status).toBe(403);
  });
});

describe("a list", () => {
  it("shows each caller the workspaces and experiments that they may read", async () => {
    const world = await worldWithTwo();
    await world.chief("PUT", assigned(`${groupPath}/w/experiments/e`, "x"), assignment(ada, "reader"));
    await world.chief("PUT", assigned(`${groupPath}/other`, "x"), assignment(ada, "reader"));
    const asAda = as(world, tokenOf(ada));
    const everywhere = `/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/workspaces`;
    for (const path of [groupPath, everywhere]) expect(namesIn(await asAda("GET", path))).toEqual(["other"]);
    expect(namesIn(await asAda("GET", `${groupPath}/w/experiments`))).toEqual(["e"]);
    expect(namesIn(await asAda("GET", `${groupPath}/other/experiments`))).toEqual(["e", "other"]);
    expect(namesIn(await asAda("GET", `/subscriptions/${subscriptionId}/resourceGroups`))).toEqual(["rg"]);
    const stranger = as(world, tokenOf(bob));
    for (const path of [groupPath, everywhere, `${groupPath}/w/experiments`, `${groupPath}/none/experiments`])
      expect(namesIn(await stranger("GET", path))).toEqual([]);
    expect(namesIn(await stranger("GET", `/subscriptions/${subscriptionId}/resourceGroups`))).toEqual([]);
    expect((await asAda("GET", `${groupPath}/w/clusters`)).status).toBe(403);
  });
});

describe("a job, a sweep or a trigger that names the cluster of another workspace", () => {
  it("needs a submitter there", async () => {
    const world = await worldWithCluster({}, { tokens: roleTokens });
    const chief = as(world, admin);
    await chief("PUT", `${groupPath}/mine`, { location: "eastus" });
    await chief("PUT", `${groupPath}/mine/experiments/e`);
    await chief("PUT", `${groupPath}/mine/clusters/own`, clusterBody());
    await chief("PUT", assigned(`${groupPath}/mine`, "x"), assignment(ada, "submitter"));
    const asAda = as(world, tokenOf(ada));
    const mine = `${groupPath}/mine`;
    const bodies: readonly (readonly [string, object])[] = [
      [`${mine}/experiments/e/jobs/j`, jobBody()],
      [
        `${mine}/triggers/t?${ours}`,
        { properties: { ...everyMinute, action: { experiment: "e", job: jobBody() } } },
      ],
      [`${mine}/experiments/e/sweeps/s?${ours}`, sweepBody()],
    ];
    for (const [path, body] of bodies) {
      const refused = await asAda("PUT", path, body);
      expect([path, refused.status, codeOf(refused)]).toEqual([path, 403, "AuthorizationFailed"]);
    }
    expect((await asAda("POST", `${mine}/experiments/e/sweeps/s/preview?${ours}`, sweepBody())).status).toBe(
      403,
    );
    await chief("PUT", assigned(`${groupPath}/w`, "guest"), assignment(ada, "submitter"));
    for (const [path, body] of bodies) {
      const taken = await asAda("PUT", path, body);
      // The sweep's template lacks a mount, which is told to whoever may use the cluster.
      expect([path, [200, 202].includes(taken.status) || codeOf(taken) === "InvalidRequest"]).toEqual([
        path,
        true,
      ]);
    }
  });
});

/** As `tokens`, and the tokens that stories bring. */
const roleTokens: TokenVerifier = {
  verify: async (token) =>
    tokens.verify(
      token.startsWith("role-") ? tokenOf("tester", { roles: [token.slice("role-".length) as Role] }) : token,
    ),
};

function sweepBody(): object {
  return {
    properties: {
      trial: jobBody(),
      searchSpace: { LR: { type: "uniform", min: 0, max: 1 } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "random" },
      limits: { maxTrials: 1 },
    },
  };
}

describe("a trigger", () => {
  it("acts with the rights of who saved it, as they are when it fires", async () => {
    const world = await worldWithCluster({}, { tokens: roleTokens });
    const chief = as(world, admin);
    const scope = `${groupPath}/w`;
    await chief("PUT", assigned(scope, "crew"), assignment(team, "submitter", "Group"));
    await save(world, "often", everyMinute, {}, tokenOf(ada, { groups: [team, bob] }));
    await tick(world, 60_000);
    expect((await ledger(world, "often"))[0]).toMatchObject({ decision: "started" });
    const tried = await world.api("POST", at("often", "/test"), {
      body: { event: { kind: "schedule", time: "2027-01-01T00:00:00.000Z" } },
    });
    expect(tried.body).toMatchObject({ wouldStart: true });
    await chief("DELETE", assigned(scope, "crew"));
    await tick(world, 60_000);
    const last = (await ledger(world, "often")).at(-1);
    expect(last).toMatchObject({ decision: "failed" });
    expect(last?.reason).toContain(`'${ada}', who saved the trigger, may not submit jobs`);
    await chief("PUT", assigned(scope, "crew"), assignment(team, "submitter", "Group"));
    await tick(world, 60_000);
    expect((await ledger(world, "often")).at(-1)).toMatchObject({ decision: "started" });
  });
});
