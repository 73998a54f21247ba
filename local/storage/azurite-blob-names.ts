// Blob names may hold characters that XML cannot, such as control characters. Azurite writes them into its listings as they are, which no
// client can read from then on. As the service does, such a name is percent-encoded and marked `Encoded`, which its clients undo.

// eslint-disable-next-line no-control-regex -- the characters that XML 1.0 cannot hold
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const markerMark = "encoded:";

/** Of Azurite's `generated/utils/xml`, which every XML answer is written with. */
interface XmlModule {
  stringifyXML: (body: unknown, options?: unknown) => string;
}

type Answer = { nextMarker?: string };
type Options = { marker?: string };

/** What is used of the prototype of Azurite's `ContainerHandler`. */
interface ListingHandler {
  listBlobFlatSegment: (options: Options, ...rest: readonly unknown[]) => Promise<Answer>;
  listBlobHierarchySegment: (
    delimiter: string,
    options: Options,
    ...rest: readonly unknown[]
  ) => Promise<Answer>;
}

export function encodeBlobNames(xml: XmlModule, handler: ListingHandler): void {
  const { stringifyXML } = xml;
  xml.stringifyXML = (body, options) => stringifyXML(withEncodedNames(body), options);
  const { listBlobFlatSegment: flat, listBlobHierarchySegment: hierarchy } = handler;
  handler.listBlobFlatSegment = async function (options, ...rest) {
    return answered(await flat.call(this, asked(options), ...rest));
  };
  handler.listBlobHierarchySegment = async function (delimiter, options, ...rest) {
    return answered(await hierarchy.call(this, delimiter, asked(options), ...rest));
  };
}

/** Where the next page begins is a name, too: only a client's word, so that any spelling does that comes back. */
const answered = (answer: Answer): Answer => {
  const { nextMarker = "" } = answer;
  if (unprintable.test(nextMarker) || nextMarker.startsWith(markerMark))
    answer.nextMarker = markerMark + encodeURIComponent(nextMarker);
  return answer;
};

const asked = (options: Options): Options => {
  if (options.marker?.startsWith(markerMark) === true)
    options.marker = decodeURIComponent(options.marker.slice(markerMark.length));
  return options;
};

/** A copy only where something has to change. Other texts lose what cannot be written: they echo the request. */
export function withEncodedNames(value: unknown, member = ""): unknown {
  if (typeof value === "string") {
    if (!unprintable.test(value)) return value;
    const text = value.toWellFormed();
    return member === "Name"
      ? { $: { Encoded: "true" }, _: encodeURIComponent(text) }
      : text.replace(new RegExp(unprintable, "g"), "\ufffd");
  }
  if (Array.isArray(value)) return value.map((item: unknown) => withEncodedNames(item, member));
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withEncodedNames(item, name)]),
  );
}
