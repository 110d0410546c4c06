import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OwnChatView } from "@/shared/contracts/generated";
import type { Draft, Telling } from "@/shared/lib/draft";
import { Drafts } from "@/shared/lib/drafts";
import { RestError } from "@/shared/lib/rest";

const CHAT = "a";

/** A device and a server that keeps what it is told. */
class World {
  readonly shelf = new Map<string, Draft>();
  readonly told: (string | number)[] = [];
  fails: RestError | null = null;
  own: OwnChatView = {
    chat: CHAT,
    version: 0,
    muted_until: 0,
    archived_n: null,
    marked_unread: false,
    pinned_at: null,
    draft: null,
    draft_ended: 0,
  };

  device(): Drafts {
    const shelf = {
      all: () => Promise.resolve(new Map(this.shelf)),
      keep: (chat: string, draft: Draft) => {
        this.shelf.set(chat, draft);
        return Promise.resolve();
      },
    };
    return new Drafts(shelf, (_chat, telling) => this.#hear(telling), Date.now);
  }

  async #hear(telling: Telling): Promise<OwnChatView> {
    this.told.push(telling.kind === "end" ? telling.began : telling.draft.text);
    await Promise.resolve();
    if (this.fails !== null) throw this.fails;
    const version = this.own.version + 1;
    if (telling.kind === "end") {
      this.own = { ...this.own, version, draft: null, draft_ended: telling.began };
    } else {
      const { text, replyTo, began, at } = telling.draft;
      this.own = { ...this.own, version, draft: { text, reply_to: replyTo, began, at } };
    }
    return this.own;
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the keeper of drafts", () => {
  it("tells the server a second after the last key, once", async () => {
    const world = new World();
    const drafts = world.device();
    for (const text of ["h", "he", "hey"]) {
      drafts.write(CHAT, text, null);
      await vi.advanceTimersByTimeAsync(900);
    }
    expect(world.told).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(world.told).toEqual(["hey"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.told).toEqual(["hey"]);
  });

  it("waits no longer when the composer is left", async () => {
    const world = new World();
    const drafts = world.device();
    await vi.advanceTimersByTimeAsync(0);
    drafts.write(CHAT, "hey", 4);
    drafts.flush(CHAT);
    await vi.advanceTimersByTimeAsync(0);
    expect(world.told).toEqual(["hey"]);
    expect(world.shelf.get(CHAT)).toMatchObject({ text: "hey", replyTo: 4 });
  });

  it("tells nothing of what is sent within the second, and ends what it told", async () => {
    const world = new World();
    const drafts = world.device();
    drafts.write(CHAT, "quick", null);
    drafts.sent(CHAT);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(world.told).toEqual([]);
    drafts.write(CHAT, "slow", null);
    await vi.advanceTimersByTimeAsync(1_000);
    const { began } = drafts.of(CHAT);
    drafts.sent(CHAT);
    await vi.advanceTimersByTimeAsync(0);
    expect(world.told).toEqual(["slow", began]);
  });

  it("ends what was sent while it was on its way to the server", async () => {
    const world = new World();
    const drafts = world.device();
    await vi.advanceTimersByTimeAsync(0);
    drafts.write(CHAT, "hey", null);
    const { began } = drafts.of(CHAT);
    drafts.flush(CHAT);
    drafts.sent(CHAT);
    await vi.advanceTimersByTimeAsync(0);
    expect(world.told).toEqual(["hey", began]);
    expect(world.own.draft).toBeNull();
    expect(drafts.of(CHAT).text).toBe("");
  });

  it("ends what the server may have taken, though no answer came", async () => {
    const world = new World();
    world.fails = new RestError("offline");
    const drafts = world.device();
    await vi.advanceTimersByTimeAsync(0);
    drafts.write(CHAT, "hey", null);
    const { began } = drafts.of(CHAT);
    drafts.flush(CHAT);
    await vi.advanceTimersByTimeAsync(0);
    world.fails = null;
    drafts.sent(CHAT);
    await vi.advanceTimersByTimeAsync(0);
    expect(world.told).toEqual(["hey", began]);
  });

  it("keeps what it can't tell, over a reload too", async () => {
    const world = new World();
    world.fails = new RestError("offline");
    const drafts = world.device();
    drafts.write(CHAT, "on a train", null);
    await vi.advanceTimersByTimeAsync(2_000);
    drafts.close();
    world.fails = null;
    const later = world.device();
    await vi.advanceTimersByTimeAsync(0);
    expect(later.of(CHAT).text).toBe("on a train");
    expect(world.own.draft?.text).toBe("on a train");
  });

  it("tells again by itself after a failure, but not what was refused", async () => {
    const world = new World();
    world.fails = new RestError("unavailable");
    const drafts = world.device();
    drafts.write(CHAT, "hey", null);
    await vi.advanceTimersByTimeAsync(16_000);
    expect(world.told).toEqual(["hey", "hey"]);
    world.fails = new RestError("not_found");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.told).toEqual(["hey", "hey", "hey"]);
    expect(drafts.of(CHAT).text).toBe("hey");
  });

  it("shows what another device wrote, and no older answer", async () => {
    const world = new World();
    const drafts = world.device();
    const draft = { text: "from the phone", reply_to: null, began: 500, at: 600 };
    drafts.take({ ...world.own, version: 2, draft });
    await vi.advanceTimersByTimeAsync(0);
    expect(drafts.of(CHAT).text).toBe("from the phone");
    drafts.take({ ...world.own, version: 3, draft_ended: 500 });
    drafts.take({ ...world.own, version: 2, draft });
    expect(drafts.of(CHAT).text).toBe("");
    expect(world.told).toEqual([]);
  });
});
