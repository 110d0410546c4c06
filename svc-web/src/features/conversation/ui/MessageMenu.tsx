import {
  Copy,
  Eye,
  Flag,
  Forward,
  History,
  Link2,
  Pencil,
  Pin,
  PinOff,
  Reply,
  Trash2,
  type LucideIcon,
} from "lucide-react";
import { useState, type ReactNode } from "react";
import type { MessageRow } from "@/features/conversation/model/rows";
import { EmojiPicker } from "@/features/conversation/ui/EmojiPicker";
import type { MessageActions } from "@/features/conversation/ui/Message";
import styles from "@/features/conversation/ui/MessageMenu.module.css";
import { Button } from "@/shared/ui/Button";
import { cx } from "@/shared/ui/cx";
import { Dialog } from "@/shared/ui/Dialog";

type MessageMenuProps = {
  chat: string;
  me: string;
  group: boolean;
  row: MessageRow;
  writable: boolean;
  /** May delete what others wrote. */
  admin: boolean;
  /** Whether it is pinned; null where one may not change that. */
  pinned: boolean | null;
  /** Whether one may ask who has seen it. */
  seenBy: boolean;
  actions: MessageActions;
  onDelete: (row: MessageRow) => void;
  onClose: () => void;
};

/** All that can be done with one message: for a long press, the keyboard, and "More". */
export function MessageMenu(props: MessageMenuProps): ReactNode {
  const { chat, me, group, row, writable, admin, pinned, seenBy, actions } = props;
  const { onDelete, onClose } = props;
  // Who is answerable for it: in a private chat a webhook speaks for who made it, in a group for nobody.
  const author = row.hook !== null && group ? null : row.by;
  const [deleting, setDeleting] = useState(false);
  const leave = (then: () => void) => () => {
    onClose();
    then();
  };
  const link = `${window.location.origin}/c/${chat}?m=${row.seq}`;
  if (deleting) {
    return (
      <Dialog
        open
        onOpenChange={onClose}
        title="Delete for everyone?"
        words="The message and its reactions go for all, for ever."
      >
        <div className={styles["ask"]}>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" onClick={leave(() => onDelete(row))}>
            Delete
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog open onOpenChange={onClose} title="Message">
      <div className={styles["menu"]}>
        {writable ? (
          <>
            <EmojiPicker
              onPick={(emoji) => {
                onClose();
                actions.onReact(row, emoji, true);
              }}
            />
            <Item icon={Reply} words="Reply" onPress={leave(() => actions.onReply(row))} />
          </>
        ) : null}
        {writable && row.own ? (
          <Item icon={Pencil} words="Edit" onPress={leave(() => actions.onEdit(row))} />
        ) : null}
        {row.body === "" && row.files.length === 0 ? null : (
          <Item icon={Forward} words="Forward" onPress={leave(() => actions.onForward(row))} />
        )}
        {pinned === null ? null : (
          <Item
            icon={pinned ? PinOff : Pin}
            words={pinned ? "Unpin" : "Pin"}
            onPress={leave(() => actions.onPin(row, !pinned))}
          />
        )}
        {row.body === "" ? null : (
          <Item
            icon={Copy}
            words="Copy text"
            onPress={leave(() => void navigator.clipboard.writeText(row.body))}
          />
        )}
        <Item
          icon={Link2}
          words="Copy link"
          onPress={leave(() => void navigator.clipboard.writeText(link))}
        />
        {row.now.edited === null ? null : (
          <Item
            icon={History}
            words="Earlier texts"
            onPress={leave(() => actions.onVersions(row))}
          />
        )}
        {seenBy ? (
          <Item icon={Eye} words="Seen by" onPress={leave(() => actions.onSeenBy(row))} />
        ) : null}
        {author === null || author === me ? null : (
          <Item icon={Flag} words="Report" onPress={leave(() => actions.onReport(row))} />
        )}
        {writable && (author === me || admin) ? (
          <Item
            icon={Trash2}
            words="Delete for everyone"
            danger
            onPress={() => setDeleting(true)}
          />
        ) : null}
      </div>
    </Dialog>
  );
}

type ItemProps = { icon: LucideIcon; words: string; danger?: boolean; onPress: () => void };

function Item({ icon: Icon, words, danger = false, onPress }: ItemProps): ReactNode {
  return (
    <button
      type="button"
      className={cx(styles["item"], danger && styles["danger"])}
      onClick={onPress}
    >
      <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
      {words}
    </button>
  );
}
