// Starts nothing: files in a home folder of the test's own, and a service that answers in this process.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import type { Context } from "../../../cli/command.ts";
import { exitCodes } from "../../../cli/output/exit-codes.ts";
import { batchai } from "../../support/command-line.ts";

const endpoint = "https://batchai.example.com";
const group = ["--subscription", "sub", "-g", "rg"];
let home = "";
let project = "";
let requests: { readonly url: string; readonly token: string | undefined }[] = [];
let answer = 200;
let now = 0;
let signIns: string[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "config-"));
  project = join(home, "project", "sub");
  mkdirSync(project, { recursive: true });
  [requests, signIns, answer, now] = [[], [], 200, 0];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const service: typeof fetch = async (input, init) => {
  const headers = new Headers(init?.headers);
  requests.push({ url: new Request(input).url, token: headers.get("authorization")?.replace("Bearer ", "") });
  if (answer !== 200)
    return Response.json({ error: { code: "AuthenticationFailed", message: "no" } }, { status: answer });
  return Response.json({ value: [] });
};
function type(line: string, environment: Record<string, string> = {}, more: Partial<Context> = {}) {
  return batchai(line.split(" "), {
    environment: { HOME: home, ...environment },
    directory: project,
    fetch: service,
    now: () => now,
    acquireToken: async ({ kind }) => {
      signIns.push(kind);
      return { token: `${kind}-${signIns.length}`, expiresAt: now + 3_600_000 };
    },
    ...more,
  });
}
async function ok(line: string, environment: Record<string, string> = {}): Promise<string> {
  const said = await type(line, environment);
  expect({ line, ...said }).toMatchObject({ line, code: 0, err: "" });
  return said.out;
}
const origins = async (environment: Record<string, string> = {}) =>
  Object.fromEntries(
    (
      JSON.parse(await ok("config list --show-origin", environment)) as {
        name: string;
        value: string;
        origin: string;
      }[]
    ).map(({ name, value, origin }) => [name, [value, origin]]),
  );
const login = (more = "") => ok(["login", "--endpoint", endpoint, ...group].join(" ") + more);
const file = () => join(home, ".config", "batchai", "config.yaml");

describe("a setting", () => {
  it("comes from the environment before the project's file, and from that before the profile", async () => {
    await login();
    for (const [name, value] of [
      ["workspace", "of-profile"],
      ["experiment", "of-profile"],
      ["cluster", "of-profile"],
    ])
      await ok(`config set ${name} ${value}`);
    writeFileSync(join(home, "project", "batchai.yaml"), "experiment: of-project\ncluster: of-project\n");
    const told = await origins({ BATCHAI_CLUSTER: "of-environment" });
    expect(told).toMatchObject({
      endpoint: [endpoint, `${file()}, profile batchai.example.com`],
      workspace: ["of-profile", `${file()}, profile batchai.example.com`],
      experiment: ["of-project", join(home, "project", "batchai.yaml")],
      cluster: ["of-environment", "BATCHAI_CLUSTER"],
    });
  });

  it("of a command's option comes before all of them", async () => {
    await login();
    await ok("config set workspace lab");
    await ok("cluster list");
    expect(requests.at(-1)?.url).toContain("/workspaces/lab/clusters");
    await ok("cluster list -w other -g elsewhere");
    expect(requests.at(-1)?.url).toContain(
      "/resourceGroups/elsewhere/providers/Microsoft.BatchAI/workspaces/other/",
    );
  });

  it("is kept in the profile or the project, and no longer when that is wanted", async () => {
    await login();
    await ok("config set workspace lab");
    await ok("config set experiment digits --project");
    expect(parse(readFileSync(join(project, "batchai.yaml"), "utf8"))).toEqual({ experiment: "digits" });
    await ok("config unset workspace");
    await ok("config unset experiment --project");
    const told = await origins();
    expect(told).not.toHaveProperty("workspace");
    expect(told).not.toHaveProperty("experiment");
  });

  it("that there is none of is told with the one that is meant", async () => {
    expect(await type("config set workspce lab")).toMatchObject({
      code: exitCodes.usage,
      err: expect.stringContaining("Is 'workspace' meant?") as string,
    });
    expect((await type("config set workspace")).code).toBe(exitCodes.usage);
  });
});

describe("a project's file", () => {
  it("names no service, to which the person's token would go", async () => {
    writeFileSync(join(project, "batchai.yaml"), "endpoint: https://evil.example\n");
    const said = await type("workspace list", { BATCHAI_TOKEN: "t" });
    expect(said).toMatchObject({ code: exitCodes.usage, out: "" });
    expect(said.err).toContain("names no endpoint, as your token would go there");
    expect((await type("config set endpoint https://evil.example --project")).code).toBe(exitCodes.usage);
    expect(requests).toEqual([]);
  });

  it("may choose one of the person's profiles", async () => {
    await login(" --profile work");
    await login(" --profile home");
    writeFileSync(join(project, "batchai.yaml"), "profile: work\n");
    expect(JSON.parse(await ok("status"))).toMatchObject({ origin: "profile work", state: "answers" });
    writeFileSync(join(project, "batchai.yaml"), "profile: absent\n");
    expect((await type("status")).err).toContain("There is no profile 'absent'");
  });

  it("that is wrong is told by its path and the key", async () => {
    writeFileSync(join(project, "batchai.yaml"), "workspaces: lab\n");
    expect((await type("config list")).err).toContain(`${join(project, "batchai.yaml")}: `);
    writeFileSync(join(project, "batchai.yaml"), "a: [\n");
    expect((await type("config list")).err).toContain("this is not YAML");
  });
});

describe("signing in", () => {
  it("is tried before it is kept, for the person alone, and in no file of settings", async () => {
    answer = 401;
    expect(await type(`login --endpoint ${endpoint} ${group.join(" ")}`)).toMatchObject({
      code: exitCodes.forbidden,
    });
    expect(existsSync(file())).toBe(false);
    answer = 200;
    await login();
    const token = join(home, ".config", "batchai", "tokens", "batchai.example.com.json");
    expect(statSync(token).mode & 0o777).toBe(0o600);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), "utf8")).not.toContain("deviceCode-2");
    await ok("workspace list");
    expect(requests.at(-1)).toMatchObject({ token: "deviceCode-2" });
  });

  it("is said to have ended, once it has; az is asked again by itself", async () => {
    await login();
    await login(" --profile cli --az");
    now = 3_600_000;
    await ok("workspace list", { BATCHAI_PROFILE: "cli" });
    expect(requests.at(-1)).toMatchObject({ token: "az-3" });
    const ended = await type("workspace list", { BATCHAI_PROFILE: "batchai.example.com" });
    expect(ended).toMatchObject({ code: exitCodes.forbidden });
    expect(ended.err).toContain("The sign-in has ended: batchai login --profile batchai.example.com");
  });

  it("is for the endpoint that it was made for, and for no other", async () => {
    await login();
    const elsewhere = await type("workspace list", { BATCHAI_ENDPOINT: "https://other.example" });
    expect(elsewhere).toMatchObject({ code: exitCodes.forbidden });
    expect(elsewhere.err).toContain("BATCHAI_TOKEN is not");
    const changed = readFileSync(file(), "utf8").replace(endpoint, "https://moved.example");
    writeFileSync(file(), changed);
    expect((await type("workspace list")).code).toBe(exitCodes.forbidden);
    expect(requests.filter(({ url }) => !url.startsWith(endpoint))).toEqual([]);
  });

  it("wants an address that nobody else can listen to, a subscription and a group", async () => {
    for (const wrong of ["http://batchai.example.com", "batchai.example.com", "ftp://x"])
      expect((await type(`login --endpoint ${wrong} ${group.join(" ")}`)).err).toContain("https://");
    expect((await type(`login --endpoint ${endpoint}`)).err).toContain("give --subscription and -g");
  });

  it("to a local cloud needs none: it is found, and then used from any folder", async () => {
    const cloud = join(home, "project", ".batchai");
    mkdirSync(cloud);
    const urls = { api: "http://127.0.0.1:7", file: "http://127.0.0.1:8", blob: "http://127.0.0.1:9" };
    const rest = { token: "t", subscriptionId: "s", resourceGroup: "local", location: "local" };
    const described = { urls, ...rest, storageAccount: { name: "a", key: "k" } };
    writeFileSync(join(cloud, "cloud.json"), JSON.stringify(described));
    await login(" --profile local");
    await ok("config set workspace lab");
    await ok("login");
    expect(JSON.parse(await ok("config list"))).toEqual([
      { name: "subscription", value: "sub" },
      { name: "resourceGroup", value: "rg" },
      { name: "workspace", value: "lab" },
    ]);
    await ok("config unset resourceGroup");
    const elsewhere = await type("status -o json", {}, { directory: home });
    expect(JSON.parse(elsewhere.out)).toMatchObject({
      endpoint: "http://127.0.0.1:7",
      origin: "profile local",
      resourceGroup: "local",
    });
    expect((await type("login", {}, { directory: home })).err).toContain("No local cloud is found");
  });
});

test("profiles are listed and chosen", async () => {
  expect(JSON.parse(await ok("config profiles"))).toEqual([]);
  await login(" --profile a");
  await login(" --profile b --az");
  await ok("config use a");
  expect(await ok("config profiles -o table")).toBe(
    [
      "Name  Current  Service                      Sign-in",
      "a     yes      https://batchai.example.com  deviceCode",
      "b              https://batchai.example.com  az",
      "",
    ].join("\n"),
  );
  expect(await type("config use c")).toMatchObject({ code: exitCodes.notFound });
  expect((await type("config use c")).err).toContain("there are a, b");
});

test("a service that refuses or does not answer is a status, with its exit code", async () => {
  await login();
  answer = 403;
  const refused = await type("status");
  expect(refused).toMatchObject({ code: exitCodes.forbidden });
  expect(JSON.parse(refused.out)).toMatchObject({ state: "refuses" });
  const silent = await type("status", {}, { fetch: () => Promise.reject(new Error("refused")) });
  expect(silent).toMatchObject({ code: exitCodes.failed });
  expect(JSON.parse(silent.out)).toMatchObject({ state: "does not answer" });
});
