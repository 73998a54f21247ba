// Where the emulator may listen. Its API runs commands on this machine by design, so that other machines get at it only
// when the caller says so twice: the wish to be reached, and a key that nobody else can know.
import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/** Shorter keys could be guessed; the service's own have 64 bytes. */
const leastKeyBytes = 32;
/** Keys that stand in public documentation. */
const publishedKeys = new Set([
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
]);

export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (plain === "localhost") return true;
  const family = isIP(plain);
  return family !== 0 && loopback.check(plain, family === 6 ? "ipv6" : "ipv4");
}

/** Throws an Error with the remedy unless the emulator may listen there. */
export function checkListenAddress(wanted: {
  readonly address: string;
  readonly allowRemote: boolean;
  readonly accountKey: string;
}): void {
  if (isLoopback(wanted.address)) return;
  if (!wanted.allowRemote)
    throw new Error(
      `'${wanted.address}' is reached from other machines, and whoever reaches the emulator can run commands on this one. If that is meant, allow it (--allow-remote) and give a key of your own (--account-key-file FILE).`,
    );
  const bytes = Buffer.from(wanted.accountKey, "base64").length;
  if (bytes < leastKeyBytes || publishedKeys.has(wanted.accountKey))
    throw new Error(
      `To be reached from other machines the account needs a secret key of at least ${leastKeyBytes} bytes in base64; make one with: openssl rand -base64 64`,
    );
}

/** The address under which a listener is reached from this machine. */
export const reachableAs = (address: string): string =>
  address === "0.0.0.0" || address === "::" ? "127.0.0.1" : isIP(address) === 6 ? `[${address}]` : address;
