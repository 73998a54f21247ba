// The spelling of response headers. HTTP does not care, but clients do that look them up as the service writes them. Inside they
// are in lower case; those of Batch's own (`ocp-…`, `request-id`) are in lower case on the wire, too.

const spelled: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["Connection", "Content-Length", "Content-Type", "DataServiceId", "DataServiceVersion", "ETag"],
    ...["Last-Modified", "Location", "Retry-After", "Server", "X-Content-Type-Options"],
  ].map((name) => [name.toLowerCase(), name]),
);

export const asSpelled = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      Object.hasOwn(spelled, name) ? (spelled[name] ?? name) : name,
      value,
    ]),
  );
