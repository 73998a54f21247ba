// Thousands of requests, right and wrong, against the whole app in one process: never a 5xx, never an answer without its
// shape, and a request that is refused changes nothing. FUZZ_REQUESTS and FUZZ_SEED make another run.
// Runs long: thousands of requests.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { operationDocs } from "../../../functions/http/openapi/operations.ts";
import { ErrorResponse } from "../../../domain/shared/answers.ts";
import type { Answer } from "../../support/app/app-world.ts";
import { experimentPath, jobBody, worldWithCluster } from "../../support/app/stories.ts";
import { requests } from "../../support/fuzz/requests.ts";
import type { FuzzedRequest } from "../../support/fuzz/requests.ts";

const perWorld = 100;
const total = Number(process.env["FUZZ_REQUESTS"] ?? 3_000);
const seed = Number(process.env["FUZZ_SEED"] ?? 20180501);

type World = Awaited<ReturnType<typeof worldWithCluster>>;

/** Everything that a request could leave behind. */
function traces(world: World): readonly unknown[] {
  const instances = world.engine.client.list({}, { top: 10_000 }).instances.length;
  return [
    world.documents.changes(),
    world.secrets.size,
    world.azure.tasks().length,
    world.stagedOfRuns().length,
    instances,
  ];
}

function expectShape(request: FuzzedRequest, answer: Answer): void {
  const { status, body } = answer;
  const told = [request, answer] as const;
  expect(status, JSON.stringify(told)).toBeLessThan(500);
  expect(status === 201, JSON.stringify(told)).toBe(false);
  if (status >= 400) expect(ErrorResponse.safeParse(body).error, JSON.stringify(told)).toBeUndefined();
  const schema = operationDocs[request.operation]?.ok;
  if (status === 200 && schema !== undefined && schema !== "nothing" && body !== undefined)
    expect(schema.safeParse(body).error?.issues, JSON.stringify(told)).toBeUndefined();
}

describe("the API under fire", () => {
  it(`answers ${total} requests with what it describes, and refused ones change nothing`, async () => {
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(requests, { minLength: perWorld, maxLength: perWorld, size: "max" }),
        async (sequence) => {
          const world = await worldWithCluster();
          await world.api("PUT", `${experimentPath}/jobs/j`, { body: jobBody() });
          for (const request of sequence) {
            await world.advance(5);
            const before = traces(world);
            const { method, path, headers, token, text } = request;
            const answer = await world.api(method, path, {
              token,
              headers,
              ...(text === undefined ? {} : { text }),
            });
            expectShape(request, answer);
            if (answer.status >= 400) expect(traces(world), JSON.stringify(request)).toEqual(before);
            seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
          }
        },
      ),
      { seed, numRuns: Math.ceil(total / perWorld), endOnFailure: true },
    );
    // A run that is refused everywhere, or nowhere, would prove nothing.
    for (const status of [200, 202, 204, 400, 401, 403, 404, 405, 409, 415])
      expect([status, seen.get(status) ?? 0]).not.toEqual([status, 0]);
  }, 900_000);
});
