import type { BotView } from "../src/shared/contracts/generated";
import { MINUTE, NOW, ok, problem, type Answer, type Asked, type Pretence } from "./pretence";
import { ME, uuid } from "./pretendPeople";

/** One's account: the ways in, and what its settings show. */

const SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const PASSKEYS = [
  {
    id: uuid("f", 1),
    name: "Chrome on macOS",
    synced: true,
    created_at: NOW - 40_000 * MINUTE,
    used_at: NOW - 90 * MINUTE,
  },
  {
    id: uuid("f", 2),
    name: "Security key on the key ring",
    synced: false,
    created_at: NOW - 3_000 * MINUTE,
    used_at: null,
  },
];
const CREATION = {
  challenge: "c".repeat(43),
  rp_id: "localhost",
  expires_at: NOW + 5 * MINUTE,
  user_handle: "AAAAAAAAQACAAAAAAAAAAQ",
  username: "elin",
  algorithms: [-7],
  known: [],
};
const ENROLMENT = {
  secret: SECRET,
  uri: `otpauth://totp/Nexync:elin?secret=${SECRET}&issuer=Nexync`,
  expires_at: NOW + 15 * MINUTE,
};
const FACTOR_ON = { available: true, on: true, since: NOW - 3_000 * MINUTE, recovery_left: 8 };
const BOTS: BotView[] = [
  ["build-bot", "Builds", 12],
  ["lunch-bot", "What’s for lunch", 1_500],
  ["old-bot", "Old one", null],
].map(([username, name, seen], index) => ({
  bot: uuid("f", index),
  username: String(username),
  name: String(name),
  made_at: NOW - 90_000 * MINUTE,
  token_at: seen === null ? null : NOW - 80_000 * MINUTE,
  seen_at: typeof seen === "number" ? NOW - seen * MINUTE : null,
}));
const RECOVERY_CODES = Array.from(
  { length: 10 },
  (_, index) => `k${index + 2 === 10 ? "p" : (index + 2) % 10}m9p-w7xq${"abcdefghjk"[index]}`,
);

const PROVIDERS = [
  { id: "google", kind: "oidc", label: "Google" },
  { id: "github", kind: "github", label: "GitHub" },
];
const IDENTITY = {
  id: uuid("e", 1),
  provider: "google",
  label: "Google",
  email: "elin@example.org",
  linked_at: NOW - 2 * 24 * 60 * MINUTE,
};

const WEB_PUSH = {
  api_key: "AIzaPretence",
  app_id: "1:123:web:abc",
  project_id: "pretence",
  sender_id: "123",
  vapid_key: "BPretence",
};

const SESSIONS = [
  ["Chrome on macOS", 1],
  ["Safari on iPhone", 75],
  ["Firefox on Linux", 1_700],
].map(([device, ago], index) => ({
  session: uuid("d", index),
  device,
  created_at: NOW - (Number(ago) + 4_000) * MINUTE,
  seen_at: NOW - Number(ago) * MINUTE,
  current: index === 0,
}));

/** The doors: who may come in, and what is answered to who tries. */
export function answerDoors({ path }: Asked, how: Pretence): Answer | null {
  switch (path) {
    case "/api/auth/session":
      if (how.account === "none") return problem(401, "unauthenticated");
      return ok({
        person: ME,
        username: "elin",
        session: uuid("d", 0),
        expires_at: NOW,
        setup: how.factor === "first",
      });
    case "/api/auth/refresh":
      return how.account === "none" ? problem(401, "unauthenticated") : problem(503, "unavailable");
    case "/api/auth/instance":
      return ok({
        registration: how.registration ?? "open",
        second_factor: how.factor === "first" ? "everyone" : "optional",
        domains: how.registration === "domains" ? ["example.org", "moss.test"] : [],
      });
    case "/api/auth/invitation":
      return problem(410, "invitation_over");
    case "/api/auth/register":
      return ok({ status: "accepted" }, 202);
    case "/api/auth/providers":
      return ok({ providers: how.providers ? PROVIDERS : [] });
    case "/api/auth/login":
      if (how.providers !== undefined) return problem(403, "password_change_needed");
      return how.factor === "on"
        ? problem(403, "second_factor")
        : problem(401, "wrong_credentials");
    case "/api/auth/login/code":
      return problem(400, "wrong_code");
    case "/api/auth/login/passkey/options":
      return problem(503, "passkey_unavailable");
    default:
      return null;
  }
}

/** The settings of an account. */
export function answerSettings({ path, method }: Asked, how: Pretence): Answer | null {
  switch (path) {
    case "/api/push": {
      const device = how.push === "on";
      return ok({ web: how.push ? WEB_PUSH : null, device, preview: device });
    }
    case "/api/auth/identities":
      return ok({
        identities: how.providers ? [IDENTITY] : [],
        password: how.providers !== "only",
      });
    case "/api/auth/factor":
      if (method !== "GET") return ok({ codes: RECOVERY_CODES });
      return ok(how.factor === "on" ? FACTOR_ON : { available: true, on: false });
    case "/api/auth/factor/enrolment":
      return ok(ENROLMENT);
    case "/api/auth/passkeys/options":
      return ok(CREATION);
    case "/api/auth/passkeys":
      if (method === "POST") return ok(PASSKEYS[0], 201);
      return ok({ rp_id: "localhost", passkeys: how.passkeys ? PASSKEYS : [] });
    case "/api/auth/erasure":
      return ok({
        erase_at: how.erasure === "asked" && method === "GET" ? NOW + 13 * 24 * 3_600_000 : null,
        days: 14,
        proof: { password: true, passkey: false, second_factor: false },
      });
    case "/api/auth/email":
      return method === "POST"
        ? ok({ status: "accepted" }, 202)
        : ok({ email: "elin@example.org" });
    case "/api/auth/email/code":
      return problem(400, "wrong_code");
    case "/api/auth/bots":
      return ok({ bots: how.account === "new" ? [] : BOTS });
    case "/api/auth/sessions":
      return ok({ sessions: SESSIONS });
    default:
      return null;
  }
}
