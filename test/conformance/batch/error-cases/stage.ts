// An emulator on which errors are provoked, and the few things that most of them need.
import { expect } from "vitest";
import { manualClock } from "../../../../local/clock.ts";
import type { EmulatorOptions } from "../../../../local/batch-emulator/index.ts";
import { eventually, linuxPool, underTest } from "../emulator-under-test.ts";
import type { UnderTest } from "../emulator-under-test.ts";

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> | undefined;
  readonly headers: Headers;
}

interface Send {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: a token that is good. */
  readonly authorization?: string | undefined;
  readonly version?: string | undefined;
}

/** An emulator whose every change of state takes a second of a clock that stands still. */
export interface Stage {
  readonly t: UnderTest;
  send(method: string, path: string, options?: Send): Promise<Answer>;
  /** The same, which must be accepted. */
  accept(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Lets everything come to rest. */
  pass(): Promise<void>;
  pool(id: string, more?: object): Promise<void>;
  /** A pool with one idle node. @returns the node's path. */
  node(poolId: string, more?: object): Promise<string>;
  job(id: string, more?: object): Promise<void>;
  task(job: string, commandLine: string, more?: object): Promise<void>;
  schedule(id: string): Promise<void>;
}

interface Found {
  readonly id: string;
  readonly state: string;
}

const slow = {
  jobTransitionMs: 1_000,
  nodeAllocationMs: 1_000,
  nodeRebootMs: 1_000,
  nodeLeaveMs: 1_000,
};

export async function stage(options: Partial<EmulatorOptions> = {}): Promise<Stage> {
  const clock = manualClock();
  const t = await underTest({ clock, ...options, parameters: { ...slow, ...options.parameters } });
  const send: Stage["send"] = async (method, path, given = {}) => {
    const authorization = "authorization" in given ? given.authorization : "Bearer good";
    const version = "version" in given ? given.version : "2025-06-01";
    const url = new URL(`${t.emulator.url}${path}`);
    if (version !== undefined) url.searchParams.set("api-version", version);
    const response = await fetch(path.includes("%z") ? `${t.emulator.url}${path}` : url, {
      method,
      headers: { ...(authorization === undefined ? {} : { authorization }), ...given.headers },
      ...(given.body === undefined
        ? {}
        : { body: typeof given.body === "string" ? given.body : JSON.stringify(given.body) }),
    });
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: text === "" ? undefined : (JSON.parse(text) as Record<string, unknown>) };
  };
  const accept: Stage["accept"] = async (method, path, body) => {
    const answer = await send(method, path, body === undefined ? {} : { body });
    expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body ?? {};
  };
  const pass = async () => {
    for (let round = 0; round < 5; round += 1) await clock.advance(2_000);
  };
  const made: Omit<Stage, "node"> = {
    t,
    send,
    accept,
    pass,
    pool: async (id, more = {}) => void (await accept("POST", "/pools", { id, ...linuxPool, ...more })),
    job: async (id, more = {}) =>
      void (await accept("POST", "/jobs", { id, poolInfo: { poolId: "nowhere" }, ...more })),
    task: async (job, commandLine, more = {}) =>
      void (await accept("POST", `/jobs/${job}/tasks`, { id: "t", commandLine, ...more })),
    schedule: async (id) =>
      void (await accept("POST", "/jobschedules", {
        id,
        schedule: {},
        jobSpecification: { poolInfo: { poolId: "nowhere" } },
      })),
  };
  return {
    ...made,
    async node(poolId, more) {
      await made.pool(poolId, { targetDedicatedNodes: 1, ...more });
      // Its folders are made meanwhile, for which the clock does not wait.
      const first = async () => {
        await pass();
        const { value } = (await accept("GET", `/pools/${poolId}/nodes`)) as { value: Found[] };
        return value[0];
      };
      const idle = await eventually(first, (found) => found?.state === "idle");
      return `/pools/${poolId}/nodes/${idle?.id ?? ""}`;
    },
  };
}

export interface Case {
  readonly status: number;
  /** The last request is the one that is refused. */
  readonly provoke: (s: Stage) => Promise<Answer>;
  /** An emulator of its own. */
  readonly options?: Partial<EmulatorOptions>;
}

export const newPool = (s: Stage, id: string, more: object) =>
  s.send("POST", "/pools", { body: { id, ...linuxPool, ...more } });
export const newTask = (s: Stage, job: string, more: object) =>
  s.send("POST", `/jobs/${job}/tasks`, { body: { id: "t", commandLine: "wait", ...more } });
export const twice = async (s: Stage, method: string, path: string, body?: unknown) => {
  await s.accept(method, path, body);
  return s.send(method, path, body === undefined ? {} : { body });
};
/** A job with a task that is started on a node of its own. */
export const started = async (s: Stage, id: string, commandLine: string, more: object = {}) => {
  await s.node(id);
  await s.job(id, { poolInfo: { poolId: id } });
  await s.task(id, commandLine, more);
};
/** The same, whose task has ended; the clock does not wait for the files that it writes. */
export const ran = async (s: Stage, id: string, more: object = {}) => {
  await started(s, id, "write words", more);
  const state = async () => (await s.accept("GET", `/jobs/${id}/tasks/t`))["state"];
  await eventually(state, (found) => found === "completed");
};
