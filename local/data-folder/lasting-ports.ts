// Ports that will be free again at the next start: below those that systems give to outgoing connections (Linux from 32768,
// macOS and Windows from 49152), where any connection of this machine could sit on a port between two starts.
import { once } from "node:events";
import { createServer } from "node:net";
import type { Random } from "../random.ts";

const range = { from: 20_000, below: 32_768 };
const attempts = 100;

/** For each that is 0 a port that is free now, no two alike; 0 is left where none was found. */
export async function lastingPorts<T extends Readonly<Record<string, number>>>(
  ports: T,
  random: Random,
): Promise<T> {
  const taken = new Set(Object.values(ports));
  const chosen: Record<string, number> = {};
  for (const [name, port] of Object.entries(ports)) {
    chosen[name] = port === 0 ? await freePort(taken, random) : port;
    taken.add(chosen[name] ?? 0);
  }
  return { ...ports, ...chosen };
}

async function freePort(taken: ReadonlySet<number>, random: Random): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = range.from + Math.floor(random.next() * (range.below - range.from));
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  return 0;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
    return true;
  } catch {
    return false;
  }
}
