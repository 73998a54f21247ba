// What keeps an app from being hosted is said at start, all at once, with the names of function and binding.
import { expect, it } from "vitest";
import { startApp } from "./host-under-test.ts";

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
