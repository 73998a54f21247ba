// Whether some path fits two route templates. Errs on the side of "yes" for constraints it cannot compare: the answer is only
// used for a warning. Pure.
import type { Parameter, RouteTemplate, Segment } from "./route-template.ts";

export function templatesOverlap(left: RouteTemplate, right: RouteTemplate): boolean {
  return overlap(left.segments, right.segments);
}

function overlap(left: readonly Segment[], right: readonly Segment[]): boolean {
  const [firstLeft, ...restLeft] = left;
  const [firstRight, ...restRight] = right;
  if (!firstLeft) return right.every(canBeMissing);
  if (!firstRight) return left.every(canBeMissing);
  if (isCatchAll(firstLeft) || isCatchAll(firstRight)) return true;
  if (segmentsOverlap(firstLeft, firstRight) && overlap(restLeft, restRight)) return true;
  return (canBeMissing(firstLeft) && restRight.every(canBeMissing) && right.every(canBeMissing)) || false;
}

/** True when `general` ends in a catch-all and takes whatever `special` takes: then it is meant as the fallback, and that
 *  `special` is tried first surprises nobody. */
export function isFallbackOf(general: RouteTemplate, special: RouteTemplate): boolean {
  const prefix = general.segments.findIndex(isCatchAll);
  return (
    prefix !== -1 &&
    general.segments.slice(0, prefix).every((segment, index) => {
      const other = special.segments[index];
      const text = literalText(segment);
      return (
        other !== undefined &&
        (text === undefined || text.toLowerCase() === literalText(other)?.toLowerCase())
      );
    })
  );
}

function single(segment: Segment): Parameter | undefined {
  const [first] = segment;
  return segment.length === 1 && first?.kind === "parameter" ? first : undefined;
}

function canBeMissing(segment: Segment): boolean {
  const parameter = single(segment);
  return (
    parameter !== undefined &&
    (parameter.optional || parameter.catchAll || parameter.defaultValue !== undefined)
  );
}

function isCatchAll(segment: Segment): boolean {
  return single(segment)?.catchAll === true;
}

function segmentsOverlap(left: Segment, right: Segment): boolean {
  const literalLeft = literalText(left);
  const literalRight = literalText(right);
  if (literalLeft !== undefined && literalRight !== undefined)
    return literalLeft.toLowerCase() === literalRight.toLowerCase();
  if (literalLeft !== undefined) return fits(literalLeft, right);
  if (literalRight !== undefined) return fits(literalRight, left);
  const parameterLeft = single(left);
  const parameterRight = single(right);
  return !parameterLeft || !parameterRight || !disjoint(parameterLeft, parameterRight);
}

function literalText(segment: Segment): string | undefined {
  const [first] = segment;
  return segment.length === 1 && first?.kind === "literal" ? first.text : undefined;
}

function fits(text: string, segment: Segment): boolean {
  const parameter = single(segment);
  return !parameter || parameter.constraints.every((constraint) => constraint.accepts(text));
}

/** Kinds of value no string can have at once (a 32-digit guid aside, which nobody routes on). */
const kinds: Readonly<Record<string, string>> = {
  int: "number",
  long: "number",
  decimal: "number",
  float: "number",
  double: "number",
  min: "number",
  max: "number",
  range: "number",
  alpha: "letters",
  bool: "letters",
  guid: "guid",
};

function disjoint(left: Parameter, right: Parameter): boolean {
  const kindsOf = (parameter: Parameter) =>
    parameter.constraints.map((constraint) => kinds[constraint.name]).filter((kind) => kind !== undefined);
  return kindsOf(left).some((kind) => kindsOf(right).some((other) => other !== kind));
}
