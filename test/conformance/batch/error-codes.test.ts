// Every error code that the Batch service documents for the data plane ("Batch Status and Error Codes"): those that the emulator
// can be brought to answer are provoked over HTTP, the others are listed with the reason why they cannot occur.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { badErrorShape } from "../../support/batch/error-shape.ts";
import { byRequest } from "./error-cases/by-request.ts";
import { byState } from "./error-cases/by-state.ts";
import { cannotOccur } from "./error-cases/cannot-occur.ts";
import { stage } from "./error-cases/stage.ts";
import type { Stage } from "./error-cases/stage.ts";

const emulator = fileURLToPath(new URL("../../../local/batch-emulator", import.meta.url));
const provoked = { ...byRequest, ...byState };

describe("an error of the data plane", () => {
  let shared: Stage;
  beforeAll(async () => {
    shared = await stage();
  });
  afterAll(async () => {
    await shared.t.emulator.dispose();
    expect(shared.t.errors).toEqual([]);
  });

  it.each(Object.entries(provoked))("%s comes with its status and in the envelope", async (code, one) => {
    const own = one.options === undefined ? undefined : await stage(one.options);
    try {
      const answer = await one.provoke(own ?? shared);
      expect([answer.status, answer.body?.["code"]]).toEqual([one.status, code]);
      expect(badErrorShape(answer.body ?? {})).toBeUndefined();
      expect(answer.headers.get("content-type")).toBe("application/json;odata=minimalmetadata");
      expect(String((answer.body?.["message"] as { value: string }).value)).toContain(
        `RequestId:${answer.headers.get("request-id") ?? "none"}`,
      );
      if (answer.status === 429 || answer.status === 503)
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    } finally {
      await own?.t.emulator.dispose();
    }
  });

  it("of a read whose condition is not met is 304 without a body", async () => {
    await shared.pool("unchanged");
    const answer = await shared.send("GET", "/pools/unchanged", { headers: { "if-none-match": "*" } });
    expect([answer.status, answer.body]).toEqual([304, undefined]);
  });

  it("is either provoked here or in no line of the emulator", async () => {
    const files = (await readdir(emulator, { recursive: true })).filter((file) => file.endsWith(".ts"));
    const source = (await Promise.all(files.map((file) => readFile(join(emulator, file), "utf8")))).join(
      "\n",
    );
    const both = Object.keys(provoked).filter((code) => code in cannotOccur);
    expect(both).toEqual([]);
    const said = Object.keys(cannotOccur).filter((code) => source.includes(`"${code}"`));
    expect(said, "codes that the emulator's source has after all").toEqual([]);
  });
});
