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
import { Menu, MenuGroup, MenuItem } from "@/shared/ui/Menu";

type ChatMenuProps = {
  chat: ChatView;
  now: number;
  label: string;
  /** The look of a trigger without a tip, for a row of a list. */
  className?: string | undefined;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** It was marked as unread, so it should be left. */
  onMarked?: () => void;
};

/** What one can do with a chat for oneself. */
export function ChatMenu(props: ChatMenuProps): ReactNode {
  const { chat, now, label, className, onMarked, ...controlled } = props;
  const { mutate } = useChangeOwn();
  const change = (wanted: OwnChatBody): void => mutate({ chat: chat.chat, change: wanted });
  const muted = isMuted(chat, now);
  const archived = isArchived(chat, now);
  const pinned = chat.own?.pinned_at != null;
  const marked = chat.own?.marked_unread === true;
  return (
    <Menu
      trigger={
        className === undefined ? (
          <IconButton label={label}>
            <MoreVertical size={20} strokeWidth={1.75} />
          </IconButton>
        ) : (
          <button type="button" aria-label={label} className={className}>
            <MoreVertical size={18} strokeWidth={1.75} />
          </button>
        )
      }
      {...controlled}
    >
      <MenuItem icon={pinned ? PinOff : Pin} onSelect={() => change({ pinned: !pinned })}>
        {pinned ? "Unpin" : "Pin to the top"}
      </MenuItem>
      <MenuItem
        icon={marked ? MailOpen : Mail}
        onSelect={() => {
          change({ marked_unread: !marked });
          if (!marked) onMarked?.();
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
        <MenuGroup label="Mute">
          {MUTES.map(({ words, until }) => (
            <MenuItem
              key={words}
              icon={BellOff}
              onSelect={() => change({ muted_until: until(Date.now()) })}
            >
              {words}
            </MenuItem>
          ))}
        </MenuGroup>
      )}
    </Menu>
  );
}
