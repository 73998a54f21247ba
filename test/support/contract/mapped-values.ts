// Whether what was read from XML or JSON is as a mapper of AutoRest says: the form in which Microsoft's descriptions lie in the packages that
// were made of them (`storage-description.ts`).

export interface Mapper {
  readonly serializedName: string;
  readonly required?: boolean;
  readonly isConstant?: boolean;
  readonly defaultValue?: unknown;
  readonly headerCollectionPrefix?: string;
  readonly constraints?: Readonly<Record<string, number | RegExp>>;
  readonly xmlName?: string;
  readonly xmlElementName?: string;
  readonly xmlIsWrapped?: boolean;
  readonly xmlIsAttribute?: boolean;
  readonly xmlIsMsText?: boolean;
  readonly type: {
    readonly name: string;
    readonly className?: string;
    readonly allowedValues?: readonly string[];
    readonly modelProperties?: Readonly<Record<string, Mapper>>;
    readonly additionalProperties?: unknown;
    readonly element?: Mapper;
    readonly value?: Mapper;
  };
}
/** Composite types by the name of their class. */
export type Models = Readonly<Record<string, Mapper>>;

/** What is wrong with a value that stands in a header, an element or a query; undefined when nothing is. */
export function textProblem({ type }: Mapper, text: string): string | undefined {
  // Without what is otherwise each time.
  const told = text.slice(0, 60).replaceAll(/\d/g, "0");
  switch (type.name) {
    case "Number":
      return /^-?\d+(?:\.\d+)?$/.test(text) ? undefined : `'${told}' is no number`;
    case "Boolean":
      return /^(?:true|false)$/i.test(text) ? undefined : `'${told}' is no boolean`;
    case "DateTimeRfc1123":
      return /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
        ? undefined
        : `'${told}' is no date`;
    case "DateTime":
      return /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(text)
        ? undefined
        : `'${told}' is no time`;
    case "ByteArray":
      return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? undefined : `'${told}' is no base64`;
    case "Enum":
      return type.allowedValues === undefined || type.allowedValues.includes(text)
        ? undefined
        : `'${told}' is none of ${type.allowedValues.join(", ")}`;
    default:
      return undefined;
  }
}

/** In ISO 8601. */
export const isTime = (text: string) => /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(text);

/** How a body is written: names of elements are XML's alone. */
export interface Writing {
  readonly models: Models;
  readonly isXml: boolean;
}

/** Everything that is otherwise, each with its place. */
export function mappedProblems(
  mapper: Mapper,
  value: unknown,
  writing: Writing,
  place = "",
): readonly string[] {
  const { type } = mapper;
  switch (type.name) {
    case "Composite":
      return ofMembers(mapper, value === "" ? {} : value, writing, place);
    case "Sequence": {
      const element = type.element;
      return element === undefined
        ? []
        : listOf(writing.isXml ? elementsOf(mapper, value, place) : value).flatMap((item) =>
            mappedProblems(element, item, writing, `${place}[]`),
          );
    }
    case "Dictionary":
    case "Stream":
    case "any":
      return [];
    default: {
      if (typeof value === "object" && value !== null) return [`${place}: is no ${type.name}`];
      const problem = value === "" ? undefined : textProblem(mapper, String(value));
      return problem === undefined ? [] : [`${place}: ${problem}`];
    }
  }
}

function ofMembers(mapper: Mapper, value: unknown, writing: Writing, place: string): readonly string[] {
  const { type } = writing.models[mapper.type.className ?? ""] ?? mapper;
  const properties = Object.values(type.modelProperties ?? {});
  // A name that may be escaped is an element with an attribute, or just its text.
  if (typeof value === "string" && properties.some(({ xmlIsMsText }) => xmlIsMsText === true)) return [];
  if (typeof value !== "object" || value === null) return [`${place}: is no object`];
  const { $: attributes = {}, ...members } = value as Record<string, unknown> & { $?: object };
  const given = new Map([...Object.entries(members), ...Object.entries(attributes)]);
  const nameIn = writing.isXml ? nameOf : plainName;
  const names = properties.map(nameIn);
  const isOpen = type.additionalProperties !== undefined;
  return [
    ...[...given.keys()]
      .filter((name) => !names.includes(name) && !isOpen && !ofXml.test(name))
      .map((name) => `${place}/${name}: is not described`),
    ...properties.flatMap((property) => {
      const name = nameIn(property);
      const member = given.get(name);
      if (member === undefined) return isNeeded(property, place) ? [`${place}/${name}: is missing`] : [];
      const item = writing.isXml ? unwrapped(property, member) : member;
      return mappedProblems(property, item, writing, `${place}/${name}`);
    }),
  ];
}

/** Beside lists without elements: what an item says only where it is so (`storage-description.ts`). */
const isNeeded = ({ required, type, serializedName, xmlIsMsText }: Mapper, place: string) =>
  required === true &&
  type.name !== "Sequence" &&
  xmlIsMsText !== true &&
  !unsaid.test(`${place}/${serializedName}`);
const unsaid = /\/Directory\[\]\/Properties\/Content-Length$|\/Blob\[\]\/(?:Deleted|Snapshot)$/;

/** The namespace, and text beside attributes. */
const ofXml = /^(?:xmlns(?::\w+)?|_|#text)$/;

/** Elements of a list that has none of its own around it stand in its place. */
function nameOf({ serializedName, xmlName, xmlElementName, xmlIsWrapped, type }: Mapper): string {
  if (type.name === "Sequence" && xmlIsWrapped !== true && xmlElementName !== undefined)
    return xmlElementName;
  return (xmlName ?? serializedName).replaceAll("\\.", ".");
}

/** In JSON. */
const plainName = ({ serializedName }: Mapper) => serializedName.replaceAll("\\.", ".");

function unwrapped({ xmlIsWrapped, xmlElementName, type }: Mapper, value: unknown): unknown {
  if (type.name !== "Sequence" || xmlIsWrapped !== true) return value;
  const wrapped = typeof value === "object" && value !== null ? value : {};
  return (wrapped as Record<string, unknown>)[xmlElementName ?? ""] ?? [];
}

/** The list that is a whole answer has its elements in the root. */
function elementsOf(mapper: Mapper, value: unknown, place: string): unknown {
  const { xmlElementName } = mapper;
  if (place !== "" || xmlElementName === undefined || typeof value !== "object" || value === null)
    return value;
  return Array.isArray(value) ? value : (value as Readonly<Record<string, unknown>>)[xmlElementName];
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === "") return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}
