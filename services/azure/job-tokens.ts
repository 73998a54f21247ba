// Tokens of jobs: `batchai-job.GUID.EXPIRY.MAC`, the MAC being HMAC-SHA256 by a key derived from the deployment's secrets keys: the
// first signs, all verify, so that a key can be replaced while jobs run.
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { JobTokens } from "../job-tokens.ts";

const scheme = "batchai-job";
const pattern = /^batchai-job\.([0-9a-f-]{36})\.(\d{1,12})\.([\w-]{43})$/i;

export function jobTokens(keys: readonly [Uint8Array, ...Uint8Array[]], clock: Clock): JobTokens {
  const signing = keys.map((key) => Buffer.from(hkdfSync("sha256", key, "", "tokens of jobs", 32))) as [
    Buffer,
    ...Buffer[],
  ];
  const [first] = signing;
  return {
    issue(jobGuid, lifetimeMs) {
      const expiry = Math.ceil((clock.now() + lifetimeMs) / 1000);
      const text = `${scheme}.${jobGuid}.${expiry}`;
      return `${text}.${macOf(first, text).toString("base64url")}`;
    },
    verify(token) {
      const [, jobGuid, expiry, mac = ""] = pattern.exec(token) ?? [];
      if (jobGuid === undefined || Number(expiry) * 1000 < clock.now()) return undefined;
      const given = Buffer.from(mac, "base64url");
      const text = token.slice(0, token.lastIndexOf("."));
      const isOurs = signing.some((key) => {
        const expected = macOf(key, text);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
      return isOurs ? jobGuid : undefined;
    },
  };
}

const macOf = (key: Buffer, text: string) => createHmac("sha256", key).update(text).digest();
