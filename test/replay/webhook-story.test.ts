// Webhooks in the whole app: their senders have no token, and sign.
import { describe, expect, it } from "vitest";
import { isSigned, signWebhook } from "../../services/webhook-signatures.ts";
import { jobBody, worldWithCluster } from "../support/app/stories.ts";
import {
  at,
  command,
  decisions,
  jobNames,
  ledger,
  ours,
  save,
  tick,
} from "../support/app/trigger-stories.ts";
import type { World } from "../support/app/trigger-stories.ts";

const webhooks = { on: { webhook: {} }, parameters: { epochs: 3 } };
const path = at("deploy", "/webhook").replace(`?${ours}`, "?noversion=1");

interface Sent {
  readonly id?: string;
  readonly body?: string;
  readonly ageSeconds?: number;
  readonly signature?: string;
}

async function made(properties: object = webhooks, options = {}) {
  const world = await worldWithCluster({}, options);
  const saved = await save(world, "deploy", properties, command("train {parameters.epochs} {webhook.id}"));
  const { webhook } = saved.properties as unknown as { webhook: { url: string; secret: string } };
  const send = (sent: Sent = {}) => sendTo(world, webhook.secret, sent);
  return { world, webhook, send };
}

function sendTo(world: World, secret: string, sent: Sent) {
  const { id = "m1", body = '{"epochs": 7}', ageSeconds = 0 } = sent;
  const timestamp = String(Math.floor(world.now() / 1000) - ageSeconds);
  const signature = sent.signature ?? signWebhook(secret, { id, timestamp, body: Buffer.from(body, "utf8") });
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  };
  return world.api("POST", path, { text: body, token: undefined, headers });
}

describe("a trigger for webhooks", () => {
  it("tells its address and its secret once, and starts a job for whoever signs with it", async () => {
    const { world, webhook, send } = await made();
    expect(webhook.url).toBe(`http://api.example:7071${path.replace("?noversion=1", "")}`);
    expect(webhook.secret).toMatch(/^whsec_[\w+/]{43}=$/);
    const answer = await send();
    expect(answer.status).toBe(200);
    expect(answer.body.properties).toMatchObject({
      decision: "started",
      event: { kind: "webhook", id: "m1" },
    });
    const [name] = await jobNames(world);
    const { body } = await world.api("GET", `${at("x").split("/triggers/")[0]}/experiments/e/jobs/${name}`);
    expect(body.properties.customToolkitSettings.commandLine).toBe("train 7 m1");
    const again = await world.api("PUT", at("deploy"), {
      body: {
        properties: {
          ...webhooks,
          overlap: "queue",
          action: { experiment: "e", job: jobBody(command("train {parameters.epochs}")) },
        },
      },
    });
    expect(again.status).toBe(200);
    for (const told of [again.body, (await world.api("GET", at("deploy"))).body])
      expect(told.properties).not.toHaveProperty("webhook");
    // It is kept where secrets are, and nowhere else.
    expect(world.documents.dump() + JSON.stringify(world.logged)).not.toContain(webhook.secret);
    for (const [id, decision] of [
      ["m2", "started"],
      ["m3", "queued"],
    ] as const)
      expect((await send({ id })).body.properties.decision).toBe(decision);
  });

  it("refuses what is not signed by its secret, and leaves nothing of it", async () => {
    const { world, webhook, send } = await made();
    const before = world.documents.writes();
    const other = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    const right = { id: "m1", timestamp: String(Math.floor(world.now() / 1000)), body: Buffer.from("{}") };
    const refusals = [
      await send({ signature: "v1,AAAA" }),
      await send({ signature: "none" }),
      await sendTo(world, other, {}),
      // Of another body, another id, another time.
      await send({ signature: signWebhook(webhook.secret, right) }),
      await send({ body: "{}", id: "m2", signature: signWebhook(webhook.secret, right) }),
      await send({ body: "{}", ageSeconds: 1, signature: signWebhook(webhook.secret, right) }),
      await world.api("POST", path, { text: "{}", token: undefined }),
      await world.api("POST", path, { text: "{}", token: "role-admin" }),
      await world.api("POST", path.replace("deploy", "none"), { text: "{}", token: undefined }),
    ];
    for (const { status, body, headers } of refusals) {
      expect([status, body.error.code]).toEqual([401, "InvalidWebhookSignature"]);
      expect(headers["www-authenticate"]).toBe("Standard-Webhooks");
      expect(JSON.stringify(body)).not.toContain("whsec_");
    }
    expect(refusals[0]?.body).toEqual(refusals[2]?.body);
    expect(world.documents.writes()).toBe(before);
    expect(await ledger(world, "deploy")).toEqual([]);
    await save(world, "queue", { on: { queueMessage: { queue: "work" } } });
    const none = await world.api("POST", path.replace("deploy", "queue"), { text: "{}", token: undefined });
    expect(none.body.error.code).toBe("InvalidWebhookSignature");
  });

  it("refuses what was signed too long ago, or ahead of time", async () => {
    const { world, send } = await made({ ...webhooks, on: { webhook: { maxAgeSeconds: 60 } } });
    for (const [ageSeconds, words] of [
      [61, "61 s ago"],
      [-61, "61 s in the future"],
    ] as const) {
      const late = await send({ ageSeconds });
      expect([late.status, late.body.error.code]).toEqual([401, "ExpiredWebhook"]);
      expect(late.body.error.message).toContain(words);
    }
    expect(await ledger(world, "deploy")).toEqual([]);
    expect((await send({ ageSeconds: 60 })).status).toBe(200);
    const wide = await world.api("PUT", at("wide"), {
      body: { properties: { on: { webhook: { maxAgeSeconds: 5 } }, action: {} } },
    });
    expect(wide.body.error.message).toContain("webhook.maxAgeSeconds");
  });

  it("refuses the same delivery again, and tells a sender that signs it anew what became of it", async () => {
    const { world, send } = await made();
    const first = await send();
    const replayed = await send();
    expect([replayed.status, replayed.body.error.code]).toEqual([409, "WebhookReplayed"]);
    await world.advance(5_000);
    const anew = await send();
    expect([anew.status, anew.body.name]).toEqual([200, first.body.name]);
    expect(decisions(await ledger(world, "deploy"))).toEqual(["started"]);
    expect(await jobNames(world)).toHaveLength(1);
  });

  it("starts the job though the process dies at any step, and the sender never comes again", async () => {
    for (let step = 1; step <= 6; step += 1) {
      const { world, send } = await made();
      world.crashAt(step);
      const answer = await send();
      world.crashOver();
      for (let round = 0; round < 3; round += 1) await tick(world, 30_000);
      const told = await ledger(world, "deploy");
      if (answer.status === 200) expect(told).toHaveLength(1);
      // What was cut off before its row was not taken, and its sender knows: it got no answer.
      expect(decisions(told).filter((one) => one !== "started")).toEqual([]);
      expect(await jobNames(world)).toHaveLength(told.length);
    }
  });

  it("has a new secret when somebody asks for one; the former is refused then", async () => {
    const { world, webhook, send } = await made();
    const rotated = await world.api("POST", at("deploy", "/rotateSecret"), { token: "role-submitter" });
    expect(rotated.body).toEqual({ url: webhook.url, secret: expect.stringMatching(/^whsec_/) as string });
    expect(rotated.body.secret).not.toBe(webhook.secret);
    expect((await send()).status).toBe(401);
    expect((await sendTo(world, rotated.body.secret as string, {})).status).toBe(200);
    await save(world, "queue", { on: { queueMessage: { queue: "work" } } });
    expect((await world.api("POST", at("queue", "/rotateSecret"))).status).toBe(400);
    // Its template's secrets are still there.
    expect(
      [...world.secrets.values()].some((all) => JSON.stringify([...all]).includes("not-to-be-seen")),
    ).toBe(true);
  });

  it("keeps a body that is no object of parameters with its error", async () => {
    const { world, send } = await made();
    expect((await send({ body: "[1]" })).body.properties).toMatchObject({
      decision: "failed",
      reason: expect.stringContaining("not a JSON object") as string,
    });
    const large = await send({ id: "m2", body: " ".repeat(70_000) });
    expect([large.status, large.body.error.code]).toEqual([413, "RequestBodyTooLarge"]);
    expect(await ledger(world, "deploy")).toHaveLength(1);
  });
});

it("signatures are those of the Standard Webhooks specification, one that fits being enough", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const delivery = {
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    timestamp: "1614265330",
    body: Buffer.from('{"test": 2432232314}'),
  };
  const right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
  expect(signWebhook(secret, delivery)).toBe(right);
  expect(isSigned(secret, { ...delivery, signatures: `v1,${"A".repeat(43)}= ${right}` })).toBe(true);
  expect(isSigned(secret, { ...delivery, signatures: right.replace("v1,", "v2,") })).toBe(false);
});
