// Certificates in the management plane, for versions that have them. Source: Microsoft.Batch batchAccounts/certificates.
import { z } from "zod";
import { caseless } from "../schema/values.ts";
import { invalidProperty, notFound } from "../service/account/fault.ts";
import { deleteCertificate, findCertificate, putCertificate } from "../service/certificates/certificates.ts";
import type { Certificate } from "../service/entities/model.ts";
import { isBefore, since } from "./api-versions.ts";
import { accountId, armEtag } from "./arm-pool-fields.ts";
import { accountPath, armJson, armRoute } from "./arm-routes.ts";
import { bodyOf } from "./bodies.ts";
import { isoTime } from "./fields.ts";
import { nextLink, pageSize, pageStart } from "./listing.ts";
import { empty, param } from "./wire.ts";
import type { Call, Handler, Route } from "./wire.ts";

const base = `${accountPath}/certificates`;
const one = `${base}/{certificate}`;

const Body = z.looseObject({
  properties: z.looseObject({
    data: z.string(),
    password: z.string().optional(),
    format: caseless("pfx", "cer").default("pfx"),
    thumbprint: z.string().optional(),
    thumbprintAlgorithm: z.string().optional(),
  }),
});

const shapeOf = (call: Call, certificate: Certificate) => ({
  id: `${accountId(call.account)}/certificates/${certificate.id}`,
  name: certificate.id,
  type: "Microsoft.Batch/batchAccounts/certificates",
  etag: armEtag(certificate.version),
  properties: {
    thumbprintAlgorithm: certificate.algorithm,
    thumbprint: certificate.thumbprint,
    format: certificate.format === "pfx" ? "Pfx" : "Cer",
    provisioningState: "Succeeded",
    provisioningStateTransitionTime: isoTime(certificate.createdAt),
    publicData: certificate.publicData,
  },
});

const reply = (call: Call, certificate: Certificate) =>
  armJson(200, shapeOf(call, certificate), { etag: armEtag(certificate.version) });

/** `SHA1-0a1b…` */
function nameOf(call: Call): readonly [algorithm: string, thumbprint: string] {
  const [, algorithm, thumbprint] = /^(\w+)-(\w+)$/.exec(param(call, "certificate")) ?? [];
  if (algorithm === undefined || thumbprint === undefined) throw notFound("Certificate");
  return [algorithm, thumbprint];
}

const certificateOf = (call: Call) => findCertificate(call.account, ...nameOf(call));

function put(call: Call) {
  const [algorithm, thumbprint] = nameOf(call);
  const { data, password, format, ...named } = bodyOf(call, Body).properties;
  for (const [name, given, own] of [
    ["properties.thumbprint", named.thumbprint, thumbprint],
    ["properties.thumbprintAlgorithm", named.thumbprintAlgorithm, algorithm],
  ] as const)
    if (given !== undefined && given.toLowerCase() !== own.toLowerCase())
      throw invalidProperty(name, given, "must be the one that the certificate is named by");
  return reply(call, putCertificate(call.account, { algorithm, thumbprint, data, password, format }));
}

function list(call: Call) {
  const size = pageSize(call);
  const found = [...call.account.certificates.after(pageStart(call))];
  const page = found.slice(0, size);
  return armJson(200, {
    value: page.map((certificate) => shapeOf(call, certificate)),
    ...(found.length > size ? { nextLink: nextLink(call, String(page.at(-1)?.row ?? 0)) } : {}),
  });
}

const route = (operation: string, method: string, path: string, handle: Handler): Route =>
  armRoute(operation, method, path, (call) => {
    if (!isBefore(call.version, since.noCertificates)) throw notFound("Resource");
    return handle(call);
  });

export const armCertificateRoutes: readonly Route[] = [
  route("ArmCertificate_List", "GET", base, list),
  route("ArmCertificate_Create", "PUT", one, put),
  route("ArmCertificate_Get", "GET", one, (call) => reply(call, certificateOf(call))),
  route("ArmCertificate_Update", "PATCH", one, (call) => {
    certificateOf(call);
    return put(call);
  }),
  route("ArmCertificate_Delete", "DELETE", one, (call) => {
    const found = call.account.certificates.get(param(call, "certificate").toLowerCase());
    if (found === undefined) return empty(204);
    deleteCertificate(call.account, found);
    return empty(200);
  }),
  // Here the service does not mind that there is none.
  route("ArmCertificate_CancelDeletion", "POST", `${one}/cancelDelete`, (call) =>
    reply(call, certificateOf(call)),
  ),
];
