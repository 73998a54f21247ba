import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { lastingPorts } from "../../../../local/data-folder/lasting-ports.ts";
import type { Random } from "../../../../local/random.ts";
import { seededRandom, systemRandom } from "../../../../local/random.ts";

/** Gives these numbers, then others. */
function scripted(...numbers: number[]): Random {
  const others = systemRandom();
  return { ...others, next: () => numbers.shift() ?? others.next() };
}

const numberOf = (port: number) => (port - 20_000 + 0.5) / 12_768;

it("ports are chosen once, apart from each other and from those of outgoing connections", async () => {
  const none = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`p${index}`, 0]));
  const ports = await lastingPorts(none, seededRandom(7));
  const numbers = Object.values(ports);
  expect(new Set(numbers).size).toBe(40);
  for (const port of numbers) expect(port >= 20_000 && port < 32_768, String(port)).toBe(true);
  expect(await lastingPorts(ports, seededRandom(8))).toEqual(ports);
});

it("what is taken on this machine, or by another part, is not chosen", async () => {
  const server = createServer();
  const { free } = await lastingPorts({ free: 0 }, systemRandom());
  server.listen(free, "127.0.0.1");
  await once(server, "listening");
  try {
    const random = scripted(numberOf(free), numberOf(31_234));
    const { a, b } = await lastingPorts({ a: 31_234, b: 0 }, random);
    expect(a).toBe(31_234);
    expect([free, 31_234]).not.toContain(b);
  } finally {
    server.close();
  }
});
