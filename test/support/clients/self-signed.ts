import { createServer } from 'node:https';
import { type AddressInfo } from 'node:net';

/** A certificate for 127.0.0.1 that nobody signed but itself, and its key. It protects nothing. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLgJg2CMOzdzCnHoK
beOcnvb4wjexUVkHO19RsPUMCzKhRANCAAQWuQmPYspHVKVGebjnvZOxkhCG6Htg
SuxrcrOuR5OSmdIpsCVZutZOoW4ZJm3rSQE+h79E1k6FnMnWVJI4fMdH
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBmTCCAT6gAwIBAgIUTceuTR9y4VK8DUYNfeki3aD7coowCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNdXBzdHJlYW0udGVzdDAgFw0yNjExMjcyMjQ5MzJaGA8yMTI2
MTEwMzIyNDkzMlowGDEWMBQGA1UEAwwNdXBzdHJlYW0udGVzdDBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABBa5CY9iykdUpUZ5uOe9k7GSEIboe2BK7Gtys65Hk5KZ
0imwJVm61k6hbhkmbetJAT6Hv0TWToWcydZUkjh8x0ejZDBiMB0GA1UdDgQWBBRc
QcxAlyVu1sP+zyqtAhN+ems+/DAfBgNVHSMEGDAWgBRcQcxAlyVu1sP+zyqtAhN+
ems+/DAPBgNVHRMBAf8EBTADAQH/MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0E
AwIDSQAwRgIhAOfIcdnhuUYTiEOtQutRuwn1qH114AM/V52p0VTIiV0XAiEAzDIc
L5kXdXRy8zNhpJmP6CO3ytIMC6k7Jvie1Av9Yyc=
-----END CERTIFICATE-----`;

/** An HTTPS server that no client trusts. */
export interface SelfSignedServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the server. It fails the test if a request reaches it. */
export async function startSelfSigned(): Promise<SelfSignedServer> {
  const server = createServer({ key, cert }, () => {
    throw new Error('A request was sent to a server that is not trusted.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  };
}
