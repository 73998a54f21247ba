// What a webhook brings beside its body: the headers of the Standard Webhooks specification (standardwebhooks.com), by which its sender
// is known, and the same delivery told from a new one.
import { z } from "zod";
import { wholeNumber } from "../shared/fields.ts";

/** In bytes. */
export const longestWebhook = 65_536;

export const Webhook = z.object(
  {
    /** A delivery that was signed so long ago is refused, and one that comes from the future. */
    maxAgeSeconds: wholeNumber(10, 3_600).default(300),
  },
  { error: "expected {} or a maxAgeSeconds" },
);

export const webhookHeaders = ["webhook-id", "webhook-timestamp", "webhook-signature"] as const;

export const HeaderValues = z.object({
  "webhook-id": z.string().regex(/^[\w.:-]{1,100}$/),
  /** Seconds since 1970. */
  "webhook-timestamp": z.string().regex(/^\d{1,12}$/),
  /** One or several, such as `v1,K5oZ…`, parted by blanks. */
  "webhook-signature": z.string().min(1).max(1_000),
});

export interface Delivery {
  readonly id: string;
  readonly timestamp: string;
  readonly signatures: string;
  readonly body: Uint8Array;
}

/** Undefined where a header is missing, or cannot be one. */
export function readDelivery(
  header: (name: string) => string | undefined,
  body: Uint8Array,
): Delivery | undefined {
  const read = HeaderValues.safeParse(Object.fromEntries(webhookHeaders.map((name) => [name, header(name)])));
  if (!read.success) return undefined;
  const { data } = read;
  return {
    id: data["webhook-id"],
    timestamp: data["webhook-timestamp"],
    signatures: data["webhook-signature"],
    body,
  };
}

/** How far the delivery's time is from now, in seconds, where that is too far. */
export function agedSeconds(
  { timestamp }: Pick<Delivery, "timestamp">,
  maxAgeSeconds: number,
  now: number,
): number | undefined {
  const age = Math.round(now / 1000 - Number(timestamp));
  return Math.abs(age) > maxAgeSeconds ? age : undefined;
}
