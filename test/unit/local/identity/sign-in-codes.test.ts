import { describe, expect, it } from "vitest";
import { manualClock } from "../../../../local/clock.ts";
import { openIdentity } from "../../../../local/identity/index.ts";
import { codeLifetimeMs, createSignInCodes } from "../../../../local/identity/sign-in-codes.ts";
import { seededRandom } from "../../../../local/random.ts";

const audience = "https://management.azure.com/";
const base = "http://127.0.0.1:7400";
const somebody = { subject: "local-user", roles: ["submitter"] };

async function open() {
  const clock = manualClock();
  const random = seededRandom(3);
  const identity = await openIdentity({ file: "memory", clock, random });
  identity.issuer(base);
  const codes = createSignInCodes({ identity, audience, clock, random });
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const answer = await codes.handle(
      new Request(`${base}${path}`, { method: "POST", headers, body: JSON.stringify(body) }),
    );
    return { status: answer?.status, body: (await answer?.json()) as { token?: string; code?: string } };
  };
  return { clock, identity, codes, post, redeem: (code: string) => post("/sign-in-codes/redeem", { code }) };
}

describe("one-time codes for browsers", () => {
  it("stand for their holder once, and for nobody the second time", async () => {
    const { codes, redeem, identity } = await open();
    const code = codes.issue(somebody);
    const { status, body } = await redeem(code);
    expect(status).toBe(200);
    expect(await identity.verify(body.token ?? "")).toEqual({ ...somebody, audiences: [audience] });
    expect((await redeem(code)).status).toBe(404);
  });

  it("are worth nothing after a quarter of an hour, and when they were never made", async () => {
    const { codes, redeem, clock } = await open();
    const code = codes.issue(somebody);
    await clock.advance(codeLifetimeMs);
    expect((await redeem(code)).status).toBe(404);
    expect((await redeem("guessed")).status).toBe(404);
  });

  it("are made for whoever brings a token of this cloud, with the same roles", async () => {
    const { post, redeem, identity } = await open();
    expect((await post("/sign-in-codes", {}, { authorization: "Bearer damaged" })).status).toBe(401);
    const token = await identity.issueToken({ ...somebody, audience, lifetimeSeconds: 60 });
    const { body } = await post("/sign-in-codes", {}, { authorization: `Bearer ${token}` });
    const redeemed = await redeem(body.code ?? "");
    expect((await identity.verify(redeemed.body.token ?? ""))?.roles).toEqual(["submitter"]);
  });

  it("end, oldest first, when somebody makes very many", async () => {
    const { codes, redeem } = await open();
    const first = codes.issue(somebody);
    const others = Array.from({ length: 32 }, () => codes.issue(somebody));
    expect((await redeem(first)).status).toBe(404);
    expect((await redeem(others.at(-1) ?? "")).status).toBe(200);
  });
});
