// What every kind of resource can be asked for: make, show, find, list, delete.
import type { z } from "zod";
import { formatId } from "../domain/shared/resource-id.ts";
import type { ResourceRef } from "../domain/shared/resource-id.ts";
import { ApiError } from "./api-error.ts";
import { checked } from "./checked.ts";
import type { HttpApi } from "./http-api.ts";
import { settled } from "./operations.ts";
import { items } from "./paging.ts";

export interface Collection<Ref, Scope, Resource> {
  /** Resolves with the resource once it is made. */
  create(ref: Ref, body?: unknown): Promise<Resource>;
  get(ref: Ref): Promise<Resource>;
  /** Undefined where there is none. */
  find(ref: Ref): Promise<Resource | undefined>;
  list(scope: Scope): AsyncGenerator<Resource>;
  /** Resolves once it is gone; what is not there is gone already. `wait: false`: once its end has begun. */
  delete(ref: Ref, options?: { readonly wait?: boolean }): Promise<void>;
}

export function collection<Ref extends ResourceRef, Scope, Schema extends z.ZodType>(
  api: HttpApi,
  schema: Schema,
  pathOf: (scope: Scope) => string,
): Collection<Ref, Scope, z.output<Schema>> {
  const get = async (ref: Ref) => checked(schema, (await api.send("GET", formatId(ref))).body);
  return {
    get,
    async create(ref, body) {
      const answer = await api.send("PUT", formatId(ref), body === undefined ? {} : { body });
      await settled(api, answer);
      return answer.status === 202 ? get(ref) : checked(schema, answer.body);
    },
    async find(ref) {
      try {
        return await get(ref);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    list: (scope) => items(api, schema, { path: pathOf(scope) }),
    async delete(ref, { wait = true } = {}) {
      const answer = await api.send("DELETE", formatId(ref));
      if (wait) await settled(api, answer);
    },
  };
}
