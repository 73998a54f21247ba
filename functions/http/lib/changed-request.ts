// A request that an operation answers under another address than it came to.
import type { HttpRequest } from "@azure/functions";

export function changedRequest(
  request: HttpRequest,
  changes: {
    readonly params: Record<string, string>;
    readonly url?: string;
    readonly headers?: Headers;
  },
): HttpRequest {
  return new Proxy(request, {
    get(target, name) {
      if (typeof name === "string" && name in changes) return (changes as Record<string, unknown>)[name];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value as (...rest: unknown[]) => unknown).bind(target) : value;
    },
  });
}
