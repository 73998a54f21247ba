import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guid } from "../../../../domain/shared/brand.ts";
import { keyOf, unwanted, valuesOf } from "../../../../domain/trigger/event.ts";
import { patchedTrigger, savedTrigger, triggerSpec } from "../../../../domain/trigger/rules.ts";
import { readPathPattern } from "../../../../domain/trigger/path-pattern.ts";
import { withoutSecrets, withSecrets } from "../../../../domain/trigger/template-secrets.ts";
import { render } from "../../../../domain/trigger/template.ts";
import { triggerWire } from "../../../../domain/trigger/wire.ts";
import { jobGuid, later, now } from "../samples.ts";
import { everyNight, trigger, triggerRequest } from "./samples.ts";

const match = (pattern: string, name: string) => {
  const read = readPathPattern(pattern);
  return "problem" in read ? read.problem : read.value.match(name);
};
const uploads = (more: object = {}) => ({
  on: { blobCreated: { container: "data", path: "data/{dataset}/{file}.csv", ...more } },
});
const command = (commandLine: string) => ({ customToolkitSettings: { commandLine } });

describe("a path pattern", () => {
  it("captures one segment each, or several where a star says so", () => {
    expect(match("data/{set}/{file}.csv", "data/mnist/a.b.csv")).toEqual({ set: "mnist", file: "a.b" });
    expect(match("data/{set}/{file}.csv", "data/mnist/deep/a.csv")).toBeUndefined();
    expect(match("{path*}.csv", "data/mnist/a.csv")).toEqual({ path: "data/mnist/a" });
    expect(match("{path*}/{file}.csv", "data/mnist/a.csv")).toEqual({ path: "data/mnist", file: "a" });
    expect(match("in/{day}-{path*}/{a}x{b}.csv", "in/1-2/3x/4x5.csv")).toEqual({
      day: "1",
      path: "2/3x",
      a: "4",
      b: "5",
    });
    expect(match("{a}x{b}", "1x2x3")).toEqual({ a: "1", b: "2x3" });
    expect(match("{a}xx{b}", "xx")).toBeUndefined();
    expect(match("a+b(c)/{x}", "a+b(c)/1")).toEqual({ x: "1" });
    expect(match("a.csv", "aXcsv")).toBeUndefined();
  });

  it.each([
    ["data/{a}{b}", "between two captures"],
    ["data/{a}/{a}", "'a' twice"],
    ["{a*}/{b*}", "at most one capture with a star"],
    ["data/{a", "a path with captures"],
    ["data/{a b}", "a path with captures"],
    ["", "a path with captures"],
  ])("%s is refused", (pattern, words) => {
    expect(match(pattern, "data/x")).toContain(words);
  });
});

describe("a name that somebody chose to cost time", () => {
  it("is matched as a slower program would, and at once", () => {
    const pattern = "{a}x{b}x{c}x{d}x{e}x{f}x{g}x{h}y";
    expect(match(pattern, "x".repeat(1024))).toBeUndefined();
    const texts = fc.stringMatching(/^[ab/x]{0,12}$/);
    const pieces = fc.constantFrom(
      "{a}x{b}",
      "{p*}x{b}",
      "{b}/{p*}",
      "a{a}x{p*}/{b}b",
      "{a}a{b}x{c}",
      "{p*}/{a}x{b}",
    );
    fc.assert(
      fc.property(pieces, texts, (pattern, text) => {
        const source = pattern.replaceAll(/\{\w\*\}/g, "(?:.+)").replaceAll(/\{\w\}/g, "(?:[^/]+)");
        expect(match(pattern, text) !== undefined).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 3_000, seed: 4 },
    );
  });
});

describe("what a trigger is asked for", () => {
  it.each([
    [
      { on: {} },
      "on: expected exactly one of schedule, blobCreated, queueMessage, jobCompleted, webhook, got none",
    ],
    [{ on: { ...everyNight.on, queueMessage: { queue: "work" } } }, "got schedule and queueMessage"],
    [{ on: { queueMessage: { queue: "Work" } } }, "on.queueMessage.queue: expected the name of a queue"],
    [{ on: { queueMessage: { queue: "batchai-blob-events" } } }, "are the service's own"],
    [{ on: { blobCreated: { container: "batchai-secrets", path: "{x}" } } }, "are the service's own"],
    [uploads({ path: "{a}{b}" }), "on.blobCreated.path: expected a character between"],
    [
      uploads({ minSizeBytes: 9, maxSizeBytes: 3 }),
      "on.blobCreated.maxSizeBytes: expected at least minSizeBytes",
    ],
    [{ on: { jobCompleted: { experiment: "a b" } } }, "on.jobCompleted.experiment: expected the name"],
    [{ on: { schedule: { cron: "x" } } }, "on.schedule.cron: expected five fields"],
    [{ ...everyNight, overlap: "wait" }, "overlap: expected one of 'allow', 'skip', 'queue', 'replace'"],
    [{ ...uploads(), maxConcurrent: 2 }, "maxConcurrent: is for overlap 'skip', 'queue' or 'replace'"],
    [{ on: { schedule: { cron: "0 0 * * *", end: "2020-01-01T00:00:00Z" } } }, "on.schedule: never fires"],
    [{ ...everyNight, enabled: "yes" }, "enabled: expected true or false"],
    [
      { ...everyNight, action: { experiment: "e" } },
      "action: expected a job or a sweep to make, and not none",
    ],
  ])("is refused with the field's name: %j", (properties, words) => {
    expect(() => triggerSpec(triggerRequest(properties), now)).toThrow(words);
  });

  it("states its defaults: schedules skip what overlaps, events do not", () => {
    expect(trigger().spec).toMatchObject({ overlap: "skip", maxConcurrent: 1, parameters: {} });
    expect(trigger(uploads()).spec.overlap).toBe("allow");
  });

  it("may use the values that its events bring, and no others", () => {
    const saved = (properties: object, commandLine: string) => () =>
      triggerSpec(triggerRequest(properties, command(commandLine)), now);
    expect(saved(uploads(), "python train.py {dataset} {blob} {firing}")).not.toThrow();
    expect(
      saved({ ...everyNight, parameters: { epochs: 3 } }, "x {parameters.epochs} {fireTime}"),
    ).not.toThrow();
    expect(saved(uploads(), "echo ${HOME} '{print $1}' {{dataset}}")).not.toThrow();
    expect(saved(uploads(), "train {datset}")).toThrow(
      "properties.action.job.properties.customToolkitSettings.commandLine: '{datset}' is no value of this trigger",
    );
    expect(saved(everyNight, "train {dataset}")).toThrow(
      "it has {trigger}, {firing}, {fireTime}, {fireTime.date}",
    );
  });
});

describe("a trigger that is saved again", () => {
  const saving = (properties: object) => {
    const request = triggerRequest(properties);
    const { spec } = triggerSpec(request, later);
    const by = { subject: "bob", roles: ["admin"] as const };
    return { request, spec, by, version: guid(jobGuid), now: later };
  };

  it("has a new version when its spec differs, and whoever saved it last answers for it", () => {
    const before = trigger();
    const same = savedTrigger(before, saving(everyNight));
    expect(same).toMatchObject({ version: before.version, since: before.since, savedBy: { subject: "bob" } });
    const other = savedTrigger(before, saving({ ...everyNight, overlap: "queue" }));
    expect(other).toMatchObject({ version: jobGuid, since: later.toISOString(), guid: before.guid });
  });

  it("is paused with a reason, and goes on without", () => {
    const paused = patchedTrigger(
      trigger(),
      { properties: { enabled: false, reason: "stocktaking" } },
      "ada",
      later,
    );
    expect(triggerWire(paused).properties).toMatchObject({
      enabled: false,
      paused: { by: "ada", at: later.toISOString(), reason: "stocktaking" },
    });
    const resumed = patchedTrigger(paused, { properties: { enabled: true } }, "ada", later);
    expect(resumed).toEqual(trigger());
  });
});

describe("an event", () => {
  const blob = { kind: "blobCreated", name: "data/mnist/a.csv", etag: '"0x8D"', size: 5 } as const;
  const spec = trigger({ ...uploads(), parameters: { epochs: 3 } }).spec;

  it("is the same as long as the blob has the same version", () => {
    expect(keyOf(blob)).toBe(keyOf({ ...blob, etag: "0x8D", api: "PutBlob" }));
    expect(keyOf(blob)).not.toBe(keyOf({ ...blob, etag: "0x8E" }));
  });

  it("brings its captures, and the parameters", () => {
    const names = { trigger: "nightly", firing: "f1" };
    expect(valuesOf(spec, blob, names, now)).toEqual({
      kind: "values",
      values: {
        ...names,
        "parameters.epochs": 3,
        blob: "data/mnist/a.csv",
        "blob.container": "data",
        "blob.etag": "0x8D",
        "blob.size": 5,
        dataset: "mnist",
        file: "a",
      },
    });
  });

  it("of a queue replaces parameters, and is refused when it is none or names another", () => {
    const queue = trigger({
      on: { queueMessage: { queue: "work" } },
      parameters: { epochs: 3, lr: "0.1" },
    }).spec;
    const values = (text: string) =>
      valuesOf(queue, { kind: "queueMessage", id: "m", text }, { trigger: "t", firing: "f" }, now);
    expect(values('{"epochs": 9}')).toMatchObject({
      values: { "parameters.epochs": 9, "parameters.lr": "0.1", "message.id": "m" },
    });
    expect(values("")).toMatchObject({ kind: "values" });
    expect(values('{"epoch": 9}')).toMatchObject({
      problem: "'epoch' is no parameter of the trigger; it has: epochs, lr",
    });
    for (const text of ["nine", "[1]", '{"epochs": {"a": 1}}'])
      expect(values(text)).toMatchObject({ kind: "refused" });
  });

  it("that the trigger does not wait for is left out with a reason", () => {
    expect(unwanted(spec, blob)).toBeUndefined();
    expect(unwanted(spec, { ...blob, name: "other/a.csv" })).toContain("does not match");
    const small = trigger(uploads({ minSizeBytes: 10 })).spec;
    expect(unwanted(small, blob)).toBe("the blob has 5 bytes, which the trigger's limits leave out");
    const chain = trigger({ on: { jobCompleted: { experiment: "E", job: "train-{run}" } } }).spec;
    const ended = {
      kind: "jobCompleted",
      experiment: "e",
      job: "train-7",
      guid: "g",
      state: "succeeded",
      depth: 1,
    } as const;
    expect(unwanted(chain, ended)).toBeUndefined();
    expect(unwanted(chain, { ...ended, state: "failed" })).toContain("waits for succeeded");
    expect(unwanted(chain, { ...ended, experiment: "f" })).toContain("another experiment");
    expect(unwanted(chain, { ...ended, job: "test-7" })).toContain("does not match");
    expect(unwanted(chain, blob)).toContain("not for blobCreated");
  });
});

describe("a template", () => {
  const at = (value: unknown, values: Record<string, string | number | boolean>) => render(value, values);

  it("takes values, keeps their type where a text is nothing else, and leaves other braces alone", () => {
    expect(at({ n: "{nodes}", c: "run {file} {{file}} ${file}" }, { nodes: 2, file: "a.csv" })).toEqual({
      kind: "rendered",
      value: { n: 2, c: "run a.csv {file} ${file}" },
    });
  });

  it("passes what a shell could read in environment variables only", () => {
    const evil = { file: "$(touch pwned)" };
    expect(at({ properties: command("train {file}") }, evil)).toEqual({
      kind: "refused",
      problem:
        "properties.customToolkitSettings.commandLine: the value of {file} has characters that a shell reads; pass it through environmentVariables",
    });
    expect(at({ environmentVariables: [{ name: "F", value: "{file}" }] }, evil)).toMatchObject({
      value: { environmentVariables: [{ name: "F", value: "$(touch pwned)" }] },
    });
    expect(at({ environmentVariables: [{ name: "{file}", value: "" }] }, evil)).toMatchObject({
      kind: "refused",
    });
  });

  it("loses its secrets, and gets them back", () => {
    const whole = {
      properties: {
        secrets: [
          { name: "A", value: "s1" },
          { name: "B", valueSecretReference: { secretUrl: "u" } },
        ],
        mountVolumes: { azureFileShares: [{ credentials: { accountKey: "s2" } }] },
        environmentVariables: [{ name: "X", value: "plain" }],
      },
    };
    const { template, secrets } = withoutSecrets(whole);
    expect(JSON.stringify(template)).not.toMatch(/s1|s2/);
    expect(JSON.stringify(template)).toContain("plain");
    expect([...secrets.values()]).toEqual(["s1", "s2"]);
    expect(withSecrets(template, secrets)).toEqual(whole);
  });
});
