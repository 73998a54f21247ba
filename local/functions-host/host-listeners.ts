// The public addresses of a host: HTTP, and HTTPS beside it when asked for. They are open before the app is loaded, so that it
// can be told its address, and answer 503 until there is something to serve.
import { join } from "node:path";
import { HostStartError } from "./app/app-error.ts";
import type { HostContext } from "./load-app.ts";
import { listen, surfaceListener, type HttpSurface, type Listener } from "./protocol/http-server.ts";
import { openCertificate } from "../certificate.ts";

export interface HostListeners {
  readonly url: string;
  readonly port: number;
  readonly httpsUrl: string | undefined;
  /** Path of the PEM file, or its text when nothing is kept. */
  readonly certificate: string | undefined;
  readonly all: readonly Listener[];
}

/** A file or folder of the host below the data folder; undefined when nothing is kept. */
export function dataPath(context: HostContext, name: string): string | undefined {
  return context.dataDirectory === "memory" ? undefined : join(context.dataDirectory, name);
}

export async function openListeners(
  context: HostContext,
  surface: () => HttpSurface | undefined,
): Promise<HostListeners> {
  const plain = await open(context.port, (port) => listen(surfaceListener("http", surface), port));
  const base = { url: `http://127.0.0.1:${plain.port}`, port: plain.port };
  if (context.httpsPort === undefined)
    return { ...base, httpsUrl: undefined, certificate: undefined, all: [plain] };
  try {
    const certificate = await openCertificate(dataPath(context, "certificate"), context.clock);
    const secure = await open(context.httpsPort, (port) =>
      listen(surfaceListener("https", surface), port, certificate),
    );
    return {
      ...base,
      httpsUrl: `https://127.0.0.1:${secure.port}`,
      certificate: certificate.file ?? certificate.cert,
      all: [plain, secure],
    };
  } catch (error) {
    await plain.close();
    throw error;
  }
}

async function open(port: number, attempt: (port: number) => Promise<Listener>): Promise<Listener> {
  return attempt(port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new HostStartError([
      `Port ${port} is in use. Stop the program that holds it, or choose another port (0 = any free one).`,
    ]);
  });
}
