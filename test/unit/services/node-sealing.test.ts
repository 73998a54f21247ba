// What the service seals for nodes, opened as any openssl opens it.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../local/random.ts";
import { nodeSealer } from "../../../services/azure/node-sealing.ts";

const key = "-----BEGIN RSA PRIVATE KEY-----\nbm9kZSBrZXk\nAAAA\n-----END RSA PRIVATE KEY-----\n";
const passphrase = createHash("sha256").update("bm9kZSBrZXkAAAA").digest("hex");
const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

function open(sealed: string): { mark: string; body: string } {
  const args = ["enc", "-d", "-aes-256-cbc", "-md", "sha256", "-pbkdf2", "-iter", "1", "-a", "-pass", "fd:3"];
  const { stdout } = spawnSync("sh", ["-c", `openssl ${args.join(" ")} 3<<E\n${passphrase}\nE\n`], {
    input: sealed,
    encoding: "utf8",
  });
  const end = stdout.indexOf("\n");
  return { mark: stdout.slice(0, end), body: stdout.slice(end + 1) };
}

describe("a text sealed for nodes", () => {
  it("shows nothing of itself, and is another one each time", () => {
    const sealer = nodeSealer(seededRandom(1));
    const [one, two] = [
      sealer.seal(key, "plan_secret 'A' 's3cr3t'"),
      sealer.seal(key, "plan_secret 'A' 's3cr3t'"),
    ];
    expect(one).not.toBe(two);
    expect(Buffer.from(one, "base64").toString("latin1")).not.toMatch(/s3cr3t|plan_secret/);
  });

  it.skipIf(!hasOpenssl)(
    "of any length is opened by openssl, behind the hash that proves it (needs openssl)",
    () => {
      const sealer = nodeSealer(seededRandom(2));
      fc.assert(
        fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
          const body = text.replace(/\n+$/, "");
          const proof = createHash("sha256").update(`${passphrase}\n${body}`).digest("hex");
          expect(open(sealer.seal(key, text))).toEqual({ mark: proof, body });
        }),
        { numRuns: 20 },
      );
      const long = "0123456789abcdef".repeat(20_000);
      expect(open(sealer.seal(key, long)).body).toBe(long);
    },
  );

  it("does not depend on how the lines of the key are broken", () => {
    const rewrapped = key.replace("bm9kZSBrZXk\nAAAA\n", "bm9kZSBr\r\nZXkAAAA\r\n");
    expect(nodeSealer(seededRandom(3)).seal(rewrapped, "x")).toBe(nodeSealer(seededRandom(3)).seal(key, "x"));
  });
});
