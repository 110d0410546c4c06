import { useQuery } from "@tanstack/react-query";
import { Bell, BellOff } from "lucide-react";
import type { ReactNode } from "react";
import { RefusedError } from "@/features/push/api/device";
import {
  pushQuery,
  usePushState,
  useSavePreview,
  useTurnOff,
  useTurnOn,
} from "@/features/push/api/push";
import type { PushState } from "@/features/push/model/push";
import styles from "@/features/push/ui/NotificationSettings.module.css";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Choices } from "@/shared/ui/Choices";
import { Notice } from "@/shared/ui/Notice";
import { SkeletonRows } from "@/shared/ui/Skeleton";

const TITLE: Record<PushState, string> = {
  unsupported: "This browser can’t show notifications",
  not_here: "Notifications are not set up here",
  blocked: "Your browser blocks notifications",
  off: "Off on this device",
  on: "On for this device",
};

const WORDS: Record<PushState, string> = {
  unsupported:
    "It may be an old version or a private window. On an iPhone or iPad, add Nexync to the home screen first.",
  not_here: "Whoever runs this Nexync can set them up. Messages wait for you here as always.",
  blocked:
    "Allow notifications for this page in the settings of your browser; then you can turn them on here.",
  off: "Turn them on to hear of new messages while Nexync is closed. Your browser will ask you once.",
  on: "You hear of new messages while you are away from all your devices. Muted chats stay quiet, unless somebody names you.",
};

const PREVIEWS = [
  { value: "hide", label: "Only that there is a new message" },
  { value: "show", label: "Show who wrote, and the text" },
] as const;

function problemWords(error: Error): string {
  if (error instanceof RestError) return errorWords(error);
  if (error instanceof RefusedError)
    return "Notifications stay off. You can turn them on at any time.";
  return "This browser could not be registered with Google’s service for notifications. Try again later.";
}

/** Whether this device is told of new messages, and what notifications say. */
export function NotificationSettings(): ReactNode {
  const push = useQuery(pushQuery);
  const state = usePushState(push.data);
  const turnOn = useTurnOn();
  const turnOff = useTurnOff();
  const save = useSavePreview();
  if (push.data === undefined || state === null) {
    return push.error ? (
      <Notice tone="danger">{errorWords(push.error)}</Notice>
    ) : (
      <SkeletonRows count={2} label="Loading your settings" />
    );
  }
  const { web } = push.data;
  const preview = save.isPending ? save.variables : push.data.preview;
  const problem = turnOn.error ?? turnOff.error;
  const Icon = state === "on" ? Bell : BellOff;
  return (
    <>
      <section className={styles["device"]} aria-labelledby="push-device">
        <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
        <div className={styles["words"]}>
          <h2 id="push-device">{TITLE[state]}</h2>
          <p>{WORDS[state]}</p>
          {problem ? (
            <Notice tone={problem instanceof RefusedError ? "info" : "danger"}>
              {problemWords(problem)}
            </Notice>
          ) : null}
          {state === "off" && web !== null ? (
            <Button busy={turnOn.isPending} onClick={() => turnOn.mutate(web)}>
              Turn on
            </Button>
          ) : state === "on" ? (
            <Button busy={turnOff.isPending} onClick={() => turnOff.mutate()}>
              Turn off
            </Button>
          ) : null}
        </div>
      </section>
      {state === "not_here" ? null : (
        <>
          {save.error ? <Notice tone="danger">{errorWords(save.error)}</Notice> : null}
          <Choices
            label="What notifications say"
            hint="On all your devices. The text passes through Google’s servers, and Apple’s on their devices; without it they learn only that there is a message."
            value={preview ? "show" : "hide"}
            options={PREVIEWS}
            onChange={(value) => save.mutate(value === "show")}
          />
          <p className={styles["saved"]} role="status">
            {save.isPending ? "Saving…" : save.isSuccess ? "Saved" : ""}
          </p>
        </>
      )}
    </>
  );
}
