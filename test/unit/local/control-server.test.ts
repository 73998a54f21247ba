import { request } from "node:http";
import { expect, it } from "vitest";
import { startControl } from "../../../local/control-server.ts";

it("answers programs of this machine and refuses web pages before any handler sees them", async () => {
  const seen: string[] = [];
  const control = await startControl(0, [
    (incoming) => {
      seen.push(new URL(incoming.url).pathname);
      return Promise.resolve(new Response("here"));
    },
  ]);
  const get = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(`${control.url}/identity/token`, { headers });
      sent.on("response", (answer) => resolve(answer.resume().statusCode ?? 0)).on("error", reject);
      sent.end();
    });
  expect(await get({})).toBe(200);
  expect(await get({ host: `localhost:${control.port}` })).toBe(200);
  expect(await get({ host: "rebound.example" })).toBe(403);
  expect(await get({ origin: "https://page.example" })).toBe(403);
  expect(seen).toHaveLength(2);
  await control.dispose();
});

it("takes no body that is large or of unknown length", async () => {
  const control = await startControl(0, [async (incoming) => new Response(await incoming.text())]);
  const post = (headers: Record<string, string>, begin: string) =>
    new Promise<number>((resolve, reject) => {
      const sent = request(control.url, { method: "POST", headers });
      sent.on("response", (answer) => resolve(answer.resume().statusCode ?? 0)).on("error", reject);
      sent.write(begin); // the rest never comes
    });
  expect(await post({ "content-length": "300000000" }, "x")).toBe(413);
  expect(await post({}, "x")).toBe(411);
  expect(await post({ "content-length": "1" }, "x")).toBe(200);
  await control.dispose();
});
