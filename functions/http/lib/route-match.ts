// Which methods a path answers, by the routes as they are registered; to tell a wrong method from a wrong path.
import type { HttpTrigger } from "../../lib/register.ts";

export function methodsAt(triggers: readonly HttpTrigger[], pathname: string): readonly string[] {
  const segments = segmentsOf(pathname);
  const here = triggers.filter(({ route }) => matches(segmentsOf(route), segments));
  return [...new Set(here.flatMap(({ methods }) => methods))];
}

/** The trigger for a path, and its parameters. To a client one slash is as good as two. */
export function triggerAt(
  triggers: readonly HttpTrigger[],
  method: string,
  pathname: string,
): { readonly trigger: HttpTrigger; readonly params: Record<string, string> } | undefined {
  const segments = segmentsOf(pathname);
  const trigger = triggers.find(
    ({ route, methods }) => methods.some((one) => one === method) && matches(segmentsOf(route), segments),
  );
  if (trigger === undefined) return undefined;
  const params = segmentsOf(trigger.route).flatMap((part, index) => {
    if (!part.startsWith("{")) return [];
    const value = isRest(part) ? segments.slice(index).join("/") : (segments[index] ?? "");
    return [[part.replaceAll(/[{*}]/g, ""), decoded(value)] as const];
  });
  return { trigger, params: Object.fromEntries(params) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The last part of a route may stand for all that follows. */
const isRest = (part: string | undefined) => part?.startsWith("{*") === true;

function matches(route: readonly string[], path: readonly string[]): boolean {
  const isLongEnough = isRest(route.at(-1)) ? path.length >= route.length - 1 : path.length === route.length;
  return (
    isLongEnough &&
    route.every((part, index) => part.startsWith("{") || part.toLowerCase() === path[index]?.toLowerCase())
  );
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}
