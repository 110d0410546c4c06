import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createAttachmentBodySchema,
  describeAttachmentBodySchema,
  limits,
} from "@/shared/contracts/generated";
import { altLeft, altOf, altText, cleanName, fileAddress } from "@/shared/lib/files";

describe("names of files", () => {
  it.each([
    ["photo.jpg", "photo.jpg"],
    ["C:\\Users\\me\\photo.jpg", "photo.jpg"],
    ["../../etc/passwd", "passwd"],
    ["invoice\u202efdp.exe", "invoicefdp.exe"],
    ["", "file"],
    ["folder/", "file"],
  ])("%j becomes %j", (name, clean) => {
    expect(cleanName(name)).toBe(clean);
  });

  it("keep their ending when they are cut", () => {
    expect(cleanName(`${"x".repeat(300)}.tar`)).toMatch(/^x+\.tar$/);
  });

  it("are taken by the contract, whatever they were", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 230 }), (name) => {
        const body = { name: cleanName(name), size: 1 };
        expect(createAttachmentBodySchema.safeParse(body).success).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

it("says where the file of a message is", () => {
  const of = { chat: "a-chat", message: 7, file: "a-file" };
  const address = "/api/chats/a-chat/attachments/a-file/thumb?message=7";
  expect(fileAddress(of, "thumb")).toBe(address);
});

describe("what an image shows", () => {
  it("is its author's words, or else its name", () => {
    expect(altOf({ name: "lake.png", alt: null })).toBe("Image: lake.png");
    expect(altOf({ name: "lake.png", alt: "A lake" })).toBe("A lake");
  });

  it("is one line, or nothing", () => {
    expect(altText(" A boat\n\tand\u0000 a lake ")).toBe("A boat and a lake");
    expect(altText(" \n")).toBeNull();
  });

  it("is counted as the contract counts it", () => {
    expect(altLeft(` ${"😀".repeat(limits.altChars)} `)).toBe(0);
    expect(altLeft("x".repeat(limits.altChars + 3))).toBe(-3);
  });

  it("is taken by the contract, whatever was typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (typed) => {
        const body = { alt: altText(typed) };
        expect(describeAttachmentBodySchema.safeParse(body).success).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
