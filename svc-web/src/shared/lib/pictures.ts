import { endpoints } from "@/shared/contracts/generated";
import { addressOf, content } from "@/shared/lib/rest";

export type PictureOf = { person: string } | { chat: string };

type Sides = "original" | "thumb";

/** From this size on (CSS pixels) the small one would be coarse. */
const LARGE = 64;

const asked = (of: PictureOf, picture: string, variant: Sides) => ({
  path: { ...of, picture, variant },
});

export const variantFor = (size: number): Sides => (size >= LARGE ? "original" : "thumb");

/** Where a picture is. It has another address when it changes, so a browser keeps it. */
export function pictureAddress(of: PictureOf, picture: string, variant: Sides): string {
  const given = asked(of, picture, variant);
  return "person" in of
    ? addressOf(endpoints.personPicture, given)
    : addressOf(endpoints.chatPicture, given);
}

/** Loads it with the care of any other request, after a browser couldn't; then the browser has it. Throws RestError. */
export async function loadPicture(of: PictureOf, picture: string, variant: Sides): Promise<void> {
  const given = asked(of, picture, variant);
  await ("person" in of
    ? content(endpoints.personPicture, given)
    : content(endpoints.chatPicture, given));
}
