import fc from "fast-check";
import { expect, test } from "vitest";
import type { Client } from "../../../client/client.ts";
import { ApiError } from "../../../client/api-error.ts";
import { followJob } from "../../../client/follow-job.ts";
import { outputTail } from "../../../client/output-tail.ts";
import type { JobResponse, OutputFileResponse } from "../../../domain/job/wire.ts";
import type { JobRef } from "../../../domain/shared/resource-id.ts";
import { ranged } from "../../support/app/world-fetch.ts";

const ref: JobRef = {
  kind: "job",
  subscriptionId: "s",
  resourceGroup: "g",
  workspace: "w",
  experiment: "e",
  job: "j",
};
const place = { directoryId: "stdouterr", name: "stdout.txt" };

/** A job whose log grows by a piece each time that somebody sleeps. */
function growingJob(pieces: readonly string[]) {
  const job = { state: "running", content: undefined as string | undefined, expired: false, nowMs: 0 };
  const left = [...pieces];
  const outages: boolean[] = [];
  const answers = <T>(value: T): Promise<T> =>
    outages.shift() === true
      ? Promise.reject(new ApiError(503, "ServiceUnavailable", "away"))
      : Promise.resolve(value);
  const jobs = {
    get: () => answers({ name: "j", properties: { executionState: job.state } } as JobResponse),
    async *outputFiles() {
      job.expired = false;
      const file = { name: "stdout.txt", fileType: "file", downloadUrl: "http://storage/stdout.txt" };
      if (await answers(job.content !== undefined)) yield file as OutputFileResponse;
    },
  } as unknown as Client["jobs"];
  const send = (async (_url, init) => {
    if (outages.shift() === true) throw new TypeError("fetch failed");
    if (job.expired) return new Response(null, { status: 403 });
    return ranged(job.content, new Headers(init?.headers).get("range"));
  }) as typeof fetch;
  const sleep = async (ms: number) => {
    job.nowMs += ms;
    const piece = left.shift();
    if (piece !== undefined) job.content = (job.content ?? "") + piece;
    else job.state = "succeeded";
  };
  const follow = async (more: { patienceMs?: number; isStopped?: () => boolean } = {}) => {
    let read = "";
    const tail = outputTail({ jobs }, ref, place, send);
    const onBytes = (bytes: Uint8Array) => (read += Buffer.from(bytes).toString("latin1"));
    const outputs = [{ tail, onBytes }];
    const ended = await followJob({ jobs }, ref, { sleep, now: () => job.nowMs, outputs, ...more });
    return { ended, read: Buffer.from(read, "latin1").toString() };
  };
  return { job, jobs, send, outages, follow };
}

test("whatever fails meanwhile, what was read is the file, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" }), { maxLength: 12 }),
      fc.array(fc.boolean(), { maxLength: 40 }),
      async (pieces, outages) => {
        const growing = growingJob(pieces);
        growing.outages.push(...outages);
        const { ended, read } = await growing.follow();
        expect(ended?.properties.executionState).toBe("succeeded");
        expect(read).toBe(pieces.join(""));
      },
    ),
    { numRuns: 200 },
  );
});

test("what a job said comes before its end, also where both were there at the first read", async () => {
  const { job, jobs, send } = growingJob([]);
  Object.assign(job, { state: "succeeded", content: "all of it" });
  const told: string[] = [];
  const onBytes = (bytes: Uint8Array) => told.push(Buffer.from(bytes).toString());
  await followJob({ jobs }, ref, {
    sleep: () => Promise.reject(new Error("it has ended")),
    now: () => 0,
    onJob: ({ properties: { executionState } }) => told.push(executionState),
    outputs: [{ tail: outputTail({ jobs }, ref, place, send), onBytes }],
  });
  expect(told).toEqual(["all of it", "succeeded"]);
});

test("a link that expired is asked for anew", async () => {
  const growing = growingJob(["one ", "two ", "three"]);
  const stop = () => {
    growing.job.expired = growing.job.content?.endsWith("two ") === true;
    return false;
  };
  expect((await growing.follow({ isStopped: stop })).read).toBe("one two three");
});

test("a log that began anew with another run is read from its start", async () => {
  const growing = growingJob(["first run", ""]);
  let again = false;
  const begin = () => {
    if (growing.job.content === "first run" && !again && growing.job.nowMs >= 2000) {
      again = true;
      growing.job.content = "2nd";
    }
    return false;
  };
  expect((await growing.follow({ isStopped: begin })).read).toBe("first run2nd");
});

test("patience ends, and a caller that looks no further is let go", async () => {
  const away = growingJob(["x"]);
  away.outages.push(...Array<boolean>(100).fill(true));
  await expect(away.follow({ patienceMs: 5_000 })).rejects.toMatchObject({ code: "ServiceUnavailable" });
  const stopped = growingJob(["x"]);
  expect((await stopped.follow({ isStopped: () => true })).ended).toBeUndefined();
});
