import { Ellipsis, Pencil, Reply, SmilePlus } from "lucide-react";
import { Popover } from "radix-ui";
import { useState, type ReactNode } from "react";
import type { MessageRow } from "@/features/conversation/model/rows";
import { EmojiPicker } from "@/features/conversation/ui/EmojiPicker";
import type { MessageActions } from "@/features/conversation/ui/Message";
import styles from "@/features/conversation/ui/MessageTools.module.css";
import { IconButton } from "@/shared/ui/Button";

type MessageToolsProps = {
  row: MessageRow;
  writable: boolean;
  /** The keyboard is in the message: only then Tab goes through them, else it would through those of all messages. */
  reached: boolean;
  actions: MessageActions;
};

/** What is done most, beside the message: shown on hover and while the keyboard is in it. */
export function MessageTools({ row, writable, reached, actions }: MessageToolsProps): ReactNode {
  const tabIndex = reached ? 0 : -1;
  const [picking, setPicking] = useState(false);
  return (
    <span className={styles["tools"]} data-open={picking} role="toolbar" aria-label="Actions">
      {writable ? (
        <>
          <Popover.Root open={picking} onOpenChange={setPicking}>
            <Popover.Trigger asChild>
              <IconButton label="React" side="top" className={styles["tool"]} tabIndex={tabIndex}>
                <SmilePlus size={18} strokeWidth={1.75} />
              </IconButton>
            </Popover.Trigger>
            <Popover.Portal>
              <Popover.Content
                side="top"
                sideOffset={6}
                collisionPadding={8}
                className={styles["picker"]}
                aria-label="Reactions"
              >
                <EmojiPicker
                  onPick={(emoji) => {
                    setPicking(false);
                    actions.onReact(row, emoji, true);
                  }}
                />
              </Popover.Content>
            </Popover.Portal>
          </Popover.Root>
          <IconButton
            label="Reply"
            side="top"
            className={styles["tool"]}
            tabIndex={tabIndex}
            onClick={() => actions.onReply(row)}
          >
            <Reply size={18} strokeWidth={1.75} />
          </IconButton>
          {row.own ? (
            <IconButton
              label="Edit"
              side="top"
              className={styles["tool"]}
              tabIndex={tabIndex}
              onClick={() => actions.onEdit(row)}
            >
              <Pencil size={17} strokeWidth={1.75} />
            </IconButton>
          ) : null}
        </>
      ) : null}
      <IconButton
        label="More"
        side="top"
        className={styles["tool"]}
        tabIndex={tabIndex}
        onClick={() => actions.onMenu(row)}
      >
        <Ellipsis size={18} strokeWidth={1.75} />
      </IconButton>
    </span>
  );
}
