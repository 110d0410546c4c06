import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

const KID = "one";
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** An issuer of OpenID Connect on this machine, which says of everybody who comes that it is this person. */
export class Issuer {
  address = "";
  readonly #server: Server;
  readonly #keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  readonly #codes = new Map<string, URLSearchParams>();

  constructor(
    readonly client: string,
    readonly person: Record<string, unknown>,
  ) {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body, location }) => {
        response.writeHead(status, {
          "Content-Type": "application/json",
          ...(location === undefined ? {} : { Location: location }),
        });
        response.end(JSON.stringify(body ?? {}));
      });
    });
  }

  /** Another host than the page's, so that the way back is from another site. */
  async start(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    this.address = `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(
    request: IncomingMessage,
  ): Promise<{ status: number; body?: unknown; location?: string }> {
    const url = new URL(request.url ?? "/", this.address);
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return {
          status: 200,
          body: {
            issuer: this.address,
            authorization_endpoint: `${this.address}/authorize`,
            token_endpoint: `${this.address}/token`,
            jwks_uri: `${this.address}/jwks`,
          },
        };
      case "/jwks":
        return { status: 200, body: { keys: [this.#jwk()] } };
      case "/authorize": {
        const code = randomUUID();
        this.#codes.set(code, url.searchParams);
        const back = new URL(url.searchParams.get("redirect_uri") ?? "");
        back.searchParams.set("code", code);
        back.searchParams.set("state", url.searchParams.get("state") ?? "");
        return { status: 302, location: back.href };
      }
      case "/token":
        return this.#redeem(new URLSearchParams(await text(request)));
      default:
        return { status: 404 };
    }
  }

  #redeem(form: URLSearchParams): { status: number; body: unknown } {
    const asked = this.#codes.get(form.get("code") ?? "");
    const verifier = form.get("code_verifier") ?? "";
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (asked === undefined || asked.get("code_challenge") !== challenge) {
      return { status: 400, body: { error: "invalid_grant" } };
    }
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.address,
      aud: this.client,
      iat: now,
      exp: now + 300,
      nonce: asked.get("nonce"),
      ...this.person,
    };
    const signed = `${encode({ alg: "RS256", kid: KID })}.${encode(claims)}`;
    const signature = createSign("RSA-SHA256").update(signed).sign(this.#keys.privateKey);
    const token = `${signed}.${signature.toString("base64url")}`;
    return { status: 200, body: { access_token: "a", token_type: "Bearer", id_token: token } };
  }

  #jwk(): unknown {
    return { ...this.#keys.publicKey.export({ format: "jwk" }), kid: KID, use: "sig" };
  }
}

async function text(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
