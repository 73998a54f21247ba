// Walks the resources of some kinds, each after what it stands in, one page of each list in memory at a time.
import type { DocumentOf } from "../../domain/kinds.ts";
import { childrenOf, lineOf } from "../../domain/resources.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import type { Services } from "../../services/services.ts";
import type { ScopeOf } from "../../services/state.ts";
import { everyItem } from "../../application/every-item.ts";

type Known = Pick<Services, "state" | "settings">;

export async function* everyResource<Kind extends ResourceKind>(
  services: Known,
  kinds: readonly Kind[],
): AsyncGenerator<DocumentOf<Kind>> {
  const { subscriptionId } = services.settings;
  const wanted = new Set<ResourceKind>(kinds);
  const on = new Set(kinds.flatMap(lineOf));
  for await (const document of within(services, "workspace", { subscriptionId }, on))
    if (wanted.has(document.kind)) yield document as DocumentOf<Kind>;
}

/** @param on the kinds that are walked. */
async function* within(
  services: Known,
  kind: ResourceKind,
  scope: ScopeOf<ResourceKind>,
  on: ReadonlySet<ResourceKind>,
): AsyncGenerator<DocumentOf<ResourceKind>> {
  for await (const document of everyItem((page) => services.state.of(kind).list(scope, page))) {
    yield document;
    for (const child of childrenOf(kind))
      if (on.has(child)) yield* within(services, child, refOf(document), on);
  }
}
