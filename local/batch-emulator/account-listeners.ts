// The addresses of one account: plain, and with TLS where the emulator has that.
import { openCertificate } from "../certificate.ts";
import type { Certificate } from "../certificate.ts";
import type { EmulatorOptions } from "./options.ts";
import type { Gateway } from "./protocol/gateway.ts";
import { listen } from "./protocol/listener.ts";
import type { Listener } from "./protocol/listener.ts";
import type { AccountState } from "./service/account/account-state.ts";

export interface AccountListeners {
  readonly plain: Listener;
  readonly tls: (Listener & { readonly certificateFile: string | undefined }) | undefined;
  close(): Promise<void>;
}

export interface Wanted {
  readonly port: number;
  /** Absent: no TLS. */
  readonly tlsPort?: number | undefined;
  /** Of a certificate that is kept; absent: it lives as long as the process. */
  readonly folder: string | undefined;
}

/** Tells the account its addresses. Rejects with the listener's error, code EADDRINUSE included; then nothing listens. */
export async function listenFor(
  account: AccountState,
  gateway: Gateway,
  o: EmulatorOptions,
  wanted: Wanted,
): Promise<AccountListeners> {
  const { maxRequestBytes } = account.parameters;
  const common = { address: o.listenOn ?? "127.0.0.1", maxRequestBytes };
  const plain = await listen(gateway, { ...common, port: wanted.port });
  account.url = plain.url;
  if (wanted.tlsPort === undefined) return { plain, tls: undefined, close: () => plain.close() };
  try {
    const { file, ...pair }: Certificate = await openCertificate(wanted.folder, o.clock);
    const secure = await listen(gateway, { ...common, port: wanted.tlsPort, tls: pair });
    account.secureUrl = secure.url;
    const close = async () => {
      await plain.close();
      await secure.close();
    };
    return { plain, tls: { ...secure, certificateFile: file }, close };
  } catch (error) {
    await plain.close();
    throw error;
  }
}

/** The same, on other ports where somebody else has taken them. */
export async function listenAnywhere(
  account: AccountState,
  gateway: Gateway,
  o: EmulatorOptions,
  wanted: Wanted,
): Promise<AccountListeners> {
  try {
    return await listenFor(account, gateway, o, wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    const tls = wanted.tlsPort === undefined ? {} : { tlsPort: 0 };
    return listenFor(account, gateway, o, { port: 0, ...tls, folder: wanted.folder });
  }
}
