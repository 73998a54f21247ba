// Certificates of accounts, which the service retired in 2024: there are none, and every question about one is answered so. Adding
// one is refused (see the operations table). Source: "Certificate" of the REST reference, Microsoft.Batch certificates.
import { notFound } from "../service/account/fault.ts";
import { accountPath, armJson, armRoute } from "./arm-routes.ts";
import { empty, json } from "./wire.ts";
import type { Handler, Route } from "./wire.ts";

/** One segment of a path, with two parameters in it. */
const one = "/certificates(thumbprintAlgorithm={algorithm},thumbprint={thumbprint})";
const managed = `${accountPath}/certificates`;

const missing: Handler = () => {
  throw notFound("Certificate");
};

export const certificateRoutes: readonly Route[] = [
  {
    operation: "Certificate_List",
    method: "GET",
    path: "/certificates",
    handle: ({ request }) =>
      json(200, { "odata.metadata": `${request.baseUrl}/$metadata#certificates`, value: [] }),
  },
  { operation: "Certificate_Get", method: "GET", path: one, handle: missing },
  { operation: "Certificate_Delete", method: "DELETE", path: one, handle: missing },
  { operation: "Certificate_CancelDeletion", method: "POST", path: `${one}/canceldelete`, handle: missing },
];

export const armCertificateRoutes: readonly Route[] = [
  armRoute("ArmCertificate_List", "GET", managed, () => armJson(200, { value: [] })),
  armRoute("ArmCertificate_Get", "GET", `${managed}/{certificate}`, missing),
  armRoute("ArmCertificate_Update", "PATCH", `${managed}/{certificate}`, missing),
  armRoute("ArmCertificate_Delete", "DELETE", `${managed}/{certificate}`, () => empty(204)),
  armRoute("ArmCertificate_CancelDeletion", "POST", `${managed}/{certificate}/cancelDelete`, missing),
];
