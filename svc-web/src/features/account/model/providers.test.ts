import { describe, expect, it } from "vitest";
import { canUnlink, problemWords, unlinked } from "@/features/account/model/providers";
import type { IdentityView, ProviderView } from "@/shared/contracts/generated";

const identity = (id: string, provider: string | null): IdentityView => ({
  id,
  provider,
  label: provider ?? "https://old.example.org",
  email: "ada@example.org",
  linked_at: 0,
});
const provider = (id: string): ProviderView => ({ id, kind: "oidc", label: id });

describe("the way back from a provider", () => {
  it("has words for what the server says", () => {
    expect(problemWords(null)).toBe(null);
    expect(problemWords("link_needed")).toContain("link it on the Security page");
    expect(problemWords("provider_away")).toContain("does not answer");
  });

  it("has words for what nobody knows, and shows nothing of it", () => {
    expect(problemWords("<b>evil</b>")).toBe("Something went wrong. Try again.");
  });
});

describe("a linked identity", () => {
  it("stays while nothing else opens the account", () => {
    const google = identity("1", "google");
    expect(canUnlink(google, [google], false)).toBe(false);
    expect(canUnlink(google, [google], true)).toBe(true);
    expect(canUnlink(google, [google, identity("2", "github")], false)).toBe(true);
  });

  it("is no way in once its provider is gone", () => {
    const google = identity("1", "google");
    expect(canUnlink(google, [google, identity("2", null)], false)).toBe(false);
  });

  it("is not offered again", () => {
    const offered = unlinked([provider("google"), provider("github")], [identity("1", "google")]);
    expect(offered.map(({ id }) => id)).toEqual(["github"]);
  });
});
