// The normal distribution, to the precision of a double.

const rootTwoPi = Math.sqrt(2 * Math.PI);
/** Beyond this many standard deviations the series loses digits and the continued fraction has them. */
const seriesLimit = 4;

export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (Math.abs(x) < seriesLimit) return 0.5 + series(x);
  const tail = upperTail(Math.abs(x));
  return x < 0 ? tail : 1 - tail;
}

/** Probability between 0 and x, by the Taylor series whose terms are all of one sign. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 3; Math.abs(term) > Math.abs(sum) * 1e-17 && n < 300; n += 2) {
    term *= (x * x) / n;
    sum += term;
  }
  return (sum * Math.exp((-x * x) / 2)) / rootTwoPi;
}

/** Laplace's continued fraction, from its far end. */
function upperTail(x: number): number {
  if (x > 38) return 0;
  let fraction = x;
  for (let n = 60; n > 0; n -= 1) fraction = x + n / fraction;
  return Math.exp((-x * x) / 2) / rootTwoPi / fraction;
}

const near = {
  over: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ],
  under: [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
  ],
};
const far = {
  over: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  under: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
};
const farBelow = 0.02425;

const polynomial = (coefficients: readonly number[], x: number) =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

/** The x below which a share p lies: Acklam's rational approximation, made exact by one step of Halley's method. */
export function normalQuantile(p: number): number {
  if (p <= 0) return p === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (p >= 1) return p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  const x = roughQuantile(p);
  const error = ((normalCdf(x) - p) * rootTwoPi) / Math.exp((-x * x) / 2);
  return x - error / (1 + (x * error) / 2);
}

function roughQuantile(p: number): number {
  if (p > 1 - farBelow) return -roughQuantile(1 - p);
  if (p >= farBelow) {
    const q = p - 0.5;
    return (q * polynomial(near.over, q * q)) / polynomial(near.under, q * q);
  }
  const q = Math.sqrt(-2 * Math.log(p));
  return polynomial(far.over, q) / polynomial(far.under, q);
}
