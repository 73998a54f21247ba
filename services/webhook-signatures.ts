// Secrets and signatures of webhooks, as the Standard Webhooks specification has them: HMAC-SHA256 over id, timestamp and body.
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Delivery } from "../domain/trigger/webhook.ts";
import type { Random } from "./clock.ts";

const secretPrefix = "whsec_";
const secretBytes = 32;
const signature = /^v1,([A-Za-z0-9+/]{43}=)$/;

export function newWebhookSecret(random: Random): string {
  return `${secretPrefix}${Buffer.from(random.bytes(secretBytes)).toString("base64")}`;
}

export function signWebhook(secret: string, { id, timestamp, body }: Omit<Delivery, "signatures">): string {
  return `v1,${macOf(secret, { id, timestamp, body }).toString("base64")}`;
}

/** One signature that fits is enough: a sender whose secret is being replaced signs with both. */
export function isSigned(secret: string, delivery: Delivery): boolean {
  const expected = macOf(secret, delivery);
  // Each is compared, and each in the same time, whatever it has in common with the one that is expected.
  return delivery.signatures
    .split(" ")
    .map((text) => Buffer.from(signature.exec(text)?.[1] ?? "", "base64"))
    .filter((given) => given.length === expected.length)
    .map((given) => timingSafeEqual(given, expected))
    .includes(true);
}

function macOf(secret: string, { id, timestamp, body }: Omit<Delivery, "signatures">): Buffer {
  const key = Buffer.from(secret.slice(secretPrefix.length), "base64");
  return createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
}
