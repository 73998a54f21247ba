// The HTTP functions of an app as a table. Invariant, and trap: there is no template precedence. Routes are tried in
// alphabetical order of the function name and the first match wins (azure-functions-host issues 3153 and 9876), the verb being
// part of the match, so that a wrong verb is a 404. Overlaps are reported at start.
import type { FunctionProblem, HostedFunction } from "../app/hosted-functions.ts";
import { matchRoute, parseRouteTemplate, pathSegments, type RouteTemplate } from "./route-template.ts";
import { isFallbackOf, templatesOverlap } from "./route-overlap.ts";

export type AuthLevel = "anonymous" | "function" | "admin";

export interface HttpRoute {
  readonly target: HostedFunction;
  readonly methods: ReadonlySet<string>;
  readonly authLevel: AuthLevel;
  readonly template: RouteTemplate;
}

export interface RouteTable {
  readonly routes: readonly HttpRoute[];
  readonly warnings: readonly string[];
  readonly problems: readonly FunctionProblem[];
  match(method: string, path: string): { route: HttpRoute; params: Record<string, string> } | undefined;
}

const allMethods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT"];
const byName = new Intl.Collator("en");

/** `routePrefix` is host.json's, without slashes; it may be empty. */
export function buildRouteTable(functions: readonly HostedFunction[], routePrefix: string): RouteTable {
  const problems: FunctionProblem[] = [];
  const routes = functions
    .filter((candidate) => candidate.kind === "http")
    .sort((left, right) => byName.compare(left.name, right.name))
    .map((target) => toRoute(target, routePrefix, problems))
    .filter((route) => route !== undefined);
  return {
    routes,
    problems,
    warnings: overlapWarnings(routes),
    match(method, path) {
      const parts = pathSegments(path);
      for (const route of routes) {
        if (!route.methods.has(method)) continue;
        const params = matchRoute(route.template, parts);
        if (params) return { route, params };
      }
      return undefined;
    },
  };
}

function toRoute(
  target: HostedFunction,
  routePrefix: string,
  problems: FunctionProblem[],
): HttpRoute | undefined {
  const { trigger, name } = target;
  const route = typeof trigger["route"] === "string" && trigger["route"] !== "" ? trigger["route"] : name;
  const level = trigger["authLevel"];
  const authLevel = typeof level === "string" ? level.toLowerCase() : "anonymous";
  const methods = Array.isArray(trigger["methods"])
    ? trigger["methods"].map((method) => String(method).toUpperCase())
    : [];
  const fail = (reason: string) => {
    const told = `Function '${name}', binding '${trigger.name}' (httpTrigger): ${reason}.`;
    problems.push({ name, reason: told });
    return undefined;
  };
  if (authLevel !== "anonymous" && authLevel !== "function" && authLevel !== "admin")
    return fail(`the authLevel '${authLevel}' is not one of anonymous, function, admin`);
  try {
    const prefix = routePrefix.replace(/^\/+|\/+$/g, "");
    const template = parseRouteTemplate(prefix === "" ? route : `${prefix}/${route.replace(/^~?\//, "")}`);
    const [first] = template.segments[0] ?? [];
    if (first?.kind === "literal" && ["admin", "runtime"].includes(first.text.toLowerCase()))
      return fail(
        `the route '${route}' conflicts with the host's own routes below '/${first.text}'; choose another`,
      );
    return { target, authLevel, template, methods: new Set(methods.length > 0 ? methods : allMethods) };
  } catch (error) {
    return fail((error as Error).message);
  }
}

function overlapWarnings(routes: readonly HttpRoute[]): string[] {
  const warnings: string[] = [];
  routes.forEach((winner, index) => {
    for (const loser of routes.slice(index + 1)) {
      const shared = [...winner.methods].filter((method) => loser.methods.has(method));
      if (shared.length === 0 || isFallbackOf(loser.template, winner.template)) continue;
      if (templatesOverlap(winner.template, loser.template))
        warnings.push(
          `Routes '${winner.template.text}' (${winner.target.name}) and '${loser.template.text}' (${loser.target.name}) overlap for ${shared.join(", ")}: ` +
            `a request that fits both goes to '${winner.target.name}', because functions are tried in alphabetical order of their names. Constrain the parameters, e.g. {id:guid}.`,
        );
    }
  });
  return warnings;
}
