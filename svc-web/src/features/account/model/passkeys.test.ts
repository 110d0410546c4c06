import { describe, expect, it } from "vitest";
import {
  creationOptions,
  isNamed,
  passkeyWords,
  requestOptions,
  servedHere,
  useWords,
} from "@/features/account/model/passkeys";
import { RestError } from "@/shared/lib/rest";

const NOW = Date.UTC(2026, 5, 15, 12);
const view = { challenge: "c".repeat(43), rp_id: "nexync.test", expires_at: NOW + 300_000 };

describe("passkeys", () => {
  it("belong to a name and what is below it", () => {
    expect(servedHere("nexync.test", "nexync.test")).toBe(true);
    expect(servedHere("nexync.test", "chat.nexync.test")).toBe(true);
    expect(servedHere("nexync.test", "evilnexync.test")).toBe(false);
    expect(servedHere("chat.nexync.test", "nexync.test")).toBe(false);
  });

  it("need a name", () => {
    expect(["localhost", "chat.example.org"].every(isNamed)).toBe(true);
    expect(["127.0.0.1", "[::1]"].some(isNamed)).toBe(false);
  });

  it("always verify their owner, and are found without a name being typed", () => {
    const made = creationOptions(
      { ...view, user_handle: "AA", username: "ada", algorithms: [-7], known: [] },
      NOW,
    );
    expect(made.authenticatorSelection).toEqual({
      residentKey: "required",
      userVerification: "required",
    });
    const asked = requestOptions({ ...view, credentials: [] }, NOW);
    expect(asked.userVerification).toBe("required");
    expect(asked.timeout).toBe(300_000);
    expect(requestOptions({ ...view, credentials: [] }, NOW + 400_000).timeout).toBe(0);
  });

  it("say when they were made and used", () => {
    const one = { id: "x", name: "x", synced: false, created_at: NOW - 86_400_000, used_at: null };
    expect(useWords(one, NOW)).toBe("Added yesterday · not used yet");
    expect(useWords({ ...one, used_at: NOW - 60_000 }, NOW)).toMatch(/^Added yesterday · used \S/);
  });

  it("fail with words for each reason", () => {
    const named = (name: string): Error => Object.assign(new Error("x"), { name });
    expect(passkeyWords(named("NotAllowedError"))).toContain("No passkey was used");
    expect(passkeyWords(named("InvalidStateError"))).toContain("already");
    expect(passkeyWords(named("SecurityError"))).toContain("address");
    expect(passkeyWords(named("Other"))).toContain("could not do it");
    expect(passkeyWords(new RestError("login_over"))).toContain("too long");
    expect(passkeyWords(new RestError("passkey_refused"))).toContain("not accepted");
  });
});
