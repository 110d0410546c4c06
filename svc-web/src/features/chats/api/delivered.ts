import { useEffect } from "react";
import { limits, type ChatView } from "@/shared/contracts/generated";
import { useLive } from "@/shared/lib/live";

/** Says that this device has what the list shows; in large groups nobody wants to know. */
export function useDelivered(chats: readonly ChatView[] | undefined): void {
  const { client } = useLive();
  useEffect(() => {
    for (const chat of chats ?? []) {
      if (chat.role === null || chat.member_count > limits.receiptMembers) continue;
      if (chat.head > chat.delivered_seq) client.mark(chat.chat, { delivered: chat.head });
    }
  }, [client, chats]);
}
