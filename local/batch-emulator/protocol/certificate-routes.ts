// Certificates in the data plane, for versions that have them. Source: "Certificate" of the REST reference.
import { z } from "zod";
import { caseless } from "../schema/values.ts";
import { notFound } from "../service/account/fault.ts";
import {
  addCertificate,
  cancelDeletion,
  deleteCertificate,
  findCertificate,
} from "../service/certificates/certificates.ts";
import type { Certificate } from "../service/entities/model.ts";
import { isBefore, since } from "./api-versions.ts";
import { bodyOf } from "./bodies.ts";
import { renderer, time, value } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { listReply, pageStart } from "./listing.ts";
import { empty, json, param } from "./wire.ts";
import type { Call, Handler, Route } from "./wire.ts";

const base = "/certificates";
/** One segment of a path, with two parameters in it. */
const one = `${base}(thumbprintAlgorithm={algorithm},thumbprint={thumbprint})`;

const CertificateBody = z.strictObject({
  thumbprint: z.string(),
  thumbprintAlgorithm: z.string(),
  data: z.string(),
  certificateFormat: caseless("pfx", "cer").default("pfx"),
  password: z.string().optional(),
});

const path = ({ algorithm, thumbprint }: Certificate) =>
  `${base}(thumbprintAlgorithm=${algorithm},thumbprint=${thumbprint})`;

const fields: FieldTable<Certificate> = {
  thumbprint: value((certificate) => certificate.thumbprint),
  thumbprintAlgorithm: value((certificate) => certificate.algorithm),
  url: value((certificate, { baseUrl }) => `${baseUrl}${path(certificate)}`),
  state: value(() => "active"),
  stateTransitionTime: time((certificate) => certificate.createdAt),
  publicData: value((certificate) => certificate.publicData),
};

const certificateOf = (call: Call) =>
  findCertificate(call.account, param(call, "algorithm"), param(call, "thumbprint"));

const route = (operation: string, method: string, path: string, handle: Handler): Route => ({
  operation,
  method,
  path,
  handle(call) {
    if (!isBefore(call.version, since.noCertificates)) throw notFound("Resource");
    return handle(call);
  },
});

export const certificateRoutes: readonly Route[] = [
  route("Certificate_Add", "POST", base, (call) => {
    const {
      certificateFormat: format,
      thumbprintAlgorithm: algorithm,
      ...body
    } = bodyOf(call, CertificateBody);
    const added = addCertificate(call.account, { ...body, format, algorithm });
    const location = `${call.request.baseUrl}${path(added)}`;
    return empty(201, { location, dataserviceid: location });
  }),
  route("Certificate_List", "GET", base, (call) =>
    listReply(call, "certificates", call.account.certificates.after(pageStart(call)), fields),
  ),
  route("Certificate_Get", "GET", one, (call) => json(200, renderer(call, fields)(certificateOf(call)))),
  route("Certificate_Delete", "DELETE", one, (call) => {
    deleteCertificate(call.account, certificateOf(call));
    return empty(202);
  }),
  route("Certificate_CancelDeletion", "POST", `${one}/canceldelete`, (call) =>
    cancelDeletion(certificateOf(call)),
  ),
];
