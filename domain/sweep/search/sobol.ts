// Sobol points with Owen's nested scrambling: as even as a grid in every number of points, in any order, and another
// sequence for every seed. Direction numbers: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better
// two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), their first dimensions.
import { hash32 } from "./random.ts";

const bits = 32;

/** Degree and coefficients of a primitive polynomial, and the numbers that begin the dimension. */
const polynomials: readonly (readonly [degree: number, coefficients: number, first: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
];

export const maxSobolDimensions = polynomials.length + 1;

/** Direction numbers of a dimension, as 32-bit fractions. */
function directions(dimension: number): readonly number[] {
  const polynomial = polynomials[dimension - 1];
  if (polynomial === undefined)
    return Array.from({ length: bits }, (_, bit) => (1 << (bits - 1 - bit)) >>> 0);
  const [degree, coefficients, first] = polynomial;
  const found = first.map((number, bit) => (number << (bits - 1 - bit)) >>> 0);
  for (let bit = degree; bit < bits; bit += 1) {
    const oldest = found[bit - degree] ?? 0;
    let next = oldest ^ (oldest >>> degree);
    for (let term = 1; term < degree; term += 1)
      if (((coefficients >>> (degree - 1 - term)) & 1) === 1) next ^= found[bit - term] ?? 0;
    found.push(next >>> 0);
  }
  return found;
}

const table = Array.from({ length: maxSobolDimensions }, (_, dimension) => directions(dimension));

/** Without scrambling; the first point is the origin. */
export function sobolBits(dimension: number, index: number): number {
  const numbers = table[dimension];
  if (numbers === undefined) throw new Error(`there is no Sobol dimension ${dimension}`);
  let point = 0;
  for (let bit = 0; index >>> bit !== 0; bit += 1)
    if (((index >>> bit) & 1) === 1) point ^= numbers[bit] ?? 0;
  return point >>> 0;
}

/** From 0, below 1. */
export function sobolPoint(seed: number, dimension: number, index: number): number {
  return scrambled(sobolBits(dimension, index), hash32(`sobol ${seed} ${dimension}`)) / 2 ** bits;
}

/** Each bit is turned or not by a coin that depends on all bits above it. */
function scrambled(point: number, seed: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit += 1) {
    const above = bit === 0 ? 0 : point >>> (bits - bit);
    const coin = mixed(seed ^ Math.imul(above + bit * 0x9e3779b9, 0x85ebca6b)) & 1;
    result = (result << 1) | (((point >>> (bits - 1 - bit)) & 1) ^ coin);
  }
  return result >>> 0;
}

/** The finaliser of MurmurHash3: every bit of the input moves about half of the output's. */
function mixed(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
