// What keeps an app from being hosted is said at start, all at once, with the names of function and binding.
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startApp, writeApp } from "./host-under-test.ts";

it("names function and binding of everything that is not supported", async () => {
  const failure = await startApp("broken-unsupported").catch((error: Error) => error.message);
  expect(failure).toMatch(
    /Function 'onEvent', binding 'eventHubTrigger\w+': the trigger 'eventHubTrigger' is not supported/,
  );
  expect(failure).toMatch(
    /Function 'writesSql', binding 'sqlOutput\w+': the output binding 'sql' is not supported/,
  );
  expect(failure).toMatch(/Function 'badRoute'.*the route constraint 'colour' is not known/);
  expect(failure).toMatch(/Function 'missingSetting'.*'%NOT_THERE%' names a setting that does not exist/);
  expect(failure).toMatch(/Function 'reserved'.*conflicts with the host's own routes/);
});

it("runs the others when one function cannot be hosted, and says what is wrong with it where Azure does", async () => {
  const source = `const { app, output } = require("@azure/functions");
    app.http("good", { handler: () => ({ body: "fine" }) });
    app.http("badRoute", { route: "a/{id:colour}", handler: () => ({}) });
    app.http("1wrong", { handler: () => ({}) });
    app.eventHub("onEvent", { connection: "X", eventHubName: "hub", handler: () => {} });
    app.storageQueue("listens", { queueName: "queue", connection: "Absent", handler: () => {} });
    app.timer("never", { schedule: "0 0 0 L * *", useMonitor: false, handler: () => {} });`;
  const host = await startApp(await writeApp({ "index.js": source }), { strict: false });
  expect(host.functions).toEqual(["good"]);
  expect(await (await host.call("/api/good")).text()).toBe("fine");
  const status = async (name: string) => {
    const answer = await host.call(`/admin/functions/${name}/status`);
    return (await answer.json()) as { isDisabled: boolean; errors?: string[] };
  };
  expect(await status("good")).toEqual({ isDisabled: false });
  for (const [name, reason] of [
    ["badRoute", /the route constraint 'colour' is not known/],
    ["1wrong", /the name must begin with a letter/],
    ["onEvent", /the trigger 'eventHubTrigger' is not supported/],
    ["listens", /'Absent' is not configured/],
    ["never", /'L' in its days/],
  ] as const) {
    expect((await status(name)).errors?.join(" "), name).toMatch(reason);
    const logged = host.lines.find((line) => line.event === "function.inError" && line["function"] === name);
    expect(logged?.["reason"], name).toMatch(reason);
  }
  const listed = (await (await host.call("/admin/functions")).json()) as { name: string }[];
  expect(listed.map(({ name }) => name).sort()).toEqual(
    ["1wrong", "badRoute", "good", "listens", "never", "onEvent"].sort(),
  );
  expect((await host.call("/api/badRoute")).status).toBe(404);
});

it("finds entry points as Azure does: by path or glob with the suffix, a folder for all its files", async () => {
  const registers = (name: string) =>
    `require("@azure/functions").app.http("${name}", { handler: () => ({}) });`;
  const files = { "one.js": registers("one"), "two.js": registers("two") };
  const app = (main: string) => writeApp({ ...files, "package.json": JSON.stringify({ main }) });
  expect((await startApp(await app("./{one,two}.js"))).functions).toEqual(["one", "two"]);
  await expect(startApp(await app("one"))).rejects.toThrow(/No file matches "main" \(one\).*suffix/);
  const folder = await app("built");
  await mkdir(join(folder, "built"));
  await rename(join(folder, "two.js"), join(folder, "built", "two.js"));
  expect((await startApp(folder)).functions).toEqual(["two"]);
});

it("shows the error of an entry point that throws", async () => {
  await expect(startApp("broken-throws")).rejects.toThrow("the app is misconfigured");
});

it("does not serve an app whose main matches no file", async () => {
  await expect(startApp("broken-nothing")).rejects.toThrow(/No file matches "main" \(dist\/\*\.js\)/);
});

it("says who should free the port when it is in use", async () => {
  const first = await startApp("http-commonjs");
  await expect(startApp("http-commonjs", { port: Number(new URL(first.url).port) })).rejects.toThrow(
    /is in use/,
  );
});

it("starts without a function that is disabled by its setting", async () => {
  const disabled = ["onEvent", "writesSql", "badRoute", "missingSetting"];
  const settings = Object.fromEntries(disabled.map((name) => [`AzureWebJobs.${name}.Disabled`, "1"]));
  await expect(startApp("broken-unsupported", { settings })).rejects.toThrow(/^Function 'reserved'/);
});
