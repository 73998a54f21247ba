// What every resource looks like to clients: its id, name and type, and its properties. Members that a client does not know
// may be added at any time, so that schemas of answers are loose.
import { z } from "zod";
import { rowOf } from "../resources.ts";
import type { ResourceKind } from "../resources.ts";
import { ProvisioningState } from "./batch-ai-error.ts";
import { formatId, namesOf, resourceType } from "./resource-id.ts";
import type { RefOf } from "./resource-id.ts";

export const time = () => z.iso.datetime();

/** `document` may hold more than its reference. */
export function named(document: RefOf<ResourceKind>) {
  return {
    id: formatId(document),
    name: namesOf(document).at(-1) ?? "",
    type: resourceType(document.kind),
  };
}

interface Provisioned<State extends string> {
  readonly creationTime: string;
  readonly provisioningState: State;
  readonly provisioningStateTransitionTime: string;
}

/** The part of the properties that tells whether the resource exists. */
export function provisioned<State extends string>(document: Provisioned<State>): Provisioned<State> {
  const { creationTime, provisioningState, provisioningStateTransitionTime } = document;
  return { creationTime, provisioningState, provisioningStateTransitionTime };
}

export const provisionedResponse = {
  creationTime: time(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: time(),
};

export const idOf = (kind: ResourceKind) =>
  z.string().meta({ description: `ARM id of the ${rowOf(kind).word}` });

/** Schema of one resource; its name in the published description is that of its kind. */
export function resourceResponse<Properties extends z.ZodRawShape, More extends z.ZodRawShape>(
  kind: ResourceKind,
  properties: Properties,
  more: More,
) {
  return z
    .looseObject({
      id: idOf(kind),
      name: z.string(),
      type: z.literal(resourceType(kind)),
      ...more,
      properties: z.looseObject(properties),
    })
    .meta({ id: `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}` });
}
