import type { ReactNode } from "react";
import type { ChatView } from "@/shared/contracts/generated";
import { useIsDeleted, usePicture } from "@/shared/lib/names";
import { loadPicture, pictureAddress, variantFor } from "@/shared/lib/pictures";
import { Avatar } from "@/shared/ui/Avatar";

type Size = 20 | 28 | 36 | 44 | 72;

type PersonFaceProps = { person: string; name: string; size?: Size };

/** A person: their picture as far as it is known, or initials. */
export function PersonFace({ person, name, size = 44 }: PersonFaceProps): ReactNode {
  const picture = usePicture(person);
  const nobody = useIsDeleted(person);
  const variant = variantFor(size);
  const again = picture === null ? undefined : () => loadPicture({ person }, picture, variant);
  const address = picture === null ? null : pictureAddress({ person }, picture, variant);
  return (
    <Avatar id={person} name={name} size={size} picture={address} onLost={again} nobody={nobody} />
  );
}

type GroupFaceProps = { chat: string; name: string; picture: string | null; size?: Size };

/** A group: its picture, for who is in it. */
function GroupFace({ chat, name, picture, size = 44 }: GroupFaceProps): ReactNode {
  const variant = variantFor(size);
  const again = picture === null ? undefined : () => loadPicture({ chat }, picture, variant);
  const address = picture === null ? null : pictureAddress({ chat }, picture, variant);
  return <Avatar id={chat} name={name} size={size} group picture={address} onLost={again} />;
}

type ChatFaceProps = {
  chat: Pick<ChatView, "chat" | "partner" | "picture" | "role">;
  name: string;
  size?: Size;
};

/** The face of a chat: whom one talks with, or the group. */
export function ChatFace({ chat, name, size = 44 }: ChatFaceProps): ReactNode {
  if (chat.partner !== null) {
    return <PersonFace person={chat.partner.person} name={name} size={size} />;
  }
  const picture = chat.role === null ? null : chat.picture;
  return <GroupFace chat={chat.chat} name={name} picture={picture} size={size} />;
}
