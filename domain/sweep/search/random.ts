// Random numbers by counter: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). A
// number depends on seed, stream, index and position alone, so that it is the same whoever asks, when, and in what order.

const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const weyl = [0x9e3779b9, 0xbb67ae85] as const;
const rounds = 10;

type Block = readonly [number, number, number, number];

/** One block of four 32-bit words. */
export function philox(counter: Block, key: readonly [number, number]): Block {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round += 1) {
    const [high0, low0] = [highProduct(multipliers[0], a), Math.imul(multipliers[0], a) >>> 0];
    const [high1, low1] = [highProduct(multipliers[1], c), Math.imul(multipliers[1], c) >>> 0];
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    k0 = (k0 + weyl[0]) >>> 0;
    k1 = (k1 + weyl[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** The upper 32 bits of a product of two 32-bit words. */
function highProduct(x: number, y: number): number {
  const [xHigh, xLow, yHigh, yLow] = [x >>> 16, x & 0xffff, y >>> 16, y & 0xffff];
  const crossed = xLow * yHigh;
  const other = xHigh * yLow;
  const carried = ((xLow * yLow) >>> 16) + (crossed & 0xffff) + (other & 0xffff);
  return (xHigh * yHigh + (crossed >>> 16) + (other >>> 16) + (carried >>> 16)) >>> 0;
}

export type Draws = () => number;

/** The numbers of one stream at one index, from 0 (included) to 1 (excluded), 53 bits each. */
export function draws(seed: number, stream: string, index: number): Draws {
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0] as const;
  const name = hash32(stream);
  let position = 0;
  let block: Block | undefined;
  return () => {
    block = position % 2 === 0 || block === undefined ? philox([position >>> 1, index, name, 0], key) : block;
    const [high, low] = position % 2 === 0 ? [block[0], block[1]] : [block[2], block[3]];
    position += 1;
    return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
  };
}

/** FNV-1a over UTF-16 code units. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
