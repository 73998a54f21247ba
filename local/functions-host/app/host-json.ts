// host.json: parsed once, with the defaults of the real host ("host.json reference for Azure Functions 2.x and later").
// Sections of extensions that are not hosted here are ignored, as the real host does without their extension.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { HostStartError } from "./app-error.ts";

/** `[d.]hh:mm:ss[.fff]` as .NET writes a TimeSpan, to milliseconds. */
export function parseTimeSpan(text: string): number | undefined {
  const match = /^(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?$/.exec(text);
  if (!match) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1, 5).map((part) => Number(part ?? 0));
  const fraction = match[5] ? Number(`0.${match[5]}`) : 0;
  return Math.round((((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds! + fraction) * 1000);
}

const timeSpan = z.string().transform((text, context) => {
  const ms = parseTimeSpan(text);
  if (ms === undefined)
    context.addIssue({ code: "custom", message: `'${text}' is not a time span (hh:mm:ss)` });
  return ms ?? 0;
});
const count = z.int().positive();

/** One of these names, read without case as .NET reads its enumerations. */
const oneOf = <Name extends string>(names: readonly Name[]) =>
  z.string().transform((text, context) => {
    const found = names.find((name) => name.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: "custom", message: `'${text}' is not one of ${names.join(", ")}` });
    return z.NEVER;
  });

const Http = z.object({
  routePrefix: z.string().default("api"),
  customHeaders: z.record(z.string(), z.string()).default({}),
});
const DurableTask = z.object({
  hubName: z.string().default("TestHubName"),
  maxConcurrentActivityFunctions: count.default(10 * availableParallelism()),
  maxConcurrentOrchestratorFunctions: count.default(10 * availableParallelism()),
  defaultVersion: z.string().nullable().default(null),
  versionMatchStrategy: oneOf(["None", "Strict", "CurrentOrOlder"]).prefault("CurrentOrOlder"),
  versionFailureStrategy: oneOf(["Reject", "Fail"]).prefault("Reject"),
});
const Queues = z.object({
  /** Milliseconds; this host polls more often than Azure (1 min) when it is not set. */
  maxPollingInterval: timeSpan.optional(),
  visibilityTimeout: timeSpan.prefault("00:00:00"),
  batchSize: z.int().min(1).max(32).default(16),
  maxDequeueCount: count.default(5),
  newBatchThreshold: z.int().min(0).optional(),
  messageEncoding: z.enum(["base64", "none"]).default("base64"),
});
const Blobs = z.object({ maxDegreeOfParallelism: count.optional(), poisonBlobThreshold: count.default(5) });

const HostJson = z.object({
  version: z.literal("2.0", { error: 'must be "2.0"' }),
  functions: z.array(z.string()).optional(),
  /** Milliseconds; undefined = without limit (`-1`). */
  functionTimeout: z.union([z.literal("-1").transform(() => undefined), timeSpan]).prefault("00:30:00"),
  extensions: z
    .object({
      http: Http.prefault({}),
      durableTask: DurableTask.prefault({}),
      queues: Queues.prefault({}),
      blobs: Blobs.prefault({}),
    })
    .prefault({}),
});
export type HostJson = z.infer<typeof HostJson>;

const sections = { http: Http, durableTask: DurableTask, queues: Queues, blobs: Blobs } as const;

/** Settings of hosted extensions that this host does not act on, as `extensions.http.hsts`: to be said at start, not passed over. */
function ignoredSettings(content: unknown): string[] {
  const { extensions } = z
    .object({ extensions: z.record(z.string(), z.unknown()).default({}) })
    .parse(content);
  return Object.entries(sections).flatMap(([name, known]) => {
    const section = extensions[name];
    const keys = typeof section === "object" && section !== null ? Object.keys(section) : [];
    return keys.filter((key) => !(key in known.shape)).map((key) => `extensions.${name}.${key}`);
  });
}

/** Throws HostStartError when the file is missing or a value is not one the host accepts. */
export async function readHostJson(
  appDirectory: string,
  resolve: (text: string) => string,
): Promise<{ hostJson: HostJson; ignored: string[] }> {
  const file = join(appDirectory, "host.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined)
    throw new HostStartError([
      `${file} does not exist. Every Functions app has a host.json; the smallest is { "version": "2.0" }.`,
    ]);
  let content: unknown;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new HostStartError([`${file} is not JSON: ${(error as Error).message}`]);
  }
  const parsed = HostJson.safeParse(content);
  if (!parsed.success)
    throw new HostStartError(
      parsed.error.issues.map((issue) => `${file}: ${issue.path.join(".") || "the file"} ${issue.message}`),
    );
  const host = parsed.data;
  host.extensions.durableTask.hubName = resolve(host.extensions.durableTask.hubName);
  return { hostJson: host, ignored: ignoredSettings(content) };
}
