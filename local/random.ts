// Randomness as an input: the operating system's in production, a seed in tests and simulations.
import { randomBytes } from "node:crypto";

export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** `length` bytes. */
  bytes(length: number): Buffer;
  /** A version 4 UUID, lower case. */
  uuid(): string;
}

export function systemRandom(): Random {
  return fromBytes((length) => randomBytes(length));
}

/** Deterministic by seed (mulberry32); never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return fromBytes((length) => {
    const bytes = Buffer.alloc(length);
    for (let index = 0; index < length; index += 1) bytes[index] = word() & 0xff;
    return bytes;
  });
}

function fromBytes(bytes: (length: number) => Buffer): Random {
  return {
    bytes,
    next: () => bytes(6).readUIntBE(0, 6) / 2 ** 48,
    uuid: () => {
      const raw = bytes(16);
      raw[6] = (raw.readUInt8(6) & 0x0f) | 0x40;
      raw[8] = (raw.readUInt8(8) & 0x3f) | 0x80;
      const hex = raw.toString("hex");
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
        "-",
      );
    },
  };
}
