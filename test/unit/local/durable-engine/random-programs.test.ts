import { describe, it } from "vitest";
import { expectOneResult } from "./support/one-result.ts";

describe("random orchestrations", () => {
  it("have one result, whatever the order, batching, duplication and restarts", () => expectOneResult(25));
});
