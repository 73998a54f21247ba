// The Azure Batch emulator as one object: opens its accounts, brings back what was there, listens.
// Why it is so: docs/adr/0006-batch-emulator.md
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { listenFor } from "./account-listeners.ts";
import type { AccountListeners } from "./account-listeners.ts";
import { openAccounts } from "./accounts.ts";
import type { EmulatorOptions } from "./options.ts";
import { checkListenAddress } from "./protocol/listen-address.ts";
export type { EmulatorOptions } from "./options.ts";

export interface BatchEmulator {
  /** `http://127.0.0.1:<port>`, both planes. */
  readonly url: string;
  readonly port: number;
  /** With `tlsPort`: `https://localhost:<port>` and the certificate file to trust. */
  readonly tls: { readonly url: string; readonly certificateFile: string | undefined } | undefined;
  /** The first account's first key, which may have been regenerated since the emulator was first started. */
  readonly accountKey: string;
  /** Whether there is such an account in that region. */
  hasAccount(name: string, region: string): boolean;
  /** Stops listening and watching. Task processes go on when `leaveRunning`, else they are ended. */
  dispose(options?: { leaveRunning?: boolean }): Promise<void>;
  /** Resolves when nothing is under way but timers. */
  idle(): Promise<void>;
}

export async function startBatchEmulator(o: EmulatorOptions): Promise<BatchEmulator> {
  const { listenOn = "127.0.0.1", allowRemote = false } = o;
  checkListenAddress({ address: listenOn, allowRemote, accountKey: o.accountKey });
  const inMemory = o.dataDirectory === "memory";
  const folder = inMemory ? mkdtempSync(join(tmpdir(), "batch-emulator-")) : resolve(o.dataDirectory);
  mkdirSync(join(folder, "nodes"), { recursive: true, mode: 0o700 });
  const accounts = openAccounts(o, folder, inMemory);
  const { state } = accounts.first;
  let listeners: AccountListeners | undefined;
  const dispose = async (leaveRunning: boolean) => {
    await listeners?.close();
    await accounts.stop();
    await o.executor.close(leaveRunning);
    accounts.close();
    if (inMemory) rmSync(folder, { recursive: true, force: true });
  };
  try {
    // First, so that the base URL is known to what recovery starts; requests wait for its end.
    const { plain, tls } = (listeners = await listenFor(state, accounts.gateway, o, {
      port: o.port,
      tlsPort: o.tlsPort,
      folder: inMemory ? undefined : folder,
    }));
    await accounts.start();
    let disposed: Promise<void> | undefined;
    return {
      url: plain.url,
      port: plain.port,
      tls: tls && { url: tls.url, certificateFile: tls.certificateFile },
      accountKey: state.settings.keys.primary,
      hasAccount: (name, region) => accounts.directory.find(name)?.settings.location === region,
      dispose: (how) => (disposed ??= dispose(how?.leaveRunning === true)),
      idle: () => accounts.idle(),
    };
  } catch (error) {
    await dispose(true);
    throw error;
  }
}
