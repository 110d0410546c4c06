import { describe, expect, it } from "vitest";
import { actsFor } from "@/features/admin/model/acts";
import { deedOf, marksOf, stateOf } from "@/features/admin/model/words";
import type { AuditEntry, InvitationView, ManagedPerson } from "@/shared/contracts/generated";

const ME = "aaaaaaaa-0000-4000-8000-000000000001";
const person = (more: Partial<ManagedPerson> = {}): ManagedPerson => ({
  person: "bbbbbbbb-0000-4000-8000-000000000001",
  username: "eve",
  name: "Eve",
  email: "eve@example.org",
  role: "none",
  verified: true,
  bot: false,
  owner: null,
  second_factor: false,
  passkeys: 0,
  sessions: 0,
  made_at: 0,
  seen_at: null,
  deactivated_at: null,
  erase_at: null,
  ...more,
});

describe("what can be done with somebody", () => {
  it.each<[string, Partial<ManagedPerson>, string[]]>([
    ["anybody", {}, ["grant", "lock", "erase"]],
    ["with a device", { sessions: 1 }, ["reset", "grant", "lock", "erase"]],
    ["who is locked", { deactivated_at: 5 }, ["unlock", "erase"]],
    ["an administrator", { role: "granted" }, ["take", "lock", "erase"]],
    ["who is going", { erase_at: 5 }, ["grant", "lock", "keep"]],
    ["one of the settings", { role: "settings" }, []],
    ["oneself", { person: ME, role: "granted" }, ["take", "erase"]],
    ["a bot", { bot: true, sessions: 1 }, ["lock"]],
    ["unproved", { verified: false }, ["lock"]],
  ])("%s", (_, more, acts) => {
    expect(actsFor(person(more), ME)).toEqual(acts);
  });
});

describe("words", () => {
  it("say what somebody is", () => {
    expect(marksOf(person())).toEqual([]);
    const all = { deactivated_at: 1, second_factor: true, passkeys: 2, verified: false };
    expect(marksOf(person({ ...all, bot: true, owner: "ann" }))).toEqual([
      "Locked",
      "Bot of @ann",
      "Address not proved",
      "Two-step verification",
      "2 passkeys",
    ]);
  });

  it("say what was done, also by a command", () => {
    const entry: AuditEntry = {
      number: 1,
      at: 0,
      by: "",
      action: "role.granted",
      subject: "ann",
      address: "",
    };
    expect(deedOf(entry)).toEqual({
      by: "A command",
      did: "made an administrator of",
      whom: "@ann",
    });
    const made = { ...entry, by: "ann", action: "invitation.made" as const, subject: "Team" };
    expect(deedOf(made)).toEqual({ by: "@ann", did: "made the invitation", whom: "“Team”" });
  });
});

describe("an invitation", () => {
  const one: InvitationView = {
    invitation: ME,
    label: "",
    by: "ann",
    made_at: 0,
    expires_at: 100,
    most: 2,
    uses: 1,
    revoked_at: null,
  };
  it("is good until it isn’t", () => {
    expect(stateOf(one, 99)).toBe("good");
    expect(stateOf(one, 100)).toBe("expired");
    expect(stateOf({ ...one, uses: 2 }, 100)).toBe("used up");
    expect(stateOf({ ...one, uses: 2, revoked_at: 1 }, 100)).toBe("revoked");
  });
});
