// Runs long: hundreds of programs.
import { describe, it } from "vitest";
import { expectOneResult } from "../../unit/local/durable-engine/support/one-result.ts";

describe("many random orchestrations", () => {
  it(
    "have one result, whatever the order, batching, duplication and restarts",
    () => expectOneResult(500),
    180_000,
  );
});
