import type {
  AuditEntry,
  InvitationView,
  ManagedPerson,
  ReportView,
} from "../src/shared/contracts/generated";
import { NOW, ok, problem, type Answer, type Asked, type Pretence } from "./pretence";
import { uuid } from "./pretendPeople";

/** What an administrator of the pictures sees. */

const HOUR = 3_600_000;

function managedOf(): ManagedPerson[] {
  const one = (index: number, name: string, more: Partial<ManagedPerson>): ManagedPerson => {
    const username = name.toLowerCase().split(" ")[0] ?? "x";
    return {
      person: uuid("b", index),
      username,
      name,
      email: `${username}@example.org`,
      role: "none",
      verified: true,
      bot: false,
      owner: null,
      second_factor: false,
      passkeys: 0,
      sessions: 1,
      made_at: NOW - 900 * HOUR,
      seen_at: NOW - (index + 1) * 7 * HOUR,
      deactivated_at: null,
      erase_at: null,
      ...more,
    };
  };
  return [
    one(2, "Aiko Tanaka", { role: "granted", second_factor: true }),
    one(20, "Build", { username: "build-bot", bot: true, owner: "jonas", seen_at: NOW - HOUR }),
    one(21, "Elin", { role: "settings", passkeys: 2, second_factor: true, seen_at: NOW }),
    one(1, "Jonas Weber", {}),
    one(0, "Mara Lindqvist", { deactivated_at: NOW - 3 * HOUR, sessions: 0 }),
    one(22, "Oskar von und zu Hohenberg-Wolkenstein", {
      verified: false,
      sessions: 0,
      seen_at: null,
      email: "oskar.von.und.zu.hohenberg-wolkenstein@a-rather-long-domain.example.org",
    }),
  ];
}

function invitationsOf(): InvitationView[] {
  const one = (index: number, more: Partial<InvitationView>): InvitationView => ({
    invitation: uuid("e", index),
    label: "",
    by: "elin",
    made_at: NOW - index * 30 * HOUR,
    expires_at: NOW + 150 * HOUR,
    most: 1,
    uses: 0,
    revoked_at: null,
    ...more,
  });
  return [
    one(1, { label: "The new team in Lyon", most: 10, uses: 4 }),
    one(2, {}),
    one(3, { label: "Sam, for the workshop", uses: 1 }),
    one(4, { label: "Spring", most: 100, uses: 12, expires_at: NOW - HOUR }),
  ];
}

function entriesOf(): AuditEntry[] {
  const one = (number: number, more: Partial<AuditEntry>): AuditEntry => ({
    number,
    at: NOW - (9 - number) * 11 * HOUR,
    by: "elin",
    action: "person.deactivated",
    subject: "mara",
    address: "203.0.113.7",
    ...more,
  });
  return [
    one(8, {}),
    one(7, { action: "invitation.made", subject: "The new team in Lyon" }),
    one(6, {
      by: "aiko",
      action: "person.factors_reset",
      subject: "jonas",
      address: "2001:db8::7",
    }),
    one(5, { action: "role.granted", subject: "aiko" }),
    one(4, { by: "", action: "role.granted", subject: "elin", address: "" }),
  ];
}

const MADE_TOKEN = "moss-lantern_".padEnd(43, "7Qa");

function reportsOf(): ReportView[] {
  const one = (index: number, more: Partial<ReportView>): ReportView => ({
    report: uuid("f", index),
    reported_at: NOW - (9 - index) * 5 * HOUR,
    reason: "spam",
    comment: "",
    reporter: "jonas",
    person: uuid("b", 0),
    username: "mara",
    chat: uuid("c", 1),
    seq: 12,
    said: "Win a moss lantern today: https://moss.test/win",
    said_at: NOW - 60 * HOUR,
    of_person: 3,
    ...more,
  });
  const none = { chat: null, seq: null, said: null, said_at: null };
  return [
    one(1, {}),
    one(2, {
      reason: "abuse",
      said: "You never do anything right.\nNobody here wants you.",
      comment: "This goes on for weeks.",
      reporter: "aiko",
      of_person: 1,
    }),
    one(3, { ...none, reason: "impersonation", username: null, comment: "Not the real Lea." }),
  ];
}

export function answerAdmin({ path, method, query }: Asked, how: Pretence): Answer | null {
  const busy = how.admin === "busy";
  if (path.endsWith("/deactivation")) return problem(403, "wrong_password");
  switch (path) {
    case "/api/auth/role":
      return ok({ admin: how.admin !== undefined });
    case "/api/auth/admin/people": {
      const q = query.get("q") ?? "";
      const found = managedOf().filter(({ name }) => name.toLowerCase().includes(q));
      return ok({ people: found, next: q === "" ? "oskar" : null });
    }
    case "/api/auth/admin/invitations":
      if (method === "POST") return ok({ invitation: invitationsOf()[1], token: MADE_TOKEN }, 201);
      return ok({ invitations: busy ? invitationsOf() : [] });
    case "/api/auth/admin/audit-log":
      return ok({ entries: busy ? entriesOf() : [], next: null });
    case "/api/admin/reports":
      return ok({ reports: busy ? reportsOf() : [], waiting: busy ? 57 : 0 });
    default:
      return null;
  }
}
