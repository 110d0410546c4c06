import { describe, expect, it } from "vitest";
import { added, became, carried, progress, without } from "@/features/conversation/model/uploads";
import { limits, type Attachment } from "@/shared/contracts/generated";

const file = (key: string, size = 10) => {
  const about = { key, name: `${key}.txt`, size, image: false };
  return { ...about, width: null, height: null, blur: null, alt: null };
};

const ATTACHMENT: Attachment = {
  id: "0e000000-0000-4000-8000-000000000001",
  kind: "file",
  name: "a.txt",
  type: "application/octet-stream",
  size: 10,
  width: null,
  height: null,
  blur: null,
  animated: false,
  alt: null,
};

describe("uploads", () => {
  it("are as many as a message may have", () => {
    const many = Array.from({ length: limits.messageAttachments + 3 }, (_, at) => file(`${at}`));
    expect(added(added([], [file("a")]), many)).toHaveLength(limits.messageAttachments);
  });

  it("say why one isn't taken, and keep the message back until it is removed", () => {
    const uploads = added([], [file("a", limits.attachmentBytes + 1), file("b", 0)]);
    expect(uploads.map(({ status }) => status.kind)).toEqual(["failed", "failed"]);
    expect(carried(uploads)).toBeNull();
    expect(carried(without(uploads, ["a", "b"]))).toEqual([]);
  });

  it("are carried when all are ready, in their order", () => {
    let uploads = added([], [file("a"), file("b")]);
    uploads = became(uploads, "b", { kind: "ready", attachment: { ...ATTACHMENT, id: "b" } });
    expect(carried(uploads)).toBeNull();
    uploads = became(uploads, "a", { kind: "ready", attachment: { ...ATTACHMENT, id: "a" } });
    expect(carried(uploads)?.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("tell how far they are", () => {
    const [one] = became(added([], [file("a")]), "a", { kind: "waiting", sent: 5 });
    expect(one && progress(one)).toBe(0.5);
  });
});
