// Who did what is in the events: each change of a sweep, a trigger or a workflow that somebody asks for tells who it was, in their own name and not in
// that of whoever saved it, also where the document itself stays as it is. Asking again for the same adds none.
import { describe, expect, it } from "vitest";
import type { TokenVerifier } from "../../../services/token-verifier.ts";
import { workspacePath, worldWithCluster } from "../../support/app/stories.ts";
import { sweepBody, sweepPath } from "../../support/app/sweep-stories.ts";
import {
  at,
  command,
  decisions,
  endJobs,
  ledger,
  messages,
  ours,
  save,
  tick,
} from "../../support/app/trigger-stories.ts";
import type { World } from "../../support/app/trigger-stories.ts";

/** Tokens are the names of people, who may do everything. */
const tokens: TokenVerifier = {
  verify: async (token) => ({
    kind: "valid",
    principal: { subject: token, tenant: "tenant", roles: ["admin"], groups: [] },
  }),
};
const started = () => worldWithCluster({ targetNodeCount: 4 }, { tokens });
const own = (path: string) => `${path}?${ours}`;

interface Event {
  readonly properties: { readonly actor: string; readonly cause: string; readonly link: string };
}

/** What people asked for, the oldest first, once for all states that moved; events of the service itself are left out. */
async function asked(world: World, path: string): Promise<readonly string[]> {
  const { status, body } = await world.api("GET", own(`${path}/events`));
  expect(status).toBe(200);
  const events = (body as { value: readonly Event[] }).value.map(({ properties }) => properties);
  const ofPeople = events.filter(({ actor }) => actor !== "service");
  for (const { link } of ofPeople) expect(link).toMatch(/^(?:request|operation):[0-9a-f-]{36}$/);
  return [...new Set(ofPeople.map(({ actor, cause }) => `${actor}: ${cause}`))];
}

async function does(world: World, token: string, method: string, path: string, body?: object) {
  const answer = await world.api(method, path, { token, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as { readonly value: readonly { readonly id: string; readonly name: string }[] };
}

describe("who asked is in the events", () => {
  it("of a sweep: made, changed, a trial ended, ended, resumed, extended, run again, deleted", async () => {
    const world = await started();
    const on = (token: string, action: string, body: object = {}) =>
      does(world, token, "POST", own(`${sweepPath}/${action}`), body);
    await does(world, "ada", "PUT", own(sweepPath), sweepBody());
    await world.advance(6_000);
    await does(world, "bea", "PATCH", own(sweepPath), { tags: { team: "vision" } });
    await on("cem", "trials/0/terminate");
    await world.advance(6_000);
    await on("dov", "terminate");
    await world.advance(30_000);
    await on("eve", "resume");
    await world.advance(30_000);
    await on("fay", "extend", { properties: { limits: { maxTrials: 6 } } });
    await on("gil", "retryFailed", { states: ["canceled"], trials: [0] });
    await does(world, "hal", "DELETE", own(sweepPath));
    await world.advance(30_000);
    expect(await asked(world, sweepPath)).toEqual([
      "ada: created",
      "bea: changed",
      "cem: terminate requested of trial 0",
      "dov: terminate requested",
      "eve: resumed",
      "fay: extended",
      "gil: 1 trials retried",
      "hal: delete requested",
      "hal: deleted",
    ]);
  });

  it("of a trigger: saved, run, paused, its secret changed, what passed filled in, what failed replayed, deleted", async () => {
    const world = await started();
    await save(world, "by-hand", messages, command("train"), "ada");
    const run = { id: "once", parameters: { epochs: 1 } };
    await does(world, "bea", "POST", at("by-hand", "/run"), run);
    await does(world, "cem", "POST", at("by-hand", "/run"), run);
    await does(world, "dov", "PATCH", at("by-hand"), { properties: { enabled: false, reason: "holidays" } });
    await does(world, "eve", "DELETE", at("by-hand"));
    expect(await asked(world, `${workspacePath}/triggers/by-hand`)).toEqual([
      "ada: created",
      "bea: run requested",
      "dov: paused: holidays",
      "eve: deleted",
    ]);

    await save(world, "hooks", { on: { webhook: {} } }, command("train"), "ada");
    await does(world, "bea", "POST", at("hooks", "/rotateSecret"), {});
    expect(await asked(world, `${workspacePath}/triggers/hooks`)).toEqual([
      "ada: created",
      "bea: a new webhook secret requested",
    ]);

    const schedule = { cron: "0 2 * * *", timeZone: "UTC" };
    await save(world, "nightly", { on: { schedule }, overlap: "skip" }, command("train"), "ada");
    const day = (days: number) => new Date(world.now() - days * 86_400_000).toISOString();
    const period = { from: day(3), to: day(0), overlap: "skip" };
    await does(world, "bea", "POST", at("nightly", "/backfill"), { ...period, dryRun: true });
    await does(world, "cem", "POST", at("nightly", "/backfill"), period);
    await does(world, "dov", "POST", at("nightly", "/backfill"), period);
    const idsOf = async (decision: string) => {
      const page = await does(world, "ada", "GET", `${at("nightly", "/firings")}&decision=${decision}`);
      return page.value.map(({ name }) => name);
    };
    const [skipped, done] = [await idsOf("skipped"), await idsOf("started")];
    expect([skipped.length, done.length]).toEqual([2, 1]);
    await does(world, "eve", "POST", at("nightly", "/replay"), { firings: skipped });
    await does(world, "fay", "POST", at("nightly", "/replay"), { firings: done });
    const [, backfilled, ...rest] = await asked(world, `${workspacePath}/triggers/nightly`);
    expect(backfilled).toMatch(
      /^cem: backfill requested: fire times from \S+T02:00:00.000Z to \S+T02:00:00.000Z$/,
    );
    expect(rest).toEqual(["eve: replay requested of 2 firings"]);
  });

  it("of a workflow: its restart, with the trigger that starts the step again", async () => {
    const world = await started();
    await save(world, "train", messages, command("train"), "ada");
    const trained = { on: { jobCompleted: { experiment: "e", job: "train-{run}" } } };
    await save(world, "evaluate", trained, command("evaluate {job}"), "ada");
    await does(world, "ada", "POST", at("train", "/run"), {});
    await endJobs(world, 1);
    await tick(world, 5_000);
    const { value } = await does(world, "ada", "GET", own(`${workspacePath}/workflows`));
    const restart = own(`${workspacePath}/workflows/${value[0]?.name}/restart`);
    await does(world, "bea", "POST", restart, { id: "again" });
    await does(world, "cem", "POST", restart, { id: "again" });
    expect(decisions(await ledger(world, "train"))).toEqual(["replayed"]);
    expect(await asked(world, `${workspacePath}/triggers/train`)).toEqual([
      "ada: created",
      "ada: run requested",
      expect.stringMatching(/^bea: restart requested of firing [0-9a-z]+$/),
    ]);
  });
});
