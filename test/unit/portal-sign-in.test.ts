// The secrets of a sign-in at the issuer, and what it sends back. No browser.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { challengeOf, newAttempt, returnIn } from "../../portal/lib/pkce.ts";

test("an attempt to sign in has secrets of its own, and a challenge that gives the verifier away to nobody", async () => {
  const [one, other] = [newAttempt(), newAttempt()];
  expect(new Set([one.state, one.verifier, other.state, other.verifier]).size).toBe(4);
  expect(one.verifier).toMatch(/^[\w-]{43}$/);
  expect(await challengeOf(one.verifier)).toBe(createHash("sha256").update(one.verifier).digest("base64url"));
});

test("what an issuer sends back is read off the fragment; anything else is left alone", () => {
  expect(returnIn("#code=a.b&state=s")).toEqual({ kind: "code", code: "a.b", state: "s" });
  expect(returnIn("#error=access_denied&error_description=No%20way&state=s")).toEqual({
    kind: "refused",
    message: "No way",
  });
  expect(["", "#code=only", "#/experiments/e/runs/j1-e-j", "#state=s"].map(returnIn)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
