import { expect, it } from "vitest";
import { invocationLogger } from "../../../functions/lib/invocation-logger.ts";

it("a line goes to the invocation that it belongs to, by its severity, whatever words are in it", () => {
  const lines: [severity: string, line: unknown][] = [];
  const at =
    (severity: string) =>
    (...words: unknown[]) =>
      void lines.push([severity, words[0]]);
  const logger = invocationLogger({ info: at("info"), warn: at("warn"), error: at("error") });
  logger.info("job.ended", { reason: "error: the user's program failed" });
  logger.warn("orphan.found", { kind: "pool", removed: true });
  logger.error("request.failed");
  expect(lines).toEqual([
    ["info", '{"event":"job.ended","reason":"error: the user\'s program failed"}'],
    ["warn", '{"event":"orphan.found","kind":"pool","removed":true}'],
    ["error", '{"event":"request.failed"}'],
  ]);
});
