// Apart from the schemas, whose library the portal does without: it asks whether code may be made of text, which its pages forbid.
import type { ImageReference } from "./schema.ts";

/** The image the real service returned when none was asked for. */
export const defaultImage: ImageReference = {
  publisher: "Canonical",
  offer: "UbuntuServer",
  sku: "16.04-LTS",
  version: "latest",
};
