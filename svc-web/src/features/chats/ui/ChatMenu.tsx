import {
  Archive,
  ArchiveRestore,
  Bell,
  BellOff,
  Mail,
  MailOpen,
  MoreVertical,
  Pin,
  PinOff,
} from "lucide-react";
import type { ReactNode } from "react";
import { useChangeOwn } from "@/features/chats/api/own";
import { isArchived, isMuted, MUTES } from "@/features/chats/model/own";
import type { ChatView, OwnChatBody } from "@/shared/contracts/generated";
import { IconButton } from "@/shared/ui/Button";
import { Menu, MenuItem } from "@/shared/ui/Menu";

type ChatMenuProps = { chat: ChatView; now: number; onMarked: () => void };

/** What one can do with a chat for oneself. `onMarked`: it was marked as unread, so it should be left. */
export function ChatMenu({ chat, now, onMarked }: ChatMenuProps): ReactNode {
  const { mutate } = useChangeOwn();
  const change = (wanted: OwnChatBody): void => mutate({ chat: chat.chat, change: wanted });
  const muted = isMuted(chat, now);
  const archived = isArchived(chat, now);
  const pinned = chat.own?.pinned_at != null;
  const marked = chat.own?.marked_unread === true;
  return (
    <Menu
      trigger={
        <IconButton label="More about this chat">
          <MoreVertical size={20} strokeWidth={1.75} />
        </IconButton>
      }
    >
      <MenuItem icon={pinned ? PinOff : Pin} onSelect={() => change({ pinned: !pinned })}>
        {pinned ? "Unpin" : "Pin to the top"}
      </MenuItem>
      <MenuItem
        icon={marked ? MailOpen : Mail}
        onSelect={() => {
          change({ marked_unread: !marked });
          if (!marked) onMarked();
        }}
      >
        {marked ? "Mark as read" : "Mark as unread"}
      </MenuItem>
      <MenuItem
        icon={archived ? ArchiveRestore : Archive}
        onSelect={() => change({ archived: !archived })}
      >
        {archived ? "Back to the list" : "Archive"}
      </MenuItem>
      {muted ? (
        <MenuItem icon={Bell} onSelect={() => change({ muted_until: 0 })}>
          Unmute
        </MenuItem>
      ) : (
        MUTES.map(({ words, until }) => (
          <MenuItem
            key={words}
            icon={BellOff}
            onSelect={() => change({ muted_until: until(Date.now()) })}
          >
            {`Mute: ${words.toLowerCase()}`}
          </MenuItem>
        ))
      )}
    </Menu>
  );
}
