// Makes a self-signed certificate for this machine.
import { generate } from "selfsigned";

const dayMs = 86_400_000;
const tenYearsMs = 10 * 365 * dayMs;

/** A key and a certificate for localhost and 127.0.0.1, in PEM; good for ten years from `now` (epoch milliseconds). */
export async function makeCertificate(now: number): Promise<{ key: string; cert: string }> {
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    keySize: 2048,
    algorithm: "sha256",
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + tenYearsMs),
    extensions: [
      { name: "basicConstraints", cA: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
