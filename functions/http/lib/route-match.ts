// Which methods a path answers, by the routes as they are registered; to tell a wrong method from a wrong path.
import type { HttpTrigger } from "../../lib/register.ts";

export function methodsAt(triggers: readonly HttpTrigger[], pathname: string): readonly string[] {
  const segments = segmentsOf(pathname);
  const here = triggers.filter(({ route }) => matches(segmentsOf(route), segments));
  return [...new Set(here.flatMap(({ methods }) => methods))];
}

function matches(route: readonly string[], path: readonly string[]): boolean {
  return (
    route.length === path.length &&
    route.every((part, index) => part.startsWith("{") || part.toLowerCase() === path[index]?.toLowerCase())
  );
}

function segmentsOf(path: string): readonly string[] {
  return path.split("/").filter((segment) => segment !== "");
}
