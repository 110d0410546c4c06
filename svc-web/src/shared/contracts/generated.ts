// Generated from libs/contracts by `python -m nexync_contracts_gen`. Do not edit.
import { z } from "zod";

/** A string of `min` to `max` code points; U+1F600 counts as one, as on the server. */
const text = (min: number, max: number) =>
  z.string().refine((value) => {
    const length = [...value].length;
    return length >= min && length <= max;
  }, `must have ${min} to ${max} characters`);

/** A string of at most `max` bytes of UTF-8. */
const bytes = (schema: z.ZodString, max: number) =>
  schema.refine(
    (value) => value.length * 3 <= max || new TextEncoder().encode(value).length <= max,
    `must have at most ${max} bytes`,
  );

const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
const uuid7 = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const streamName = z.string().regex(/^[cp]:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);

/** A private chat has exactly two members for ever; a group changes. */
export const chatKindSchema = z.enum(["private", "group"]);
export type ChatKind = z.infer<typeof chatKindSchema>;

/** What a member may do; who made the group is its first admin. */
export const roleSchema = z.enum(["member", "admin"]);
export type Role = z.infer<typeof roleSchema>;

/** One member as the fold keeps it. */
export const memberSchema = z.object({
  person: uuid,
  role: roleSchema,
});
export type Member = z.infer<typeof memberSchema>;

/** Always seq 1 of a chat's stream. `partition` pins the stream in `chat-topic`, for ever. */
export const chatCreatedSchema = z.object({
  tag: z.literal("chat.created"),
  kind: chatKindSchema,
  name: text(1, 80).nullable().default(null),
  members: z.array(memberSchema).min(1).max(5000),
  partition: z.int().min(0).max(10000),
});
export type ChatCreated = z.infer<typeof chatCreatedSchema>;

/**
 * A person was added, or joined by an invite link (then `by` of the record is the person).
 *
 * With `history` the person sees the chat from its beginning, otherwise from this event on.
 */
export const memberAddedSchema = z.object({
  tag: z.literal("member.added"),
  person: uuid,
  role: roleSchema.default("member"),
  history: z.boolean().default(false),
  invite: uuid.nullable().default(null),
});
export type MemberAdded = z.infer<typeof memberAddedSchema>;

/**
 * A person was removed, or left (then `by` of the record is the person).
 *
 * A group has an admin as long as it has members: when the last admin leaves, `promoted` is one from here on.
 */
export const memberRemovedSchema = z.object({
  tag: z.literal("member.removed"),
  person: uuid,
  promoted: uuid.nullable().default(null),
});
export type MemberRemoved = z.infer<typeof memberRemovedSchema>;

/** A person named in a body as `@name`; the name is the username as it was then. */
export const mentionSchema = z.object({
  person: uuid,
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
});
export type Mention = z.infer<typeof mentionSchema>;

/** An image can be looked at on the page; everything else is a file to be saved. */
export const attachmentKindSchema = z.enum(["image", "file"]);
export type AttachmentKind = z.infer<typeof attachmentKindSchema>;

/**
 * What is known of a file before any of it is loaded; it never changes once a message has it.
 *
 * `size` is what a download has, bytes. An image has `width` and `height` in pixels, as it is to be shown, and
 * `blur`, base64 of a WebP of a few pixels to show until it is there. `animated` ones move. `alt` is what its author
 * says that an image shows; without one, its name stands for it.
 */
export const attachmentSchema = z.object({
  id: uuid,
  kind: attachmentKindSchema,
  name: text(1, 200),
  type: z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/).max(100),
  size: z.int().min(0),
  width: z.int().min(1).max(4096).nullable().default(null),
  height: z.int().min(1).max(4096).nullable().default(null),
  blur: z.string().regex(/^[A-Za-z0-9+\/]*={0,2}$/).max(800).nullable().default(null),
  animated: z.boolean().default(false),
  alt: text(1, 1000).nullable().default(null),
});
export type Attachment = z.infer<typeof attachmentSchema>;

/**
 * A message; `reply_to` is the message that it answers. The body is empty where it has files alone.
 *
 * Where it was deleted since it has neither text nor files.
 *
 * `forwarded` says that the text was said in another chat before; by whom and where is told to nobody. With `hook` a
 * webhook brought it, and this is its name. Who made the event is no person in a group, and in a private chat who made
 * the webhook.
 */
export const messageCreatedSchema = z.object({
  tag: z.literal("message.created"),
  body: bytes(z.string().min(0), 8192),
  reply_to: z.int().min(1).max(9007199254740992).nullable().default(null),
  mentions: z.array(mentionSchema).max(50).default([]),
  mention_all: z.boolean().default(false),
  forwarded: z.boolean().default(false),
  attachments: z.array(attachmentSchema).max(10).default([]),
  hidden: z.boolean().default(false),
  hook: text(1, 40).nullable().default(null),
});
export type MessageCreated = z.infer<typeof messageCreatedSchema>;

/** In a person's stream: you are in this chat from `seq` on. Its `members` row is in Postgres already. */
export const chatJoinedSchema = z.object({
  tag: z.literal("chat.joined"),
  chat: uuid,
  seq: z.int().min(1),
  partition: z.int().min(0),
});
export type ChatJoined = z.infer<typeof chatJoinedSchema>;

/** In a person's stream: you see this chat up to `seq`, which removed you. */
export const chatLeftSchema = z.object({
  tag: z.literal("chat.left"),
  chat: uuid,
  seq: z.int().min(1),
});
export type ChatLeft = z.infer<typeof chatLeftSchema>;

/** What became of the relation between two people. */
export const connectionChangeSchema = z.enum(["requested", "accepted", "ended"]);
export type ConnectionChange = z.infer<typeof connectionChangeSchema>;

/** In both people's streams: the relation to `person` is now this. `asker` is who asked first. */
export const connectionChangedSchema = z.object({
  tag: z.literal("connection.changed"),
  person: uuid,
  asker: uuid,
  change: connectionChangeSchema,
});
export type ConnectionChanged = z.infer<typeof connectionChangedSchema>;

/** A group has another name. Read since 0.1.0; written only where renaming is switched on. */
export const chatRenamedSchema = z.object({
  tag: z.literal("chat.renamed"),
  name: text(1, 80),
});
export type ChatRenamed = z.infer<typeof chatRenamedSchema>;

/** A member was made an admin, or is one no longer. */
export const memberRoleChangedSchema = z.object({
  tag: z.literal("member.role_changed"),
  person: uuid,
  role: roleSchema,
});
export type MemberRoleChanged = z.infer<typeof memberRoleChangedSchema>;

/** A group says something else about itself; empty: nothing. */
export const taglineChangedSchema = z.object({
  tag: z.literal("chat.tagline_changed"),
  tagline: text(0, 160),
});
export type TaglineChanged = z.infer<typeof taglineChangedSchema>;

/** A group has another picture; None: none. */
export const pictureChangedSchema = z.object({
  tag: z.literal("chat.picture_changed"),
  picture: uuid.nullable().default(null),
});
export type PictureChanged = z.infer<typeof pictureChangedSchema>;

/** What who is added to a group sees of it: what follows, or all from its beginning. */
export const historySchema = z.enum(["from_join", "all"]);
export type History = z.infer<typeof historySchema>;

/** Who is added from here on sees this much of the group. */
export const historyChangedSchema = z.object({
  tag: z.literal("chat.history_changed"),
  history: historySchema,
});
export type HistoryChanged = z.infer<typeof historyChangedSchema>;

/** The least time that what was said stays readable; it goes by whole months of UTC. */
export const retentionSchema = z.enum(["days_30", "year_1", "forever"]);
export type Retention = z.infer<typeof retentionSchema>;

/** What is said from here on is kept for this long; None: as the workspace keeps it. */
export const retentionChangedSchema = z.object({
  tag: z.literal("chat.retention_changed"),
  retention: retentionSchema.nullable().default(null),
});
export type RetentionChanged = z.infer<typeof retentionChangedSchema>;

/**
 * The group is over: it can be read and left, nothing else.
 *
 * In a private chat the account of who did it was erased; the other one can still read it.
 */
export const chatDismissedSchema = z.object({
  tag: z.literal("chat.dismissed"),
});
export type ChatDismissed = z.infer<typeof chatDismissedSchema>;

/** A link lets people in until `expires_at` (Unix milliseconds) and at most `uses` times; None: no limit. */
export const inviteMadeSchema = z.object({
  tag: z.literal("invite.made"),
  invite: uuid,
  digest: z.string().regex(/^[0-9a-f]{64}$/).max(64),
  expires_at: z.int().min(0).nullable().default(null),
  uses: z.int().min(1).max(5000).nullable().default(null),
});
export type InviteMade = z.infer<typeof inviteMadeSchema>;

/** The link lets nobody in any more. */
export const inviteRevokedSchema = z.object({
  tag: z.literal("invite.revoked"),
  invite: uuid,
});
export type InviteRevoked = z.infer<typeof inviteRevokedSchema>;

/** A webhook may bring messages from now on: in a group with its own id as their author, else with its maker's. */
export const hookMadeSchema = z.object({
  tag: z.literal("hook.made"),
  hook: uuid,
  digest: z.string().regex(/^[0-9a-f]{64}$/).max(64),
  name: text(1, 40),
});
export type HookMade = z.infer<typeof hookMadeSchema>;

/** The webhook brings no more. */
export const hookRevokedSchema = z.object({
  tag: z.literal("hook.revoked"),
  hook: uuid,
});
export type HookRevoked = z.infer<typeof hookRevokedSchema>;

/** In a private chat: the two are connected no more, and none of its webhooks brings anything. */
export const hooksEndedSchema = z.object({
  tag: z.literal("hooks.ended"),
});
export type HooksEnded = z.infer<typeof hooksEndedSchema>;

/**
 * The message `target` says this from now on. On a deleted message it has no effect.
 *
 * The body is empty where the message was deleted since.
 */
export const messageEditedSchema = z.object({
  tag: z.literal("message.edited"),
  target: z.int().min(1).max(9007199254740992),
  body: bytes(z.string().min(0), 8192),
  mentions: z.array(mentionSchema).max(50).default([]),
  mention_all: z.boolean().default(false),
  hidden: z.boolean().default(false),
});
export type MessageEdited = z.infer<typeof messageEditedSchema>;

/** The message `target` is gone for all, for ever, with its text, edits and reactions. */
export const messageDeletedSchema = z.object({
  tag: z.literal("message.deleted"),
  target: z.int().min(1).max(9007199254740992),
  hidden: z.boolean().default(false),
});
export type MessageDeleted = z.infer<typeof messageDeletedSchema>;

/** Who did it has this emoji on the message `target`, or takes it back (`on` false); one of each a person. */
export const messageReactedSchema = z.object({
  tag: z.literal("message.reacted"),
  target: z.int().min(1).max(9007199254740992),
  emoji: bytes(z.string().min(1), 64),
  on: z.boolean().default(true),
  hidden: z.boolean().default(false),
});
export type MessageReacted = z.infer<typeof messageReactedSchema>;

/** The message `target` is kept in view for all. A deletion ends it, too. */
export const messagePinnedSchema = z.object({
  tag: z.literal("message.pinned"),
  target: z.int().min(1).max(9007199254740992),
  hidden: z.boolean().default(false),
});
export type MessagePinned = z.infer<typeof messagePinnedSchema>;

/** The message `target` is pinned no longer. */
export const messageUnpinnedSchema = z.object({
  tag: z.literal("message.unpinned"),
  target: z.int().min(1).max(9007199254740992),
  hidden: z.boolean().default(false),
});
export type MessageUnpinned = z.infer<typeof messageUnpinnedSchema>;

/** In a private chat: who did it sees nothing from here on that the other one writes. The other isn't told. */
export const chatBlockedSchema = z.object({
  tag: z.literal("chat.blocked"),
  hidden: z.boolean().default(true),
});
export type ChatBlocked = z.infer<typeof chatBlockedSchema>;

/** In a private chat: who blocked the other one sees again what they write. What was hidden stays so. */
export const chatUnblockedSchema = z.object({
  tag: z.literal("chat.unblocked"),
  hidden: z.boolean().default(true),
});
export type ChatUnblocked = z.infer<typeof chatUnblockedSchema>;

/** In a person's stream: the account is gone. Who replays the log learns that it must not come back. */
export const personErasedSchema = z.object({
  tag: z.literal("person.erased"),
});
export type PersonErased = z.infer<typeof personErasedSchema>;

export const eventSchema = z.discriminatedUnion("tag", [chatCreatedSchema, memberAddedSchema, memberRemovedSchema, messageCreatedSchema, chatJoinedSchema, chatLeftSchema, connectionChangedSchema, chatRenamedSchema, memberRoleChangedSchema, taglineChangedSchema, pictureChangedSchema, historyChangedSchema, retentionChangedSchema, chatDismissedSchema, inviteMadeSchema, inviteRevokedSchema, hookMadeSchema, hookRevokedSchema, hooksEndedSchema, messageEditedSchema, messageDeletedSchema, messageReactedSchema, messagePinnedSchema, messageUnpinnedSchema, chatBlockedSchema, chatUnblockedSchema, personErasedSchema]);
export type Event = z.infer<typeof eventSchema>;

/** The first frame of a socket: what the client has, so it gets what it lacks. An empty map is a new client. */
export const resumeFrameSchema = z.strictObject({
  t: z.literal("resume"),
  heads: z.record(streamName, z.tuple([z.int().min(1), z.int().min(0)])).optional(),
});
export type ResumeFrame = z.infer<typeof resumeFrameSchema>;

/**
 * A message to a chat. The same id sent again has the same outcome.
 *
 * `files` are one's own uploads that are ready; without any the body is not empty. `forwarded` and `files` only
 * to a gateway that names them among its features.
 */
export const sendFrameSchema = z.strictObject({
  t: z.literal("send"),
  id: uuid7,
  chat: uuid,
  files: z.array(uuid).max(10).optional(),
  body: bytes(z.string().min(0), 8192),
  reply_to: z.int().min(1).max(9007199254740992).nullable().optional(),
  mentions: z.array(mentionSchema).max(50).optional(),
  mention_all: z.boolean().optional(),
  forwarded: z.boolean().optional(),
});
export type SendFrame = z.infer<typeof sendFrameSchema>;

/** Another text for one's own message `target` (a seq). The same id sent again has the same outcome. */
export const editFrameSchema = z.strictObject({
  t: z.literal("edit"),
  id: uuid7,
  chat: uuid,
  target: z.int().min(1).max(9007199254740992),
  body: bytes(z.string().min(1), 8192),
  mentions: z.array(mentionSchema).max(50).optional(),
  mention_all: z.boolean().optional(),
});
export type EditFrame = z.infer<typeof editFrameSchema>;

/** Delete the message `target` for all. */
export const deleteFrameSchema = z.strictObject({
  t: z.literal("delete"),
  id: uuid7,
  chat: uuid,
  target: z.int().min(1).max(9007199254740992),
});
export type DeleteFrame = z.infer<typeof deleteFrameSchema>;

/** Put an emoji on the message `target`, or take it back (`on` false). */
export const reactFrameSchema = z.strictObject({
  t: z.literal("react"),
  id: uuid7,
  chat: uuid,
  target: z.int().min(1).max(9007199254740992),
  emoji: bytes(z.string().min(1), 64),
  on: z.boolean().optional(),
});
export type ReactFrame = z.infer<typeof reactFrameSchema>;

/** The chat that this page shows now, null for none: who looks at a chat is told who types there. */
export const lookFrameSchema = z.strictObject({
  t: z.literal("look"),
  chat: uuid.nullable().optional(),
});
export type LookFrame = z.infer<typeof lookFrameSchema>;

/** The person types in this chat; said again every `typingEveryMs`, never taken back. There is no answer. */
export const typingFrameSchema = z.strictObject({
  t: z.literal("typing"),
  chat: uuid,
});
export type TypingFrame = z.infer<typeof typingFrameSchema>;

/** How far this device is in one chat, as a seq: what it has (`delivered`), what was looked at (`read`). */
export const chatMarkSchema = z.strictObject({
  chat: uuid,
  read: z.int().min(0).nullable().optional(),
  delivered: z.int().min(0).nullable().optional(),
});
export type ChatMark = z.infer<typeof chatMarkSchema>;

/**
 * How far this device is, at most every `markEveryMs`. A smaller seq than before changes nothing.
 *
 * Only to a gateway that names `receipts` among its features. `marked` follows once it can't be lost; without it a
 * client says the same again after `markAgainMs`, and after a reconnect. `delivered` is said only in a chat of at
 * most `receiptMembers` people.
 */
export const markFrameSchema = z.strictObject({
  t: z.literal("mark"),
  marks: z.array(chatMarkSchema).min(1).max(64),
});
export type MarkFrame = z.infer<typeof markFrameSchema>;

/** The client found a hole: everything of the stream after `after`, please. */
export const repairFrameSchema = z.strictObject({
  t: z.literal("repair"),
  stream: streamName,
  after: z.int().min(0),
});
export type RepairFrame = z.infer<typeof repairFrameSchema>;

/** The client's own check, at most every 15 s: compare these heads; missing events follow, then `pong`. */
export const checkFrameSchema = z.strictObject({
  t: z.literal("check"),
  heads: z.record(streamName, z.tuple([z.int().min(1), z.int().min(0)])).optional(),
});
export type CheckFrame = z.infer<typeof checkFrameSchema>;

export const pingFrameSchema = z.strictObject({
  t: z.literal("ping"),
});
export type PingFrame = z.infer<typeof pingFrameSchema>;

export const clientFrameSchema = z.discriminatedUnion("t", [resumeFrameSchema, sendFrameSchema, editFrameSchema, deleteFrameSchema, reactFrameSchema, lookFrameSchema, typingFrameSchema, markFrameSchema, repairFrameSchema, checkFrameSchema, pingFrameSchema]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;

/** The handshake is through; `time` is the server's clock in Unix milliseconds, for making ids. */
export const welcomeFrameSchema = z.object({
  t: z.literal("welcome"),
  person: uuid,
  session: uuid,
  time: z.int(),
  max_unacknowledged: z.int().default(32),
  ping_seconds: z.int().default(20),
  gateway: text(0, 64),
  features: z.array(z.string()).max(32).default([]),
});
export type WelcomeFrame = z.infer<typeof welcomeFrameSchema>;

/** All that was missing has been sent; from here on events are live. */
export const resumedFrameSchema = z.object({
  t: z.literal("resumed"),
  streams: z.int(),
});
export type ResumedFrame = z.infer<typeof resumedFrameSchema>;

/** One event of a stream (see EventRecord for the fields). */
export const eventFrameSchema = z.object({
  t: z.literal("event"),
  stream: streamName,
  epoch: z.int().min(1),
  seq: z.int().min(1),
  n: z.int().min(0),
  at: z.int().min(0),
  id: uuid,
  by: uuid,
  event: eventSchema,
});
export type EventFrame = z.infer<typeof eventFrameSchema>;

/** The events `from` to `to` (inclusive) are not for this reader; the numbers close here. */
export const skipFrameSchema = z.object({
  t: z.literal("skip"),
  stream: streamName,
  epoch: z.int().min(1),
  from: z.int().min(1),
  to: z.int().min(1),
});
export type SkipFrame = z.infer<typeof skipFrameSchema>;

/** What the client has of this stream can't be continued: read it over REST with `at_least=seq`. */
export const resetFrameSchema = z.object({
  t: z.literal("reset"),
  stream: streamName,
  epoch: z.int().min(1),
  seq: z.int().min(0),
});
export type ResetFrame = z.infer<typeof resetFrameSchema>;

/** The reader is no longer in this stream; nothing after `seq` follows. */
export const goneFrameSchema = z.object({
  t: z.literal("gone"),
  stream: streamName,
  seq: z.int().min(0),
});
export type GoneFrame = z.infer<typeof goneFrameSchema>;

/** Somebody types in the chat that this page shows; it counts for `typingShownMs`. */
export const typistFrameSchema = z.object({
  t: z.literal("typist"),
  chat: uuid,
  by: uuid,
});
export type TypistFrame = z.infer<typeof typistFrameSchema>;

/**
 * What the reader keeps about this chat has changed, maybe on another device: read it over REST.
 *
 * It may be lost, so a client reads again after each reconnect too.
 */
export const ownChatFrameSchema = z.object({
  t: z.literal("own_chat"),
  chat: uuid,
});
export type OwnChatFrame = z.infer<typeof ownChatFrameSchema>;

/**
 * The reader's own mark moved, maybe on another device: everything up to `seq` is read, `n` messages so far.
 *
 * `n` is null where it isn't known yet; a page that can't tell by itself reads the chat again. The frame may be
 * lost, so a client reads its chats again after each reconnect too.
 */
export const readFrameSchema = z.object({
  t: z.literal("read"),
  chat: uuid,
  seq: z.int().min(0),
  n: z.int().min(0).nullable().default(null),
});
export type ReadFrame = z.infer<typeof readFrameSchema>;

/** What was taken in of one chat's mark, at most up to the head that the gateway knew. */
export const markedChatSchema = z.object({
  chat: uuid,
  read: z.int().min(0).nullable().default(null),
  delivered: z.int().min(0).nullable().default(null),
});
export type MarkedChat = z.infer<typeof markedChatSchema>;

/** These marks are durable, or not wanted here: a client that said more than that says it again. */
export const markedFrameSchema = z.object({
  t: z.literal("marked"),
  marks: z.array(markedChatSchema).max(64),
});
export type MarkedFrame = z.infer<typeof markedFrameSchema>;

/** How far one member is, and since when (Unix ms). It only ever grows; 0 for nothing yet. */
export const receiptSchema = z.object({
  person: uuid,
  read: z.int().min(0).default(0),
  read_at: z.int().min(0).default(0),
  delivered: z.int().min(0).default(0),
  delivered_at: z.int().min(0).default(0),
});
export type Receipt = z.infer<typeof receiptSchema>;

/**
 * Members of the chat that this page shows have come further. An older frame may come later: the larger counts.
 *
 * It may be lost, so a page reads the receipts of the chat again after each reconnect.
 */
export const receiptsFrameSchema = z.object({
  t: z.literal("receipts"),
  chat: uuid,
  marks: z.array(receiptSchema).max(50),
});
export type ReceiptsFrame = z.infer<typeof receiptsFrameSchema>;

/** The command is durable: its event or its `rejected` follows, always. */
export const ackFrameSchema = z.object({
  t: z.literal("ack"),
  id: uuid,
});
export type AckFrame = z.infer<typeof ackFrameSchema>;

/** The outcome of a command sent twice: it is the event `seq` of the stream since long. */
export const acceptedFrameSchema = z.object({
  t: z.literal("accepted"),
  id: uuid,
  stream: streamName,
  epoch: z.int().min(1),
  seq: z.int().min(1),
});
export type AcceptedFrame = z.infer<typeof acceptedFrameSchema>;

/** Why a command became no event. The outcome of an id never changes. */
export const rejectCodeSchema = z.enum(["not_a_member", "already_a_member", "not_allowed", "no_such_chat", "chat_exists", "chat_full", "dismissed", "last_admin", "already_so", "invites_full", "hooks_full", "invite_over", "id_in_future", "id_expired", "id_reused", "pins_full", "no_such_message", "no_such_attachment", "invalid"]);
export type RejectCode = z.infer<typeof rejectCodeSchema>;

/** The command became no event and never will; `time` (Unix ms) comes with `id_in_future`. */
export const rejectedFrameSchema = z.object({
  t: z.literal("rejected"),
  id: uuid,
  code: rejectCodeSchema,
  stream: streamName.nullable().default(null),
  time: z.int().nullable().default(null),
});
export type RejectedFrame = z.infer<typeof rejectedFrameSchema>;

/** Not taken, nothing happened: send the same id again after so many milliseconds. */
export const retryFrameSchema = z.object({
  t: z.literal("retry"),
  id: uuid,
  after_ms: z.int().min(0).max(60000),
  reason: text(0, 64),
});
export type RetryFrame = z.infer<typeof retryFrameSchema>;

export const pongFrameSchema = z.object({
  t: z.literal("pong"),
  time: z.int(),
});
export type PongFrame = z.infer<typeof pongFrameSchema>;

/** This gateway goes away: open a second socket and resume there, then close this one, within so many ms. */
export const drainFrameSchema = z.object({
  t: z.literal("drain"),
  within_ms: z.int().min(0).max(600000),
});
export type DrainFrame = z.infer<typeof drainFrameSchema>;

/** One thing wrong with the input, in the manner of Zod: where, what kind, in words. */
export const issueSchema = z.object({
  path: z.array(z.union([z.string(), z.int()])).max(32),
  code: text(0, 64),
  message: text(0, 500),
});
export type Issue = z.infer<typeof issueSchema>;

/** A bad frame. It had no effect; after ten on one socket the socket is closed with 4502. */
export const errorFrameSchema = z.object({
  t: z.literal("error"),
  code: text(0, 64),
  message: text(0, 500),
  issues: z.array(issueSchema).max(50).default([]),
  id: uuid.nullable().default(null),
});
export type ErrorFrame = z.infer<typeof errorFrameSchema>;

export const serverFrameSchema = z.discriminatedUnion("t", [welcomeFrameSchema, resumedFrameSchema, eventFrameSchema, skipFrameSchema, resetFrameSchema, goneFrameSchema, typistFrameSchema, ownChatFrameSchema, readFrameSchema, markedFrameSchema, receiptsFrameSchema, ackFrameSchema, acceptedFrameSchema, rejectedFrameSchema, retryFrameSchema, pongFrameSchema, drainFrameSchema, errorFrameSchema]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;

/** The `code` of a problem over REST, stable for clients; the words in `title` and `detail` are not. */
export const problemCodeSchema = z.enum(["validation", "unauthenticated", "forbidden", "not_found", "conflict", "bad_cursor", "too_large", "too_many", "too_fast", "not_yet", "unavailable", "rejected", "wrong_credentials", "wrong_code", "code_spent", "link_spent", "wrong_password", "not_verified", "second_factor", "second_factor_needed", "passkey_needed", "factor_stays", "proof_needed", "login_over", "factor_unavailable", "passkey_refused", "passkey_unavailable", "provider_away", "provider_refused", "provider_cancelled", "address_not_verified", "link_needed", "linked_elsewhere", "last_way_in", "password_change_needed", "username_taken", "registration_closed", "invitation_over", "fresh_login_needed", "deactivated", "foreign_origin", "not_connected", "file_refused", "quota_full", "internal"]);
export type ProblemCode = z.infer<typeof problemCodeSchema>;

/** An error over REST: RFC 9457 `application/problem+json`, with a stable `code` beside the words. */
export const problemSchema = z.object({
  type: z.string().default("about:blank"),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().nullable().default(null),
  instance: z.string().nullable().default(null),
  code: problemCodeSchema,
  reject: rejectCodeSchema.nullable().default(null),
  issues: z.array(issueSchema).max(50).default([]),
  retry_after: z.number().min(0).nullable().default(null),
});
export type Problem = z.infer<typeof problemSchema>;

/**
 * One event in its stream, as readers get it.
 *
 * `seq` is dense from 1; `n` counts the messages up to and with this event, without hidden ones; `at` is Kafka's
 * append time in Unix milliseconds, never smaller than the event before it; `id` is the command's, `by` its sender;
 * `epoch` is the log epoch, so a head is (epoch, seq).
 */
export const eventRecordSchema = z.object({
  stream: streamName,
  epoch: z.int().min(1),
  seq: z.int().min(1),
  n: z.int().min(0),
  at: z.int().min(0),
  id: uuid,
  by: uuid,
  event: eventSchema,
});
export type EventRecord = z.infer<typeof eventRecordSchema>;

export const editMessageBodySchema = z.strictObject({
  target: z.int().min(1).max(9007199254740992),
  body: bytes(z.string().min(1), 8192),
  mentions: z.array(mentionSchema).max(50).optional(),
  mention_all: z.boolean().optional(),
});
export type EditMessageBody = z.infer<typeof editMessageBodySchema>;

export const deleteMessageBodySchema = z.strictObject({
  target: z.int().min(1).max(9007199254740992),
});
export type DeleteMessageBody = z.infer<typeof deleteMessageBodySchema>;

/** `on` false takes the reaction back. */
export const reactBodySchema = z.strictObject({
  target: z.int().min(1).max(9007199254740992),
  emoji: bytes(z.string().min(1), 64),
  on: z.boolean().optional(),
});
export type ReactBody = z.infer<typeof reactBodySchema>;

/** `on` false takes the pin away. */
export const pinMessageBodySchema = z.strictObject({
  target: z.int().min(1).max(9007199254740992),
  on: z.boolean().optional(),
});
export type PinMessageBody = z.infer<typeof pinMessageBodySchema>;

/**
 * One emoji on a message: how many have it, and who, in the order in which they put it there.
 *
 * `people` names the first 100; `count` counts all.
 */
export const reactionSchema = z.object({
  emoji: bytes(z.string().min(1), 64),
  count: z.int().min(1),
  people: z.array(uuid).max(100),
});
export type Reaction = z.infer<typeof reactionSchema>;

/**
 * What became of the message `seq`. Its item on the page has the text as it is now, empty when deleted.
 *
 * `edited_at` is Unix ms; `edited_seq` the event that gave it its text. `deleted_by` is None where the reader
 * doesn't see who it was. Reactions in the order in which they came up.
 */
export const messageStateSchema = z.object({
  seq: z.int().min(1).max(9007199254740992),
  edited_seq: z.int().min(1).nullable().default(null),
  edited_at: z.int().min(0).nullable().default(null),
  deleted: z.boolean().default(false),
  deleted_by: uuid.nullable().default(null),
  reactions: z.array(reactionSchema).max(50).default([]),
});
export type MessageState = z.infer<typeof messageStateSchema>;

/** A message that another one on the page answers: its beginning as it is now, empty when deleted. */
export const quoteSchema = z.object({
  seq: z.int().min(1).max(9007199254740992),
  by: uuid,
  at: z.int().min(0),
  body: bytes(z.string().min(0), 8192),
  deleted: z.boolean().default(false),
  attachments: z.array(attachmentSchema).max(10).default([]),
  hook: text(1, 40).nullable().default(null),
});
export type Quote = z.infer<typeof quoteSchema>;

/** One text that a message had, from `at` (Unix ms) on; `seq` is the event that gave it. */
export const messageVersionSchema = z.object({
  seq: z.int().min(1).max(9007199254740992),
  at: z.int().min(0),
  body: bytes(z.string().min(0), 8192),
});
export type MessageVersion = z.infer<typeof messageVersionSchema>;

/** The texts of a message, oldest first, the newest 50 and the first; none when it is deleted. */
export const versionsViewSchema = z.object({
  target: z.int().min(1).max(9007199254740992),
  versions: z.array(messageVersionSchema).max(51),
});
export type VersionsView = z.infer<typeof versionsViewSchema>;

/** A message that is not sent yet. `began` (Unix ms) tells drafts apart, `at` is the last change. */
export const draftViewSchema = z.object({
  text: bytes(z.string().min(1), 8192),
  reply_to: z.int().min(1).max(9007199254740992).nullable().default(null),
  began: z.int().min(0).max(9007199254740991),
  at: z.int().min(0).max(9007199254740991),
});
export type DraftView = z.infer<typeof draftViewSchema>;

/**
 * What one person keeps about one chat; nobody else sees it. `version` rises with every change.
 *
 * `muted_until` is Unix ms, 0 for not muted, 2^53 - 1 for good. `archived_n` is the chat's `n` when it was archived:
 * it is archived while no message has come since, and while it is muted. Pinned chats stand on top, the newest
 * `pinned_at` first. Drafts that began up to `draft_ended` were sent or given up.
 */
export const ownChatViewSchema = z.object({
  chat: uuid,
  version: z.int().min(0).default(0),
  muted_until: z.int().min(0).max(9007199254740991).default(0),
  archived_n: z.int().min(0).nullable().default(null),
  marked_unread: z.boolean().default(false),
  pinned_at: z.int().min(0).max(9007199254740991).nullable().default(null),
  draft: draftViewSchema.nullable().default(null),
  draft_ended: z.int().min(0).max(9007199254740991).default(0),
});
export type OwnChatView = z.infer<typeof ownChatViewSchema>;

/** What is left out, or null, stays as it is. `muted_until` 0 unmutes, 2^53 - 1 mutes for good. */
export const ownChatBodySchema = z.strictObject({
  muted_until: z.int().min(0).max(9007199254740991).nullable().optional(),
  archived: z.boolean().nullable().optional(),
  marked_unread: z.boolean().nullable().optional(),
  pinned: z.boolean().nullable().optional(),
});
export type OwnChatBody = z.infer<typeof ownChatBodySchema>;

/**
 * The draft as it is now. The last writer wins: `at` is the client's time, taken as at most the server's.
 *
 * `began` is the time at which the draft was begun; it stays the same while it grows, on all devices.
 */
export const draftBodySchema = z.strictObject({
  text: bytes(z.string().min(1), 8192),
  reply_to: z.int().min(1).max(9007199254740992).nullable().optional(),
  began: z.int().min(0).max(9007199254740991),
  at: z.int().min(0).max(9007199254740991),
});
export type DraftBody = z.infer<typeof draftBodySchema>;

/** `invitation` is the part of an invitation's link behind `#`. */
export const registerBodySchema = z.strictObject({
  email: text(3, 254),
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  password: text(8, 128),
  invitation: z.string().regex(/^[A-Za-z0-9_-]{43}$/).max(43).nullable().optional(),
});
export type RegisterBody = z.infer<typeof registerBodySchema>;

export const verifyBodySchema = z.strictObject({
  email: text(3, 254),
  code: z.string().regex(/^[0-9]{6}$/).min(6).max(6),
});
export type VerifyBody = z.infer<typeof verifyBodySchema>;

export const resendBodySchema = z.strictObject({
  email: text(3, 254),
});
export type ResendBody = z.infer<typeof resendBodySchema>;

export const forgotBodySchema = z.strictObject({
  email: text(3, 254),
});
export type ForgotBody = z.infer<typeof forgotBodySchema>;

/** `token` is the part of the mailed link behind `#`. */
export const resetBodySchema = z.strictObject({
  token: text(1, 200),
  password: text(8, 128),
});
export type ResetBody = z.infer<typeof resetBodySchema>;

/**
 * `current` proves that it is the owner who sits at an open page, and a code where a second factor is on.
 *
 * No code is needed soon after a proof or log-in in this session.
 */
export const changePasswordBodySchema = z.strictObject({
  current: text(8, 128),
  password: text(8, 128),
  code: text(6, 24).nullable().optional(),
});
export type ChangePasswordBody = z.infer<typeof changePasswordBodySchema>;

/** `login` is the e-mail address or the username. */
export const loginBodySchema = z.strictObject({
  login: text(3, 254),
  password: text(8, 128),
});
export type LoginBody = z.infer<typeof loginBodySchema>;

/** The same answer whether the address is known or not. */
export const acceptedSchema = z.object({
  status: text(0, 32).default("accepted"),
});
export type Accepted = z.infer<typeof acceptedSchema>;

/**
 * Who is logged in; the tokens are in HttpOnly cookies. `expires_at` (Unix ms) is the access token's end.
 *
 * With `setup` a second factor must be set up first, and then the session be refreshed; nothing else may be done.
 */
export const sessionViewSchema = z.object({
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  session: uuid,
  expires_at: z.int(),
  setup: z.boolean().default(false),
});
export type SessionView = z.infer<typeof sessionViewSchema>;

/** A login of one's own. `device` is in words, such as "Firefox on Linux"; times are Unix milliseconds. */
export const sessionItemSchema = z.object({
  session: uuid,
  device: text(0, 80),
  created_at: z.int(),
  seen_at: z.int(),
  current: z.boolean(),
});
export type SessionItem = z.infer<typeof sessionItemSchema>;

/** The sessions that go on, the one last seen first; a login ends the oldest beyond the limit. */
export const sessionsPageSchema = z.object({
  sessions: z.array(sessionItemSchema).max(50),
});
export type SessionsPage = z.infer<typeof sessionsPageSchema>;

/**
 * A person as others see them. `relation` is the viewer's: self, none, asked, asking, connected or blocked.
 *
 * `mutual` counts the people whom both are connected with; it is told with suggestions and profiles only.
 * `askable` is False where the person takes no request of the viewer. A `bot` accepts at once.
 * `picture` is None where there is none. `deleted` is somebody whose account was erased: there is no more to see.
 */
export const personViewSchema = z.object({
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  name: z.string(),
  relation: text(0, 16).default("none"),
  mutual: z.int().min(0).default(0),
  askable: z.boolean().default(true),
  bot: z.boolean().default(false),
  picture: uuid.nullable().default(null),
  deleted: z.boolean().default(false),
});
export type PersonView = z.infer<typeof personViewSchema>;

/**
 * Whether somebody has a page open anywhere, and when they had one last (Unix ms, to the minute).
 *
 * Told to oneself and to who is connected, unless one of the two tells nobody. To others, and when it is not
 * known, both say nothing.
 */
export const presenceViewSchema = z.object({
  person: uuid,
  online: z.boolean().default(false),
  seen_at: z.int().min(0).nullable().default(null),
});
export type PresenceView = z.infer<typeof presenceViewSchema>;

export const peoplePageSchema = z.object({
  people: z.array(personViewSchema).max(200),
  next: z.string().nullable().default(null),
});
export type PeoplePage = z.infer<typeof peoplePageSchema>;

export const askBodySchema = z.strictObject({
  person: uuid,
});
export type AskBody = z.infer<typeof askBodySchema>;

/** `members` without oneself: exactly one for a private chat. A group has a name. */
export const createChatBodySchema = z.strictObject({
  kind: chatKindSchema,
  name: text(1, 80).nullable().optional(),
  members: z.array(uuid).max(200),
});
export type CreateChatBody = z.infer<typeof createChatBodySchema>;

export const renameChatBodySchema = z.strictObject({
  name: text(1, 80),
});
export type RenameChatBody = z.infer<typeof renameChatBodySchema>;

export const addMemberBodySchema = z.strictObject({
  person: uuid,
});
export type AddMemberBody = z.infer<typeof addMemberBodySchema>;

export const memberViewSchema = z.object({
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  name: z.string(),
  role: roleSchema,
  bot: z.boolean().default(false),
  picture: uuid.nullable().default(null),
  deleted: z.boolean().default(false),
});
export type MemberView = z.infer<typeof memberViewSchema>;

/** A range of seq that a person may see; `until_seq` None while a member. Inclusive on both sides. */
export const spanSchema = z.object({
  from_seq: z.int().min(1),
  until_seq: z.int().min(1).nullable().default(null),
});
export type Span = z.infer<typeof spanSchema>;

/**
 * A chat as one person sees it.
 *
 * `head` is the last seq this person may see, `n` the messages so far, `unread` the messages after the read
 * mark; `read_seq` and `delivered_seq` are the person's own marks. `last` is the newest visible event. `role` is
 * None for a former member. `members` holds the first 20 people; `member_count` counts all. What a group settles
 * about itself is told to its members only. `own` is what the person keeps about it, None for nothing. `mentioned`
 * counts the unread messages that name the person, in a chat that they muted. `retention` is what the group settled,
 * None for as the workspace does; the shorter of the two holds. What came before `first_seq` is gone by it.
 */
export const chatViewSchema = z.object({
  chat: uuid,
  kind: chatKindSchema,
  name: z.string().nullable(),
  partner: personViewSchema.nullable().default(null),
  epoch: z.int().min(1),
  head: z.int().min(0),
  n: z.int().min(0),
  unread: z.int().min(0),
  read_seq: z.int().min(0),
  role: roleSchema.nullable(),
  spans: z.array(spanSchema),
  members: z.array(memberViewSchema),
  member_count: z.int().min(0),
  last: eventRecordSchema.nullable().default(null),
  tagline: text(0, 160).default(""),
  history: historySchema.default("from_join"),
  dismissed: z.boolean().default(false),
  own: ownChatViewSchema.nullable().default(null),
  mentioned: z.int().min(0).default(0),
  retention: retentionSchema.nullable().default(null),
  workspace_retention: retentionSchema.default("forever"),
  first_seq: z.int().min(1).default(1),
  picture: uuid.nullable().default(null),
  delivered_seq: z.int().min(0).default(0),
});
export type ChatView = z.infer<typeof chatViewSchema>;

export const chatsPageSchema = z.object({
  chats: z.array(chatViewSchema),
  next: z.string().nullable().default(null),
});
export type ChatsPage = z.infer<typeof chatsPageSchema>;

/** The outcome of a change to a chat: its event's `seq`. `created` is False when it was so already. */
export const commandDoneSchema = z.object({
  chat: uuid,
  seq: z.int().min(1),
  created: z.boolean().default(true),
});
export type CommandDone = z.infer<typeof commandDoneSchema>;

/** Events that are not for this reader; inclusive. */
export const skipRangeSchema = z.object({
  from_seq: z.int().min(1),
  to_seq: z.int().min(1),
});
export type SkipRange = z.infer<typeof skipRangeSchema>;

/**
 * Messages and state lines as they are now, oldest first; later events fold on top of `as_of`.
 *
 * `before` and `after` page on: pass them as the query parameter of the same name; None at that end. `states`
 * tells of the messages among `items` that were edited, deleted or reacted to, `quotes` of those that they answer.
 * What came before `first_seq` is gone by the chat's retention, all from before `kept_from` (Unix ms); None: nothing.
 */
export const timelinePageSchema = z.object({
  chat: uuid,
  epoch: z.int().min(1),
  as_of: z.int().min(0),
  items: z.array(eventRecordSchema).max(200),
  states: z.array(messageStateSchema).max(200).default([]),
  quotes: z.array(quoteSchema).max(200).default([]),
  before: z.int().min(1).nullable().default(null),
  after: z.int().min(0).nullable().default(null),
  first_seq: z.int().min(1).default(1),
  kept_from: z.int().min(0).nullable().default(null),
});
export type TimelinePage = z.infer<typeof timelinePageSchema>;

/** The message `target` was pinned by the event `seq`, by `by`, at `at` (Unix ms). */
export const pinSchema = z.object({
  target: z.int().min(1),
  seq: z.int().min(1),
  by: uuid,
  at: z.int().min(0),
});
export type Pin = z.infer<typeof pinSchema>;

/** The pinned messages of a chat that the reader may see, the newest pin first; `items` are the messages as now. */
export const pinsViewSchema = z.object({
  chat: uuid,
  as_of: z.int().min(0),
  pins: z.array(pinSchema).max(20),
  items: z.array(eventRecordSchema).max(20),
});
export type PinsView = z.infer<typeof pinsViewSchema>;

/** The raw range (`after`, `to`] of a stream: events and skips together close the numbers. */
export const eventsPageSchema = z.object({
  chat: uuid,
  epoch: z.int().min(1),
  after: z.int().min(0),
  to: z.int().min(0),
  head: z.int().min(0),
  events: z.array(eventRecordSchema).max(200),
  skips: z.array(skipRangeSchema).max(200),
});
export type EventsPage = z.infer<typeof eventsPageSchema>;

/** Everything up to and with `seq` is read; a smaller one than before changes nothing. */
export const readMarkBodySchema = z.strictObject({
  seq: z.int().min(0),
});
export type ReadMarkBody = z.infer<typeof readMarkBodySchema>;

export const readMarkViewSchema = z.object({
  chat: uuid,
  seq: z.int().min(0),
  unread: z.int().min(0),
});
export type ReadMarkView = z.infer<typeof readMarkViewSchema>;

/** RFC 8037 key: OKP, Ed25519. */
export const jwkSchema = z.object({
  kty: z.string(),
  crv: z.string(),
  x: z.string(),
  kid: z.string(),
  alg: z.string(),
  use: z.string(),
});
export type Jwk = z.infer<typeof jwkSchema>;

export const jwksSchema = z.object({
  keys: z.array(jwkSchema).max(16),
});
export type Jwks = z.infer<typeof jwksSchema>;

/** The first line of the chat that is not older than was asked for; None when all of them are. */
export const dayViewSchema = z.object({
  chat: uuid,
  seq: z.int().min(1).nullable(),
});
export type DayView = z.infer<typeof dayViewSchema>;

/** One line of a timeline as it is now: the message or event, who it is by, and what became of it. */
export const exportLineSchema = z.object({
  record: eventRecordSchema,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32).nullable().default(null),
  state: messageStateSchema.nullable().default(null),
});
export type ExportLine = z.infer<typeof exportLineSchema>;

/**
 * Internal, svc-auth `POST /internal/accounts/export`.
 *
 * Answered with a copy, once after the session's owner proved to sit at it; else with 403, or 404.
 */
export const accountAskSchema = z.object({
  person: uuid,
  session: uuid,
});
export type AccountAsk = z.infer<typeof accountAskSchema>;

/** `synced`: its maker keeps a copy, so it outlives the device. Times are Unix ms; `used_at` null is never. */
export const passkeyItemSchema = z.object({
  id: uuid,
  name: text(0, 40),
  synced: z.boolean(),
  created_at: z.int().min(0),
  used_at: z.int().min(0).nullable(),
});
export type PasskeyItem = z.infer<typeof passkeyItemSchema>;

/** A linked identity. `provider` is None when it is not configured any more; `email` was the address there then. */
export const identityViewSchema = z.object({
  id: uuid,
  provider: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/).nullable().default(null),
  label: text(0, 300),
  email: text(3, 254),
  linked_at: z.int().min(0),
});
export type IdentityView = z.infer<typeof identityViewSchema>;

/**
 * A bot of one's own. Times are Unix milliseconds; `token_at` is when its token was made, None without one.
 *
 * `seen_at` is when the token was used last, to the minute or so; None before its first use.
 */
export const botViewSchema = z.object({
  bot: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  name: z.string(),
  made_at: z.int(),
  token_at: z.int().nullable().default(null),
  seen_at: z.int().nullable().default(null),
});
export type BotView = z.infer<typeof botViewSchema>;

/**
 * `account.json` of one's data: the account, without what only proves who one is. Times are Unix milliseconds.
 *
 * `password`: there is one of one's own. `factor_since`: two-step verification is on, since then.
 */
export const accountCopySchema = z.object({
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  email: text(3, 254),
  password: z.boolean(),
  factor_since: z.int().min(0).nullable().default(null),
  passkeys: z.array(passkeyItemSchema).max(20).default([]),
  identities: z.array(identityViewSchema).max(24).default([]),
  sessions: z.array(sessionItemSchema).default([]),
  bots: z.array(botViewSchema).max(20).default([]),
});
export type AccountCopy = z.infer<typeof accountCopySchema>;

/** A line of `files.jsonl`: `entry` is where in the zip its content is; None for one that had no room there. */
export const ownFileLineSchema = z.object({
  file: attachmentSchema,
  entry: z.string().nullable().default(null),
});
export type OwnFileLine = z.infer<typeof ownFileLineSchema>;

/** What is wrong, in the eyes of who reports. */
export const reportReasonSchema = z.enum(["spam", "abuse", "violence", "sexual", "impersonation", "other"]);
export type ReportReason = z.infer<typeof reportReasonSchema>;

/** A line of `reports.jsonl`: whom one reported, for which message (its seq), and when, Unix milliseconds. */
export const ownReportSchema = z.object({
  person: uuid,
  chat: uuid.nullable().default(null),
  seq: z.int().min(1).nullable().default(null),
  reason: reportReasonSchema,
  comment: text(0, 500).default(""),
  reported_at: z.int().min(0),
});
export type OwnReport = z.infer<typeof ownReportSchema>;

/** Present members: admins first, then by how long they are in. */
export const membersPageSchema = z.object({
  members: z.array(memberViewSchema).max(200),
  next: z.string().nullable().default(null),
});
export type MembersPage = z.infer<typeof membersPageSchema>;

export const roleBodySchema = z.strictObject({
  role: roleSchema,
});
export type RoleBody = z.infer<typeof roleBodySchema>;

/** An empty text takes the tagline away. */
export const taglineBodySchema = z.strictObject({
  tagline: text(0, 160),
});
export type TaglineBody = z.infer<typeof taglineBodySchema>;

export const historyBodySchema = z.strictObject({
  history: historySchema,
});
export type HistoryBody = z.infer<typeof historyBodySchema>;

/** None: as the workspace keeps it. No class that is longer than the workspace's is taken. */
export const retentionBodySchema = z.strictObject({
  retention: retentionSchema.nullable(),
});
export type RetentionBody = z.infer<typeof retentionBodySchema>;

/**
 * `secret` is made by the client, 128 random bits, and is in the link alone; the server keeps its hash.
 *
 * `seconds` is how long the link works, `uses` how often; left out: without that limit.
 */
export const makeInviteBodySchema = z.strictObject({
  secret: z.string().regex(/^[0-9a-f]{32}$/).max(32),
  seconds: z.int().min(60).max(31536000).nullable().optional(),
  uses: z.int().min(1).max(5000).nullable().optional(),
});
export type MakeInviteBody = z.infer<typeof makeInviteBodySchema>;

/** The link is there: `invite` and the secret together let people in. */
export const inviteDoneSchema = z.object({
  chat: uuid,
  invite: uuid,
  seq: z.int().min(1),
});
export type InviteDone = z.infer<typeof inviteDoneSchema>;

/** A link that works, as admins see it: `expires_at` in Unix milliseconds; None: without that limit. */
export const inviteViewSchema = z.object({
  invite: uuid,
  expires_at: z.int().nullable(),
  uses_left: z.int().nullable(),
});
export type InviteView = z.infer<typeof inviteViewSchema>;

export const invitesListSchema = z.object({
  invites: z.array(inviteViewSchema).max(20),
});
export type InvitesList = z.infer<typeof invitesListSchema>;

/** What a link holds, beside its chat. */
export const inviteBodySchema = z.strictObject({
  invite: uuid,
  secret: z.string().regex(/^[0-9a-f]{32}$/).max(32),
});
export type InviteBody = z.infer<typeof inviteBodySchema>;

/** What a link shows to who isn't in the group yet; `member`: one is in it already. */
export const invitePreviewSchema = z.object({
  chat: uuid,
  name: text(1, 80).nullable(),
  tagline: text(0, 160),
  member_count: z.int().min(0),
  member: z.boolean(),
});
export type InvitePreview = z.infer<typeof invitePreviewSchema>;

/** `secret` is made by the client, 128 random bits, and is in the address alone; the server keeps its hash. */
export const makeHookBodySchema = z.strictObject({
  secret: z.string().regex(/^[0-9a-f]{32}$/).max(32),
  name: text(1, 40),
});
export type MakeHookBody = z.infer<typeof makeHookBodySchema>;

/** The webhook is there: its address is `/api/hooks/{chat}/{secret}`. */
export const hookDoneSchema = z.object({
  chat: uuid,
  hook: uuid,
  seq: z.int().min(1),
});
export type HookDone = z.infer<typeof hookDoneSchema>;

/** A webhook as its chat's admins, or the two of a private chat, see it: by whom, and when in Unix milliseconds. */
export const hookViewSchema = z.object({
  hook: uuid,
  name: text(1, 40),
  by: uuid,
  made_at: z.int().min(0),
});
export type HookView = z.infer<typeof hookViewSchema>;

export const hooksListSchema = z.object({
  hooks: z.array(hookViewSchema).max(10),
});
export type HooksList = z.infer<typeof hooksListSchema>;

/** What a program sends: the text of a message, and a name in place of the webhook's own for this once. */
export const hookMessageBodySchema = z.strictObject({
  text: bytes(z.string().min(1), 8192),
  name: text(1, 40).nullable().optional(),
});
export type HookMessageBody = z.infer<typeof hookMessageBodySchema>;

/**
 * A message to be sent at `at`; a time that is over means at once.
 *
 * `files` are one's own uploads that are ready; without any the body is not empty.
 */
export const scheduleBodySchema = z.strictObject({
  at: z.int().min(0).max(9007199254740992),
  files: z.array(uuid).max(10).optional(),
  body: bytes(z.string().min(0), 8192),
  reply_to: z.int().min(1).max(9007199254740992).nullable().optional(),
  mentions: z.array(mentionSchema).max(50).optional(),
  mention_all: z.boolean().optional(),
});
export type ScheduleBody = z.infer<typeof scheduleBodySchema>;

/**
 * Another time, another text, other files; what is left out stays. With another text come its mentions.
 *
 * `files` are all that it carries from now on: those that stay, and other uploads of one's own that are ready. Only a
 * message with some may have an empty text.
 */
export const rescheduleBodySchema = z.strictObject({
  at: z.int().min(0).max(9007199254740992).nullable().optional(),
  files: z.array(uuid).max(10).nullable().optional(),
  body: bytes(z.string().min(0), 8192).nullable().optional(),
  mentions: z.array(mentionSchema).max(50).optional(),
  mention_all: z.boolean().optional(),
});
export type RescheduleBody = z.infer<typeof rescheduleBodySchema>;

/** A message that waits. With `problem` its time came and it couldn't be sent; another time tries again. */
export const scheduledViewSchema = z.object({
  scheduled: uuid,
  chat: uuid,
  at: z.int().min(0).max(9007199254740992),
  body: bytes(z.string().min(0), 8192),
  attachments: z.array(attachmentSchema).max(10).default([]),
  reply_to: z.int().min(1).max(9007199254740992).nullable().default(null),
  problem: rejectCodeSchema.nullable().default(null),
});
export type ScheduledView = z.infer<typeof scheduledViewSchema>;

/** By their time. */
export const scheduledListSchema = z.object({
  messages: z.array(scheduledViewSchema).max(100),
});
export type ScheduledList = z.infer<typeof scheduledListSchema>;

/**
 * A part of a hit's text that was searched for: from `start` up to `end`, exclusive.
 *
 * Both count UTF-16 code units, as JavaScript does.
 */
export const searchMarkSchema = z.object({
  start: z.int().min(0),
  end: z.int().min(1),
});
export type SearchMark = z.infer<typeof searchMarkSchema>;

/**
 * A message that was found. `text` is a part of its text of now, plain; `marks` are ascending and apart.
 *
 * `at` is when it was written, Unix ms. `cut_before` and `cut_after` say that the text goes on there.
 */
export const searchHitSchema = z.object({
  chat: uuid,
  seq: z.int().min(1).max(9007199254740992),
  by: uuid,
  at: z.int().min(0),
  edited: z.boolean().default(false),
  text: text(0, 180),
  marks: z.array(searchMarkSchema).max(40).default([]),
  cut_before: z.boolean().default(false),
  cut_after: z.boolean().default(false),
  attachments: z.array(attachmentSchema).max(10).default([]),
  hook: text(1, 40).nullable().default(null),
});
export type SearchHit = z.infer<typeof searchHitSchema>;

/**
 * Hits, best first: those with every word whole before those with parts of words, then the newest first.
 *
 * `partial`: not everything was looked through, only the newest 10,000 messages, because a word is too short for
 * an index, there is no word, or it took too long. `people` are the authors. `next` is None at the end and after
 * 1,000 hits.
 */
export const searchPageSchema = z.object({
  hits: z.array(searchHitSchema).max(50),
  people: z.array(personViewSchema).max(50).default([]),
  partial: z.boolean().default(false),
  next: z.string().nullable().default(null),
});
export type SearchPage = z.infer<typeof searchPageSchema>;

export const factorCodeBodySchema = z.strictObject({
  code: text(6, 24),
});
export type FactorCodeBody = z.infer<typeof factorCodeBodySchema>;

/** `current` proves that it is the owner who sits at an open page; none is needed soon after a log-in. */
export const enrolFactorBodySchema = z.strictObject({
  current: text(8, 128).nullable().optional(),
});
export type EnrolFactorBody = z.infer<typeof enrolFactorBodySchema>;

/** Both factors, for what would weaken the second one. */
export const factorProofBodySchema = z.strictObject({
  current: text(8, 128),
  code: text(6, 24),
});
export type FactorProofBody = z.infer<typeof factorProofBodySchema>;

/** `available`: one can be turned on here. `since` (Unix ms) is when it was. `recovery_left` are unused codes. */
export const factorViewSchema = z.object({
  available: z.boolean(),
  on: z.boolean(),
  since: z.int().min(0).nullable().default(null),
  recovery_left: z.int().min(0).max(10).default(0),
});
export type FactorView = z.infer<typeof factorViewSchema>;

/** What an authenticator app needs, shown once: `uri` for a QR code, `secret` (base32) to type. Ends at Unix ms. */
export const enrolmentViewSchema = z.object({
  secret: text(16, 64),
  uri: text(0, 500),
  expires_at: z.int().min(0),
});
export type EnrolmentView = z.infer<typeof enrolmentViewSchema>;

/** Each is good once in place of a code; they are never shown again, and end all earlier ones. */
export const recoveryCodesViewSchema = z.object({
  codes: z.array(text(0, 24)).max(10),
});
export type RecoveryCodesView = z.infer<typeof recoveryCodesViewSchema>;

/** `current` is the password; `code` is needed where the second factor is on. */
export const changeEmailBodySchema = z.strictObject({
  email: text(3, 254),
  current: text(8, 128),
  code: text(6, 24).nullable().optional(),
});
export type ChangeEmailBody = z.infer<typeof changeEmailBodySchema>;

/** The code that was mailed to the new address. */
export const proveEmailBodySchema = z.strictObject({
  code: z.string().regex(/^[0-9]{6}$/).min(6).max(6),
});
export type ProveEmailBody = z.infer<typeof proveEmailBodySchema>;

/** An address that waits for its code until `expires_at`, Unix ms. */
export const pendingEmailSchema = z.object({
  email: text(3, 254),
  expires_at: z.int().min(0),
});
export type PendingEmail = z.infer<typeof pendingEmailSchema>;

/** The address, and the one that this session asked to have instead. */
export const emailViewSchema = z.object({
  email: text(3, 254),
  pending: pendingEmailSchema.nullable().default(null),
});
export type EmailView = z.infer<typeof emailViewSchema>;

/** How the owner proves to sit at the page: with a password or a passkey, or with neither by a fresh log-in. */
export const erasureProofSchema = z.object({
  password: z.boolean(),
  passkey: z.boolean(),
  second_factor: z.boolean(),
});
export type ErasureProof = z.infer<typeof erasureProofSchema>;

/** `erase_at` is when one's account will be erased, None while nobody asked. `days` is the grace period. */
export const erasureViewSchema = z.object({
  erase_at: z.int().min(0).nullable().default(null),
  days: z.int().min(1).max(90),
  proof: erasureProofSchema,
});
export type ErasureView = z.infer<typeof erasureViewSchema>;

/**
 * What an authenticator answers to a challenge: the fields of `AuthenticatorAssertionResponse`.
 *
 * `user_handle` is always there at log-in; where the challenge named the passkeys, some authenticators leave it out.
 */
export const passkeyAssertionSchema = z.strictObject({
  credential: z.string().regex(/^[A-Za-z0-9_-]+$/).max(1364),
  client_data: z.string().regex(/^[A-Za-z0-9_-]+$/).max(2731),
  authenticator_data: z.string().regex(/^[A-Za-z0-9_-]+$/).max(2731),
  signature: z.string().regex(/^[A-Za-z0-9_-]+$/).max(1366),
  user_handle: z.string().regex(/^[A-Za-z0-9_-]+$/).max(86).nullable().optional(),
});
export type PasskeyAssertion = z.infer<typeof passkeyAssertionSchema>;

/**
 * Who sits at the open page is its owner: by a passkey, or by the password, with a code where a factor is on.
 *
 * Of both the passkey counts. With neither, a proof or log-in of the last minutes in this session counts, where
 * adding a passkey is asked for; elsewhere one of the two must be given.
 */
export const ownerProofBodySchema = z.strictObject({
  current: text(8, 128).nullable().optional(),
  code: text(6, 24).nullable().optional(),
  passkey: passkeyAssertionSchema.nullable().optional(),
});
export type OwnerProofBody = z.infer<typeof ownerProofBodySchema>;

/**
 * `proof` as for whatever gives an account away.
 *
 * Who has neither password nor passkey leaves it out, has logged in within the last minutes, and gives the `code`
 * where a factor is on.
 */
export const eraseBodySchema = z.strictObject({
  proof: ownerProofBodySchema.nullable().optional(),
  code: text(6, 24).nullable().optional(),
});
export type EraseBody = z.infer<typeof eraseBodySchema>;

/** A passkey verifies its owner on the device, so no code of a second factor follows. */
export const loginPasskeyBodySchema = z.strictObject({
  passkey: passkeyAssertionSchema,
});
export type LoginPasskeyBody = z.infer<typeof loginPasskeyBodySchema>;

/** A new credential: the fields of `AuthenticatorAttestationResponse`. */
export const addPasskeyBodySchema = z.strictObject({
  credential: z.string().regex(/^[A-Za-z0-9_-]+$/).max(1364),
  client_data: z.string().regex(/^[A-Za-z0-9_-]+$/).max(2731),
  attestation: z.string().regex(/^[A-Za-z0-9_-]+$/).max(21846),
  transports: z.array(z.string().regex(/^[a-z-]{1,16}$/)).max(8).optional(),
});
export type AddPasskeyBody = z.infer<typeof addPasskeyBodySchema>;

export const renamePasskeyBodySchema = z.strictObject({
  name: text(1, 40),
});
export type RenamePasskeyBody = z.infer<typeof renamePasskeyBodySchema>;

/** A passkey as a browser names it to authenticators. */
export const knownCredentialSchema = z.object({
  id: z.string().regex(/^[A-Za-z0-9_-]+$/).max(1364),
  transports: z.array(z.string().regex(/^[a-z-]{1,16}$/)).max(8),
});
export type KnownCredential = z.infer<typeof knownCredentialSchema>;

/**
 * The options of `navigator.credentials.get`; user verification is required. Good once, until Unix ms.
 *
 * `credentials` are empty at log-in: the authenticator knows which of them are for `rp_id`.
 */
export const passkeyRequestViewSchema = z.object({
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/).max(43),
  rp_id: text(1, 253),
  expires_at: z.int().min(0),
  credentials: z.array(knownCredentialSchema).max(20).default([]),
});
export type PasskeyRequestView = z.infer<typeof passkeyRequestViewSchema>;

/**
 * The options of `navigator.credentials.create`: a discoverable credential with user verification.
 *
 * `user_handle` is the person's id as bytes; `algorithms` are of COSE, the best first; `known` are to be excluded.
 */
export const passkeyCreationViewSchema = z.object({
  challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/).max(43),
  rp_id: text(1, 253),
  expires_at: z.int().min(0),
  user_handle: z.string().regex(/^[A-Za-z0-9_-]+$/).max(86),
  username: text(0, 32),
  algorithms: z.array(z.int()).min(1).max(8),
  known: z.array(knownCredentialSchema).max(20),
});
export type PasskeyCreationView = z.infer<typeof passkeyCreationViewSchema>;

/** One's passkeys, oldest first. `rp_id` null: this server has no name that passkeys could be bound to. */
export const passkeysPageSchema = z.object({
  rp_id: text(1, 253).nullable(),
  passkeys: z.array(passkeyItemSchema).max(20),
});
export type PasskeysPage = z.infer<typeof passkeysPageSchema>;

/** What one says of oneself. `name` is the username as long as no other one was given. */
export const ownProfileSchema = z.object({
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  name: z.string(),
  bio: z.string().default(""),
  picture: uuid.nullable().default(null),
});
export type OwnProfile = z.infer<typeof ownProfileSchema>;

/** What changes; a field that is left out or null stays. An empty name gives the username back. */
export const profileBodySchema = z.strictObject({
  name: text(0, 64).nullable().optional(),
  bio: text(0, 280).nullable().optional(),
});
export type ProfileBody = z.infer<typeof profileBodySchema>;

/** To whom something is open. */
export const audienceSchema = z.enum(["everyone", "second_degree", "nobody"]);
export type Audience = z.infer<typeof audienceSchema>;

/** Who may know whether somebody is here. */
export const presenceAudienceSchema = z.enum(["connections", "nobody"]);
export type PresenceAudience = z.infer<typeof presenceAudienceSchema>;

/** Who may know how far somebody has read. */
export const receiptAudienceSchema = z.enum(["everyone", "nobody"]);
export type ReceiptAudience = z.infer<typeof receiptAudienceSchema>;

/**
 * What one allows others. A connection, or a request that waits, is stronger than `findable` and `askable`.
 *
 * `presence` and `receipts` are mutual: who tells nobody is told of nobody. `receipts` is how far one has got and
 * read the chats that one is in.
 */
export const privacyViewSchema = z.object({
  findable: audienceSchema.default("everyone"),
  askable: audienceSchema.default("everyone"),
  presence: presenceAudienceSchema.default("connections"),
  receipts: receiptAudienceSchema.default("everyone"),
});
export type PrivacyView = z.infer<typeof privacyViewSchema>;

/** What changes; a field that is left out or null stays. */
export const privacyBodySchema = z.strictObject({
  findable: audienceSchema.nullable().optional(),
  askable: audienceSchema.nullable().optional(),
  presence: presenceAudienceSchema.nullable().optional(),
  receipts: receiptAudienceSchema.nullable().optional(),
});
export type PrivacyBody = z.infer<typeof privacyBodySchema>;

/** A group that both people are in. */
export const commonGroupSchema = z.object({
  chat: uuid,
  name: z.string(),
});
export type CommonGroup = z.infer<typeof commonGroupSchema>;

/**
 * A person's page. `person.mutual` counts the connections in common.
 *
 * `acquaintances` are the first of those by username, `groups` the first groups in common by name of
 * `group_count`. Who was blocked by this person is told the name and the groups only.
 */
export const profileViewSchema = z.object({
  person: personViewSchema,
  bio: z.string().default(""),
  connections: z.int().min(0).default(0),
  acquaintances: z.array(personViewSchema).max(12).default([]),
  groups: z.array(commonGroupSchema).max(20).default([]),
  group_count: z.int().min(0).default(0),
});
export type ProfileView = z.infer<typeof profileViewSchema>;

/** What a provider speaks: OpenID Connect, or GitHub's OAuth. */
export const providerKindSchema = z.enum(["oidc", "github"]);
export type ProviderKind = z.infer<typeof providerKindSchema>;

/** Somebody whom one can log in with; `label` is for a button. */
export const providerViewSchema = z.object({
  id: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/),
  kind: providerKindSchema,
  label: text(1, 40),
});
export type ProviderView = z.infer<typeof providerViewSchema>;

/** Those that are configured, in the operator's order; empty where there are none. */
export const providersViewSchema = z.object({
  providers: z.array(providerViewSchema).max(12).default([]),
});
export type ProvidersView = z.infer<typeof providersViewSchema>;

/** `invitation` is the part of an invitation's link behind `#`, for who has no account yet. */
export const startProviderBodySchema = z.strictObject({
  invitation: z.string().regex(/^[A-Za-z0-9_-]{43}$/).max(43).nullable().optional(),
});
export type StartProviderBody = z.infer<typeof startProviderBodySchema>;

/** Where the browser must go; it comes back to the callback with a code. Good for PROVIDER_SECONDS. */
export const providerStartViewSchema = z.object({
  location: z.string().regex(/^https?:\/\//).max(4000),
});
export type ProviderStartView = z.infer<typeof providerStartViewSchema>;

/** The proof of who sits at the page; none is needed soon after another or a log-in in this session. */
export const linkProviderBodySchema = z.strictObject({
  current: text(8, 128).nullable().optional(),
  code: text(6, 24).nullable().optional(),
  passkey: passkeyAssertionSchema.nullable().optional(),
});
export type LinkProviderBody = z.infer<typeof linkProviderBodySchema>;

/** As for linking. */
export const unlinkIdentityBodySchema = z.strictObject({
  current: text(8, 128).nullable().optional(),
  code: text(6, 24).nullable().optional(),
  passkey: passkeyAssertionSchema.nullable().optional(),
});
export type UnlinkIdentityBody = z.infer<typeof unlinkIdentityBodySchema>;

/** One's identities, oldest first. `password`: one has a password of one's own, not only a mailed one. */
export const identitiesViewSchema = z.object({
  identities: z.array(identityViewSchema).max(24).default([]),
  password: z.boolean().default(true),
});
export type IdentitiesView = z.infer<typeof identitiesViewSchema>;

/** A mailed one-time password and the one that takes its place; `login` is the address or the username. */
export const newPasswordBodySchema = z.strictObject({
  login: text(3, 254),
  current: text(8, 128),
  password: text(8, 128),
});
export type NewPasswordBody = z.infer<typeof newPasswordBodySchema>;

/** How far another member is. `since` is the first seq from which on they see everything. */
export const memberReceiptSchema = z.object({
  person: uuid,
  since: z.int().min(1),
  read: z.int().min(0).default(0),
  read_at: z.int().min(0).default(0),
  delivered: z.int().min(0).default(0),
  delivered_at: z.int().min(0).default(0),
});
export type MemberReceipt = z.infer<typeof memberReceiptSchema>;

/**
 * The read state of a chat, as far as one may know it.
 *
 * `told` is False for who tells nothing of oneself, and then there are no `members`. `live` is False in a chat of
 * more than `receiptMembers` people: who has seen a message is asked for there. Left out are those who tell nothing,
 * and who blocked or is blocked by the one who asks.
 */
export const receiptsViewSchema = z.object({
  chat: uuid,
  told: z.boolean(),
  live: z.boolean(),
  members: z.array(memberReceiptSchema).max(50).default([]),
});
export type ReceiptsView = z.infer<typeof receiptsViewSchema>;

/**
 * Somebody who has read a message, by `at` (Unix ms, to the minute; 0 for not known).
 *
 * `earlier`: maybe long before, for only the newest minutes of reading are kept.
 */
export const seenBySchema = z.object({
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  name: z.string(),
  at: z.int().min(0),
  earlier: z.boolean().default(false),
});
export type SeenBy = z.infer<typeof seenBySchema>;

/**
 * Who has read one message, by username.
 *
 * `of` counts the other members, without the author, who see the message and tell how far they are, `seen` those
 * who have read it, `delivered` those who have it; `people` is one page of the readers.
 */
export const seenViewSchema = z.object({
  chat: uuid,
  seq: z.int().min(1),
  told: z.boolean(),
  of: z.int().min(0).default(0),
  delivered: z.int().min(0).default(0),
  seen: z.int().min(0).default(0),
  people: z.array(seenBySchema).max(200).default([]),
  next: z.string().nullable().default(null),
});
export type SeenView = z.infer<typeof seenViewSchema>;

/** Either `person`, or a message of somebody else's: `chat` and `target` (its seq). */
export const reportBodySchema = z.strictObject({
  person: uuid.nullable().optional(),
  chat: uuid.nullable().optional(),
  target: z.int().min(1).max(9007199254740992).nullable().optional(),
  reason: reportReasonSchema,
  comment: text(0, 500).optional(),
});
export type ReportBody = z.infer<typeof reportBodySchema>;

/**
 * A report that waits, as administrators see it. Times are Unix milliseconds.
 *
 * Without `chat` it is about the person; `said` is the message's text when it was reported first. Usernames are None
 * when the account is gone. `of_person` counts all reports of this person, looked into or not.
 */
export const reportViewSchema = z.object({
  report: uuid,
  reported_at: z.int().min(0),
  reason: reportReasonSchema,
  comment: z.string(),
  reporter: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32).nullable(),
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32).nullable(),
  chat: uuid.nullable().default(null),
  seq: z.int().min(1).nullable().default(null),
  said: z.string().nullable().default(null),
  said_at: z.int().min(0).nullable().default(null),
  of_person: z.int().min(1),
});
export type ReportView = z.infer<typeof reportViewSchema>;

/** Those that wait longest, the oldest first; `waiting` counts all that do. */
export const reportsPageSchema = z.object({
  reports: z.array(reportViewSchema).max(50),
  waiting: z.int().min(0),
});
export type ReportsPage = z.infer<typeof reportsPageSchema>;

/** The report is kept. Reporting the same again changes reason and comment; `again` says so. */
export const reportDoneSchema = z.object({
  again: z.boolean().default(false),
});
export type ReportDone = z.infer<typeof reportDoneSchema>;

/** How a browser registers with Firebase Cloud Messaging. Nothing of it is secret. */
export const webPushSchema = z.object({
  api_key: text(1, 300),
  app_id: text(1, 300),
  project_id: text(1, 300),
  sender_id: text(1, 300),
  vapid_key: text(1, 300),
});
export type WebPush = z.infer<typeof webPushSchema>;

/**
 * Push for the one who asks. `web` is None where this installation has it off.
 *
 * `device` says whether this session has a token; `preview` whether notifications show the text of messages.
 */
export const pushViewSchema = z.object({
  web: webPushSchema.nullable(),
  device: z.boolean(),
  preview: z.boolean(),
});
export type PushView = z.infer<typeof pushViewSchema>;

/** The token of this session's device. A session has one; the same token in another session moves here. */
export const pushDeviceBodySchema = z.strictObject({
  token: z.string().regex(/^[A-Za-z0-9_:.-]+$/).min(16).max(1000),
});
export type PushDeviceBody = z.infer<typeof pushDeviceBodySchema>;

/** Whether notifications show who wrote what, on all devices of the person. */
export const pushSettingsBodySchema = z.strictObject({
  preview: z.boolean(),
});
export type PushSettingsBody = z.infer<typeof pushSettingsBodySchema>;

/** An empty `name` is the username. */
export const newBotBodySchema = z.strictObject({
  username: z.string().regex(/^[a-z0-9][a-z0-9_.-]*bot$/).min(3).max(32),
  name: text(0, 64).optional(),
});
export type NewBotBody = z.infer<typeof newBotBodySchema>;

export const botsPageSchema = z.object({
  bots: z.array(botViewSchema).max(20),
});
export type BotsPage = z.infer<typeof botsPageSchema>;

/** The only time that the token is told; what is kept of it is its SHA-256. */
export const botTokenViewSchema = z.object({
  bot: botViewSchema,
  token: z.string().regex(/^nxb_[A-Za-z0-9_-]{43}$/).max(64),
});
export type BotTokenView = z.infer<typeof botTokenViewSchema>;

/** Internal, svc-auth `POST /internal/bots/check`: whose token is it? Answered with claims, or 404. */
export const tokenCheckSchema = z.object({
  token: z.string().regex(/^nxb_[A-Za-z0-9_-]{43}$/).max(64),
});
export type TokenCheck = z.infer<typeof tokenCheckSchema>;

/**
 * Who may make an account without an administrator's help.
 *
 * `open`: whoever proves an address. `domains`: whoever proves one at certain domains. `invite`: who has an
 * invitation, which also helps where domains are asked for. `closed`: nobody, not even with an invitation.
 */
export const registrationModeSchema = z.enum(["open", "domains", "invite", "closed"]);
export type RegistrationMode = z.infer<typeof registrationModeSchema>;

/**
 * Who must log in with two factors: an app's code after the password or provider, or a passkey.
 *
 * `optional`: nobody must. `administrators`: who administers the instance. `everyone`: every person.
 */
export const secondFactorModeSchema = z.enum(["optional", "administrators", "everyone"]);
export type SecondFactorMode = z.infer<typeof secondFactorModeSchema>;

/** What applies to accounts. `domains` are told where they are asked for. */
export const instanceViewSchema = z.object({
  registration: registrationModeSchema,
  second_factor: secondFactorModeSchema.default("optional"),
  domains: z.array(z.string().regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/).max(253)).max(50).default([]),
});
export type InstanceView = z.infer<typeof instanceViewSchema>;

/** An invitation to look at. */
export const invitationBodySchema = z.strictObject({
  invitation: z.string().regex(/^[A-Za-z0-9_-]{43}$/).max(43),
});
export type InvitationBody = z.infer<typeof invitationBodySchema>;

/** An invitation that is good: until when (Unix ms), as far as nobody uses it up before. */
export const invitationFactsSchema = z.object({
  expires_at: z.int().min(0),
});
export type InvitationFacts = z.infer<typeof invitationFactsSchema>;

/** Whether one is an administrator oneself. */
export const roleViewSchema = z.object({
  admin: z.boolean(),
});
export type RoleView = z.infer<typeof roleViewSchema>;

/** Whether somebody runs the instance: not at all, by another administrator's hand, or by the settings. */
export const adminRoleSchema = z.enum(["none", "granted", "settings"]);
export type AdminRole = z.infer<typeof adminRoleSchema>;

/**
 * Somebody as administrators see them. `seen_at` is when a device of theirs was there last, None for never.
 *
 * `erase_at` is when the account will be erased. `owner` is whose bot it is. `second_factor` is an app for
 * codes; `passkeys` counts.
 */
export const managedPersonSchema = z.object({
  person: uuid,
  username: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32),
  name: z.string(),
  email: z.string(),
  role: adminRoleSchema,
  verified: z.boolean(),
  bot: z.boolean(),
  owner: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32).nullable().default(null),
  second_factor: z.boolean(),
  passkeys: z.int().min(0),
  sessions: z.int().min(0),
  made_at: z.int().min(0),
  seen_at: z.int().min(0).nullable().default(null),
  deactivated_at: z.int().min(0).nullable().default(null),
  erase_at: z.int().min(0).nullable().default(null),
});
export type ManagedPerson = z.infer<typeof managedPersonSchema>;

/** By username. `next` is where the list goes on (the query's `past`), None at its end. */
export const managedPeopleSchema = z.object({
  people: z.array(managedPersonSchema).max(50),
  next: z.string().regex(/^[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?$/).min(3).max(32).nullable().default(null),
});
export type ManagedPeople = z.infer<typeof managedPeopleSchema>;

export const adminProofBodySchema = z.strictObject({
  proof: ownerProofBodySchema,
});
export type AdminProofBody = z.infer<typeof adminProofBodySchema>;

export const setRoleBodySchema = z.strictObject({
  admin: z.boolean(),
  proof: ownerProofBodySchema,
});
export type SetRoleBody = z.infer<typeof setRoleBodySchema>;

/** `label` is for the list alone, such as whom it is for. */
export const makeInvitationBodySchema = z.strictObject({
  label: text(0, 80).optional(),
  days: z.int().min(1).max(90),
  uses: z.int().min(1).max(1000),
  proof: ownerProofBodySchema,
});
export type MakeInvitationBody = z.infer<typeof makeInvitationBodySchema>;

/** `uses` counts the accounts that it made, of `most`. `by` is who made it, by the username then. */
export const invitationViewSchema = z.object({
  invitation: uuid,
  label: z.string(),
  by: z.string(),
  made_at: z.int().min(0),
  expires_at: z.int().min(0),
  most: z.int().min(0),
  uses: z.int().min(0),
  revoked_at: z.int().min(0).nullable().default(null),
});
export type InvitationView = z.infer<typeof invitationViewSchema>;

/** The newest first; of those that are over, the last ones. */
export const invitationsPageSchema = z.object({
  invitations: z.array(invitationViewSchema).max(100),
});
export type InvitationsPage = z.infer<typeof invitationsPageSchema>;

/** The only time that the token is told; what is kept of it is its SHA-256. */
export const invitationMadeSchema = z.object({
  invitation: invitationViewSchema,
  token: z.string().regex(/^[A-Za-z0-9_-]{43}$/).max(43),
});
export type InvitationMade = z.infer<typeof invitationMadeSchema>;

/** What an administrator did. */
export const adminActionSchema = z.enum(["person.deactivated", "person.reactivated", "person.factors_reset", "role.granted", "role.taken", "invitation.made", "invitation.revoked", "report.closed", "person.erasure_asked", "person.erasure_cancelled", "person.erased"]);
export type AdminAction = z.infer<typeof adminActionSchema>;

/**
 * Who did what to whom, when and from where. Names are those of that day; `by` is empty for a command.
 *
 * `subject` is a person's username or an invitation's label. `address` is the network address, empty for a command.
 */
export const auditEntrySchema = z.object({
  number: z.int().min(0),
  at: z.int().min(0),
  by: z.string(),
  action: adminActionSchema,
  subject: z.string(),
  address: z.string(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** The newest first. `next` is where the list goes on (the query's `before`), None at its end. */
export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema).max(50),
  next: z.int().min(0).nullable().default(null),
});
export type AuditPage = z.infer<typeof auditPageSchema>;

/** What a file is for: to be sent in messages, or to be the picture of a person or a group. */
export const purposeSchema = z.enum(["message", "picture"]);
export type Purpose = z.infer<typeof purposeSchema>;

/** A file that is going to be uploaded: `size` in bytes, exactly. */
export const createAttachmentBodySchema = z.strictObject({
  name: text(1, 200),
  size: z.int().min(1).max(26214400),
  purpose: purposeSchema.optional(),
});
export type CreateAttachmentBody = z.infer<typeof createAttachmentBodySchema>;

/** How far an upload is: `received` of `size` bytes are there. With `attachment` it is ready to be sent. */
export const uploadViewSchema = z.object({
  id: uuid,
  size: z.int().min(1),
  received: z.int().min(0),
  attachment: attachmentSchema.nullable().default(null),
});
export type UploadView = z.infer<typeof uploadViewSchema>;

/** What an image shows; null takes the words away. */
export const describeAttachmentBodySchema = z.strictObject({
  alt: text(1, 1000).nullable(),
});
export type DescribeAttachmentBody = z.infer<typeof describeAttachmentBodySchema>;

/** `message` is the seq of the message that carries the file. */
export const copyAttachmentBodySchema = z.strictObject({
  message: z.int().min(1).max(9007199254740992),
});
export type CopyAttachmentBody = z.infer<typeof copyAttachmentBodySchema>;

/** Bytes that one's files take, and how many they may. */
export const usageViewSchema = z.object({
  used: z.int().min(0),
  quota: z.int().min(0),
});
export type UsageView = z.infer<typeof usageViewSchema>;

/** Which of these attachments may this person send? Asked by gateways. */
export const attachmentsAskSchema = z.strictObject({
  person: uuid,
  attachments: z.array(uuid).max(10),
});
export type AttachmentsAsk = z.infer<typeof attachmentsAskSchema>;

/** Those that are the person's and ready; the others are left out. */
export const attachmentsFoundSchema = z.object({
  attachments: z.array(attachmentSchema).max(10),
});
export type AttachmentsFound = z.infer<typeof attachmentsFoundSchema>;

/** An upload that was made to be a picture; null takes the picture away. */
export const pictureBodySchema = z.strictObject({
  picture: uuid.nullable(),
});
export type PictureBody = z.infer<typeof pictureBodySchema>;

/** Every limit a client can run into; units as in libs/contracts. */
export const limits = {
  accessTokenSeconds: 600,
  adminPage: 50,
  altChars: 1000,
  attachmentsWaiting: 50,
  attachmentBytes: 26214400,
  attachmentHours: 24,
  attachmentPartBytes: 1048576,
  auditLogDays: 365,
  bioChars: 280,
  blurChars: 800,
  bots: 20,
  botClaimsSeconds: 60,
  botTokenChars: 64,
  chatMarks: 64,
  chatMembers: 5000,
  chatNameChars: 80,
  codeDigits: 6,
  codeLifetimeSeconds: 600,
  codeResendSeconds: 30,
  codeTries: 5,
  createMembers: 200,
  displayNameChars: 64,
  draftEveryMs: 1000,
  emailChars: 254,
  emojiBytes: 64,
  eraseDays: [1, 90],
  eraseLoginSeconds: 600,
  exports: 4,
  exportSeconds: 1800,
  factorChallengeSeconds: 300,
  factorCodeChars: [6, 24],
  factorDigits: 6,
  factorEnrolSeconds: 900,
  factorStepSeconds: 30,
  factorTries: 5,
  fileNameChars: 200,
  forwardChats: 10,
  frameBytes: 65536,
  heldUsernameDays: 90,
  hooks: 10,
  hookBurst: 20,
  hookNameChars: 40,
  hookRate: 1,
  identities: 24,
  idAheadMs: 60000,
  idBehindMs: 2592000000,
  imagePixels: 50000000,
  imageSide: 4096,
  invitations: 100,
  invitationDays: 90,
  invitationLabelChars: 80,
  invitationTokenChars: 43,
  invitationUses: 1000,
  invites: 20,
  inviteSeconds: [60, 31536000],
  inviteUses: 5000,
  markAgainMs: 5000,
  markEveryMs: 1000,
  mentions: 50,
  mentionsCounted: 200,
  messageAttachments: 10,
  messageBodyBytes: 8192,
  mutedForGood: 9007199254740991,
  oneTimePasswordSeconds: 86400,
  outcomeWaitSeconds: 3.0,
  ownDataAllowedSeconds: 120,
  ownDataExports: 2,
  ownDataFileBytes: 4294967296,
  pageMax: 200,
  passkeys: 20,
  passkeyIdBytes: 1023,
  passkeyNameChars: 40,
  passkeySeconds: 300,
  passwordChars: [8, 128],
  pictureSide: 512,
  pictureThumbSide: 128,
  pinnedChats: 20,
  pinnedMessages: 20,
  previewSide: 960,
  profileGroups: 20,
  profilePeople: 12,
  proofSeconds: 300,
  providers: 12,
  providerLabelChars: 40,
  providerSeconds: 600,
  pushDevices: 10,
  pushTargets: 2000,
  pushTextChars: 240,
  pushTitleChars: 80,
  pushTokenChars: 1000,
  queryChars: 200,
  queryTerms: 10,
  quoteChars: 300,
  reactionKinds: 50,
  reactionPeople: 100,
  readMoments: 32,
  readWaitSeconds: 6.0,
  receiptMembers: 50,
  recoveryCodes: 10,
  refreshTokenSeconds: 2592000,
  registrationDomains: 50,
  repairEvents: 500,
  reportsADay: 20,
  reportChars: 500,
  resetLifetimeSeconds: 600,
  resetTokenChars: 200,
  resumeHeads: 1000,
  scheduled: 100,
  scheduledAheadMs: 31622400000,
  searchChars: [1, 60],
  searchHits: 1000,
  searchPage: 20,
  searchPageMax: 50,
  searchRecent: 10000,
  seenAgainMs: 15000,
  sessions: 50,
  snippetChars: 180,
  snippetMarks: 40,
  taglineChars: 160,
  thumbSide: 240,
  timelinePage: 50,
  timelineScan: 2000,
  typingEveryMs: 3000,
  typingShownMs: 6000,
  unacknowledgedSends: 32,
  usernameChars: [3, 32],
  versions: 51,
} as const;

/** Close codes of the WebSocket; from `terminalCloseFrom` on the client does not come back. */
export const closeCodes = {
  goingAway: 1001,
  unsupported: 1003,
  invalidText: 1007,
  tooBig: 1009,
  restart: 1012,
  slowReader: 4408,
  unauthenticated: 4401,
  resumeTimeout: 4410,
  lostBackend: 4420,
  sessionEnded: 4501,
  setupFirst: 4503,
  badFrames: 4502,
} as const;

export const terminalCloseFrom = 4500;

/** The REST API; path parameters are in braces. */
export const endpoints = {
  register: {
    method: "POST",
    path: "/api/auth/register",
    status: 202,
    query: [],
    body: registerBodySchema,
    answer: acceptedSchema,
    idempotentByKey: false,
    open: true,
  },
  verify: {
    method: "POST",
    path: "/api/auth/verify",
    status: 200,
    query: [],
    body: verifyBodySchema,
    answer: sessionViewSchema,
    idempotentByKey: true,
    open: true,
  },
  resend: {
    method: "POST",
    path: "/api/auth/resend",
    status: 202,
    query: [],
    body: resendBodySchema,
    answer: acceptedSchema,
    idempotentByKey: false,
    open: true,
  },
  login: {
    method: "POST",
    path: "/api/auth/login",
    status: 200,
    query: [],
    body: loginBodySchema,
    answer: sessionViewSchema,
    idempotentByKey: false,
    open: true,
  },
  refresh: {
    method: "POST",
    path: "/api/auth/refresh",
    status: 200,
    query: [],
    body: null,
    answer: sessionViewSchema,
    idempotentByKey: false,
    open: true,
  },
  logout: {
    method: "POST",
    path: "/api/auth/logout",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: true,
  },
  session: {
    method: "GET",
    path: "/api/auth/session",
    status: 200,
    query: [],
    body: null,
    answer: sessionViewSchema,
    idempotentByKey: false,
    open: false,
  },
  forgot: {
    method: "POST",
    path: "/api/auth/forgot",
    status: 202,
    query: [],
    body: forgotBodySchema,
    answer: acceptedSchema,
    idempotentByKey: false,
    open: true,
  },
  reset: {
    method: "POST",
    path: "/api/auth/reset",
    status: 204,
    query: [],
    body: resetBodySchema,
    answer: null,
    idempotentByKey: false,
    open: true,
  },
  changePassword: {
    method: "PUT",
    path: "/api/auth/password",
    status: 204,
    query: [],
    body: changePasswordBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  sessions: {
    method: "GET",
    path: "/api/auth/sessions",
    status: 200,
    query: [],
    body: null,
    answer: sessionsPageSchema,
    idempotentByKey: false,
    open: false,
  },
  endSession: {
    method: "DELETE",
    path: "/api/auth/sessions/{session}",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  endOtherSessions: {
    method: "DELETE",
    path: "/api/auth/sessions",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  jwks: {
    method: "GET",
    path: "/api/auth/jwks.json",
    status: 200,
    query: [],
    body: null,
    answer: jwksSchema,
    idempotentByKey: false,
    open: true,
  },
  people: {
    method: "GET",
    path: "/api/people",
    status: 200,
    query: ["q"],
    body: null,
    answer: peoplePageSchema,
    idempotentByKey: false,
    open: false,
  },
  person: {
    method: "GET",
    path: "/api/people/{person}",
    status: 200,
    query: [],
    body: null,
    answer: personViewSchema,
    idempotentByKey: false,
    open: false,
  },
  connections: {
    method: "GET",
    path: "/api/connections",
    status: 200,
    query: ["after"],
    body: null,
    answer: peoplePageSchema,
    idempotentByKey: false,
    open: false,
  },
  ask: {
    method: "POST",
    path: "/api/connections",
    status: 200,
    query: [],
    body: askBodySchema,
    answer: personViewSchema,
    idempotentByKey: false,
    open: false,
  },
  accept: {
    method: "POST",
    path: "/api/connections/{person}/accept",
    status: 200,
    query: [],
    body: null,
    answer: personViewSchema,
    idempotentByKey: false,
    open: false,
  },
  chats: {
    method: "GET",
    path: "/api/chats",
    status: 200,
    query: ["after", "limit"],
    body: null,
    answer: chatsPageSchema,
    idempotentByKey: false,
    open: false,
  },
  createChat: {
    method: "POST",
    path: "/api/chats",
    status: 201,
    query: [],
    body: createChatBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  chat: {
    method: "GET",
    path: "/api/chats/{chat}",
    status: 200,
    query: ["at_least"],
    body: null,
    answer: chatViewSchema,
    idempotentByKey: false,
    open: false,
  },
  renameChat: {
    method: "PATCH",
    path: "/api/chats/{chat}",
    status: 200,
    query: [],
    body: renameChatBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  addMember: {
    method: "POST",
    path: "/api/chats/{chat}/members",
    status: 200,
    query: [],
    body: addMemberBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  removeMember: {
    method: "DELETE",
    path: "/api/chats/{chat}/members/{person}",
    status: 200,
    query: [],
    body: null,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  timeline: {
    method: "GET",
    path: "/api/chats/{chat}/timeline",
    status: 200,
    query: ["before", "after", "around", "limit", "at_least"],
    body: null,
    answer: timelinePageSchema,
    idempotentByKey: false,
    open: false,
  },
  events: {
    method: "GET",
    path: "/api/chats/{chat}/events",
    status: 200,
    query: ["after", "limit", "at_least"],
    body: null,
    answer: eventsPageSchema,
    idempotentByKey: false,
    open: false,
  },
  editMessage: {
    method: "POST",
    path: "/api/chats/{chat}/edits",
    status: 200,
    query: [],
    body: editMessageBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  deleteMessage: {
    method: "POST",
    path: "/api/chats/{chat}/deletions",
    status: 200,
    query: [],
    body: deleteMessageBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  react: {
    method: "POST",
    path: "/api/chats/{chat}/reactions",
    status: 200,
    query: [],
    body: reactBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  versions: {
    method: "GET",
    path: "/api/chats/{chat}/versions",
    status: 200,
    query: ["target", "at_least"],
    body: null,
    answer: versionsViewSchema,
    idempotentByKey: false,
    open: false,
  },
  readMark: {
    method: "PUT",
    path: "/api/chats/{chat}/read-mark",
    status: 200,
    query: [],
    body: readMarkBodySchema,
    answer: readMarkViewSchema,
    idempotentByKey: false,
    open: false,
  },
  bots: {
    method: "GET",
    path: "/api/auth/bots",
    status: 200,
    query: [],
    body: null,
    answer: botsPageSchema,
    idempotentByKey: false,
    open: false,
  },
  makeBot: {
    method: "POST",
    path: "/api/auth/bots",
    status: 201,
    query: [],
    body: newBotBodySchema,
    answer: botTokenViewSchema,
    idempotentByKey: false,
    open: false,
  },
  renewBotToken: {
    method: "POST",
    path: "/api/auth/bots/{bot}/token",
    status: 200,
    query: [],
    body: null,
    answer: botTokenViewSchema,
    idempotentByKey: false,
    open: false,
  },
  revokeBotToken: {
    method: "DELETE",
    path: "/api/auth/bots/{bot}/token",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  retireBot: {
    method: "DELETE",
    path: "/api/auth/bots/{bot}",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  adminRole: {
    method: "GET",
    path: "/api/auth/role",
    status: 200,
    query: [],
    body: null,
    answer: roleViewSchema,
    idempotentByKey: false,
    open: false,
  },
  managedPeople: {
    method: "GET",
    path: "/api/auth/admin/people",
    status: 200,
    query: ["q", "past"],
    body: null,
    answer: managedPeopleSchema,
    idempotentByKey: false,
    open: false,
  },
  deactivate: {
    method: "POST",
    path: "/api/auth/admin/people/{person}/deactivation",
    status: 200,
    query: [],
    body: adminProofBodySchema,
    answer: managedPersonSchema,
    idempotentByKey: false,
    open: false,
  },
  reactivate: {
    method: "POST",
    path: "/api/auth/admin/people/{person}/reactivation",
    status: 200,
    query: [],
    body: adminProofBodySchema,
    answer: managedPersonSchema,
    idempotentByKey: false,
    open: false,
  },
  erasePerson: {
    method: "POST",
    path: "/api/auth/admin/people/{person}/erasure",
    status: 200,
    query: [],
    body: adminProofBodySchema,
    answer: managedPersonSchema,
    idempotentByKey: false,
    open: false,
  },
  keepPerson: {
    method: "POST",
    path: "/api/auth/admin/people/{person}/erasure-cancellation",
    status: 200,
    query: [],
    body: adminProofBodySchema,
    answer: managedPersonSchema,
    idempotentByKey: false,
    open: false,
  },
  resetFactors: {
    method: "POST",
    path: "/api/auth/admin/people/{person}/factor-reset",
    status: 200,
    query: [],
    body: adminProofBodySchema,
    answer: managedPersonSchema,
    idempotentByKey: false,
    open: false,
  },
  setAdminRole: {
    method: "PUT",
    path: "/api/auth/admin/people/{person}/role",
    status: 200,
    query: [],
    body: setRoleBodySchema,
    answer: managedPersonSchema,
    idempotentByKey: false,
    open: false,
  },
  invitations: {
    method: "GET",
    path: "/api/auth/admin/invitations",
    status: 200,
    query: [],
    body: null,
    answer: invitationsPageSchema,
    idempotentByKey: false,
    open: false,
  },
  makeInvitation: {
    method: "POST",
    path: "/api/auth/admin/invitations",
    status: 201,
    query: [],
    body: makeInvitationBodySchema,
    answer: invitationMadeSchema,
    idempotentByKey: false,
    open: false,
  },
  revokeInvitation: {
    method: "POST",
    path: "/api/auth/admin/invitations/{invitation}/revocation",
    status: 204,
    query: [],
    body: adminProofBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  auditLog: {
    method: "GET",
    path: "/api/auth/admin/audit-log",
    status: 200,
    query: ["before"],
    body: null,
    answer: auditPageSchema,
    idempotentByKey: false,
    open: false,
  },
  instance: {
    method: "GET",
    path: "/api/auth/instance",
    status: 200,
    query: [],
    body: null,
    answer: instanceViewSchema,
    idempotentByKey: false,
    open: true,
  },
  lookAtInvitation: {
    method: "POST",
    path: "/api/auth/invitation",
    status: 200,
    query: [],
    body: invitationBodySchema,
    answer: invitationFactsSchema,
    idempotentByKey: false,
    open: true,
  },
  createAttachment: {
    method: "POST",
    path: "/api/attachments",
    status: 201,
    query: [],
    body: createAttachmentBodySchema,
    answer: uploadViewSchema,
    idempotentByKey: true,
    open: false,
  },
  attachmentUsage: {
    method: "GET",
    path: "/api/attachments",
    status: 200,
    query: [],
    body: null,
    answer: usageViewSchema,
    idempotentByKey: false,
    open: false,
  },
  attachment: {
    method: "GET",
    path: "/api/attachments/{attachment}",
    status: 200,
    query: [],
    body: null,
    answer: uploadViewSchema,
    idempotentByKey: false,
    open: false,
  },
  writeAttachment: {
    method: "PATCH",
    path: "/api/attachments/{attachment}",
    status: 200,
    query: ["offset"],
    body: null,
    answer: uploadViewSchema,
    idempotentByKey: false,
    open: false,
  },
  finishAttachment: {
    method: "POST",
    path: "/api/attachments/{attachment}/finish",
    status: 200,
    query: [],
    body: null,
    answer: uploadViewSchema,
    idempotentByKey: false,
    open: false,
  },
  describeAttachment: {
    method: "PUT",
    path: "/api/attachments/{attachment}/alt",
    status: 200,
    query: [],
    body: describeAttachmentBodySchema,
    answer: uploadViewSchema,
    idempotentByKey: false,
    open: false,
  },
  dropAttachment: {
    method: "DELETE",
    path: "/api/attachments/{attachment}",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  copyAttachment: {
    method: "POST",
    path: "/api/chats/{chat}/attachments/{attachment}/copies",
    status: 201,
    query: [],
    body: copyAttachmentBodySchema,
    answer: uploadViewSchema,
    idempotentByKey: true,
    open: false,
  },
  download: {
    method: "GET",
    path: "/api/chats/{chat}/attachments/{attachment}/{variant}",
    status: 200,
    query: ["message"],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  personPicture: {
    method: "GET",
    path: "/api/people/{person}/picture/{picture}/{variant}",
    status: 200,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  chatPicture: {
    method: "GET",
    path: "/api/chats/{chat}/picture/{picture}/{variant}",
    status: 200,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  setPersonPicture: {
    method: "PUT",
    path: "/api/me/picture",
    status: 200,
    query: [],
    body: pictureBodySchema,
    answer: ownProfileSchema,
    idempotentByKey: false,
    open: false,
  },
  setChatPicture: {
    method: "PUT",
    path: "/api/chats/{chat}/picture",
    status: 200,
    query: [],
    body: pictureBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  email: {
    method: "GET",
    path: "/api/auth/email",
    status: 200,
    query: [],
    body: null,
    answer: emailViewSchema,
    idempotentByKey: false,
    open: false,
  },
  changeEmail: {
    method: "POST",
    path: "/api/auth/email",
    status: 202,
    query: [],
    body: changeEmailBodySchema,
    answer: acceptedSchema,
    idempotentByKey: false,
    open: false,
  },
  proveEmail: {
    method: "POST",
    path: "/api/auth/email/code",
    status: 204,
    query: [],
    body: proveEmailBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  erasure: {
    method: "GET",
    path: "/api/auth/erasure",
    status: 200,
    query: [],
    body: null,
    answer: erasureViewSchema,
    idempotentByKey: false,
    open: false,
  },
  erase: {
    method: "POST",
    path: "/api/auth/erasure",
    status: 200,
    query: [],
    body: eraseBodySchema,
    answer: erasureViewSchema,
    idempotentByKey: false,
    open: false,
  },
  keep: {
    method: "DELETE",
    path: "/api/auth/erasure",
    status: 200,
    query: [],
    body: null,
    answer: erasureViewSchema,
    idempotentByKey: false,
    open: false,
  },
  loginCode: {
    method: "POST",
    path: "/api/auth/login/code",
    status: 200,
    query: [],
    body: factorCodeBodySchema,
    answer: sessionViewSchema,
    idempotentByKey: false,
    open: true,
  },
  factor: {
    method: "GET",
    path: "/api/auth/factor",
    status: 200,
    query: [],
    body: null,
    answer: factorViewSchema,
    idempotentByKey: false,
    open: false,
  },
  enrolFactor: {
    method: "POST",
    path: "/api/auth/factor/enrolment",
    status: 200,
    query: [],
    body: enrolFactorBodySchema,
    answer: enrolmentViewSchema,
    idempotentByKey: false,
    open: false,
  },
  turnOnFactor: {
    method: "POST",
    path: "/api/auth/factor",
    status: 200,
    query: [],
    body: factorCodeBodySchema,
    answer: recoveryCodesViewSchema,
    idempotentByKey: false,
    open: false,
  },
  turnOffFactor: {
    method: "POST",
    path: "/api/auth/factor/off",
    status: 204,
    query: [],
    body: factorProofBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  renewRecoveryCodes: {
    method: "POST",
    path: "/api/auth/factor/recovery-codes",
    status: 200,
    query: [],
    body: factorProofBodySchema,
    answer: recoveryCodesViewSchema,
    idempotentByKey: false,
    open: false,
  },
  day: {
    method: "GET",
    path: "/api/chats/{chat}/day",
    status: 200,
    query: ["since"],
    body: null,
    answer: dayViewSchema,
    idempotentByKey: false,
    open: false,
  },
  export: {
    method: "GET",
    path: "/api/chats/{chat}/export",
    status: 200,
    query: [],
    body: null,
    answer: exportLineSchema,
    idempotentByKey: false,
    open: false,
  },
  allowOwnData: {
    method: "POST",
    path: "/api/auth/export",
    status: 204,
    query: [],
    body: ownerProofBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  exportOwnData: {
    method: "GET",
    path: "/api/me/export",
    status: 200,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  members: {
    method: "GET",
    path: "/api/chats/{chat}/members",
    status: 200,
    query: ["after", "limit"],
    body: null,
    answer: membersPageSchema,
    idempotentByKey: false,
    open: false,
  },
  setRole: {
    method: "PUT",
    path: "/api/chats/{chat}/members/{person}/role",
    status: 200,
    query: [],
    body: roleBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  setTagline: {
    method: "PUT",
    path: "/api/chats/{chat}/tagline",
    status: 200,
    query: [],
    body: taglineBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  setHistory: {
    method: "PUT",
    path: "/api/chats/{chat}/history",
    status: 200,
    query: [],
    body: historyBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  setRetention: {
    method: "PUT",
    path: "/api/chats/{chat}/retention",
    status: 200,
    query: [],
    body: retentionBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  dismiss: {
    method: "POST",
    path: "/api/chats/{chat}/dismissal",
    status: 200,
    query: [],
    body: null,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  invites: {
    method: "GET",
    path: "/api/chats/{chat}/invites",
    status: 200,
    query: [],
    body: null,
    answer: invitesListSchema,
    idempotentByKey: false,
    open: false,
  },
  makeInvite: {
    method: "POST",
    path: "/api/chats/{chat}/invites",
    status: 201,
    query: [],
    body: makeInviteBodySchema,
    answer: inviteDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  revokeInvite: {
    method: "DELETE",
    path: "/api/chats/{chat}/invites/{invite}",
    status: 200,
    query: [],
    body: null,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  previewInvite: {
    method: "POST",
    path: "/api/chats/{chat}/invite-preview",
    status: 200,
    query: [],
    body: inviteBodySchema,
    answer: invitePreviewSchema,
    idempotentByKey: false,
    open: false,
  },
  join: {
    method: "POST",
    path: "/api/chats/{chat}/join",
    status: 200,
    query: [],
    body: inviteBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  hooks: {
    method: "GET",
    path: "/api/chats/{chat}/hooks",
    status: 200,
    query: [],
    body: null,
    answer: hooksListSchema,
    idempotentByKey: false,
    open: false,
  },
  makeHook: {
    method: "POST",
    path: "/api/chats/{chat}/hooks",
    status: 201,
    query: [],
    body: makeHookBodySchema,
    answer: hookDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  revokeHook: {
    method: "DELETE",
    path: "/api/chats/{chat}/hooks/{hook}",
    status: 200,
    query: [],
    body: null,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  sayByHook: {
    method: "POST",
    path: "/api/hooks/{chat}/{secret}",
    status: 201,
    query: [],
    body: hookMessageBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: true,
  },
  loginPasskeyOptions: {
    method: "POST",
    path: "/api/auth/login/passkey/options",
    status: 200,
    query: [],
    body: null,
    answer: passkeyRequestViewSchema,
    idempotentByKey: false,
    open: true,
  },
  loginPasskey: {
    method: "POST",
    path: "/api/auth/login/passkey",
    status: 200,
    query: [],
    body: loginPasskeyBodySchema,
    answer: sessionViewSchema,
    idempotentByKey: false,
    open: true,
  },
  passkeys: {
    method: "GET",
    path: "/api/auth/passkeys",
    status: 200,
    query: [],
    body: null,
    answer: passkeysPageSchema,
    idempotentByKey: false,
    open: false,
  },
  passkeyProofOptions: {
    method: "POST",
    path: "/api/auth/passkeys/proof",
    status: 200,
    query: [],
    body: null,
    answer: passkeyRequestViewSchema,
    idempotentByKey: false,
    open: false,
  },
  prove: {
    method: "POST",
    path: "/api/auth/proof",
    status: 200,
    query: [],
    body: ownerProofBodySchema,
    answer: sessionViewSchema,
    idempotentByKey: false,
    open: false,
  },
  passkeyOptions: {
    method: "POST",
    path: "/api/auth/passkeys/options",
    status: 200,
    query: [],
    body: ownerProofBodySchema,
    answer: passkeyCreationViewSchema,
    idempotentByKey: false,
    open: false,
  },
  addPasskey: {
    method: "POST",
    path: "/api/auth/passkeys",
    status: 201,
    query: [],
    body: addPasskeyBodySchema,
    answer: passkeyItemSchema,
    idempotentByKey: false,
    open: false,
  },
  renamePasskey: {
    method: "PATCH",
    path: "/api/auth/passkeys/{passkey}",
    status: 204,
    query: [],
    body: renamePasskeyBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  removePasskey: {
    method: "POST",
    path: "/api/auth/passkeys/{passkey}/removal",
    status: 204,
    query: [],
    body: ownerProofBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  disconnect: {
    method: "DELETE",
    path: "/api/connections/{person}",
    status: 200,
    query: [],
    body: null,
    answer: personViewSchema,
    idempotentByKey: false,
    open: false,
  },
  suggestions: {
    method: "GET",
    path: "/api/people/suggestions",
    status: 200,
    query: [],
    body: null,
    answer: peoplePageSchema,
    idempotentByKey: false,
    open: false,
  },
  presence: {
    method: "GET",
    path: "/api/people/{person}/presence",
    status: 200,
    query: [],
    body: null,
    answer: presenceViewSchema,
    idempotentByKey: false,
    open: false,
  },
  profile: {
    method: "GET",
    path: "/api/people/{person}/profile",
    status: 200,
    query: [],
    body: null,
    answer: profileViewSchema,
    idempotentByKey: false,
    open: false,
  },
  ownProfile: {
    method: "GET",
    path: "/api/me/profile",
    status: 200,
    query: [],
    body: null,
    answer: ownProfileSchema,
    idempotentByKey: false,
    open: false,
  },
  setProfile: {
    method: "PATCH",
    path: "/api/me/profile",
    status: 200,
    query: [],
    body: profileBodySchema,
    answer: ownProfileSchema,
    idempotentByKey: false,
    open: false,
  },
  privacy: {
    method: "GET",
    path: "/api/me/privacy",
    status: 200,
    query: [],
    body: null,
    answer: privacyViewSchema,
    idempotentByKey: false,
    open: false,
  },
  setPrivacy: {
    method: "PATCH",
    path: "/api/me/privacy",
    status: 200,
    query: [],
    body: privacyBodySchema,
    answer: privacyViewSchema,
    idempotentByKey: false,
    open: false,
  },
  blocks: {
    method: "GET",
    path: "/api/blocks",
    status: 200,
    query: [],
    body: null,
    answer: peoplePageSchema,
    idempotentByKey: false,
    open: false,
  },
  block: {
    method: "PUT",
    path: "/api/blocks/{person}",
    status: 200,
    query: [],
    body: null,
    answer: personViewSchema,
    idempotentByKey: false,
    open: false,
  },
  unblock: {
    method: "DELETE",
    path: "/api/blocks/{person}",
    status: 200,
    query: [],
    body: null,
    answer: personViewSchema,
    idempotentByKey: false,
    open: false,
  },
  providers: {
    method: "GET",
    path: "/api/auth/providers",
    status: 200,
    query: [],
    body: null,
    answer: providersViewSchema,
    idempotentByKey: false,
    open: true,
  },
  startProvider: {
    method: "POST",
    path: "/api/auth/providers/{provider}/start",
    status: 200,
    query: [],
    body: startProviderBodySchema,
    answer: providerStartViewSchema,
    idempotentByKey: false,
    open: true,
  },
  linkProvider: {
    method: "POST",
    path: "/api/auth/providers/{provider}/link",
    status: 200,
    query: [],
    body: linkProviderBodySchema,
    answer: providerStartViewSchema,
    idempotentByKey: false,
    open: false,
  },
  providerCallback: {
    method: "GET",
    path: "/api/auth/providers/{provider}/callback",
    status: 303,
    query: ["state", "code", "error", "iss"],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: true,
  },
  identities: {
    method: "GET",
    path: "/api/auth/identities",
    status: 200,
    query: [],
    body: null,
    answer: identitiesViewSchema,
    idempotentByKey: false,
    open: false,
  },
  unlinkIdentity: {
    method: "POST",
    path: "/api/auth/identities/{identity}/unlink",
    status: 204,
    query: [],
    body: unlinkIdentityBodySchema,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  newPassword: {
    method: "POST",
    path: "/api/auth/login/new-password",
    status: 200,
    query: [],
    body: newPasswordBodySchema,
    answer: sessionViewSchema,
    idempotentByKey: false,
    open: true,
  },
  search: {
    method: "GET",
    path: "/api/search",
    status: 200,
    query: ["q", "chat", "zone", "after", "limit"],
    body: null,
    answer: searchPageSchema,
    idempotentByKey: false,
    open: false,
  },
  ownChat: {
    method: "GET",
    path: "/api/chats/{chat}/mine",
    status: 200,
    query: [],
    body: null,
    answer: ownChatViewSchema,
    idempotentByKey: false,
    open: false,
  },
  changeOwnChat: {
    method: "PATCH",
    path: "/api/chats/{chat}/mine",
    status: 200,
    query: [],
    body: ownChatBodySchema,
    answer: ownChatViewSchema,
    idempotentByKey: false,
    open: false,
  },
  keepDraft: {
    method: "PUT",
    path: "/api/chats/{chat}/draft",
    status: 200,
    query: [],
    body: draftBodySchema,
    answer: ownChatViewSchema,
    idempotentByKey: false,
    open: false,
  },
  endDraft: {
    method: "DELETE",
    path: "/api/chats/{chat}/draft",
    status: 200,
    query: ["began"],
    body: null,
    answer: ownChatViewSchema,
    idempotentByKey: false,
    open: false,
  },
  pins: {
    method: "GET",
    path: "/api/chats/{chat}/pins",
    status: 200,
    query: ["at_least"],
    body: null,
    answer: pinsViewSchema,
    idempotentByKey: false,
    open: false,
  },
  pinMessage: {
    method: "POST",
    path: "/api/chats/{chat}/pins",
    status: 200,
    query: [],
    body: pinMessageBodySchema,
    answer: commandDoneSchema,
    idempotentByKey: true,
    open: false,
  },
  report: {
    method: "POST",
    path: "/api/reports",
    status: 200,
    query: [],
    body: reportBodySchema,
    answer: reportDoneSchema,
    idempotentByKey: false,
    open: false,
  },
  reports: {
    method: "GET",
    path: "/api/admin/reports",
    status: 200,
    query: [],
    body: null,
    answer: reportsPageSchema,
    idempotentByKey: false,
    open: false,
  },
  closeReport: {
    method: "POST",
    path: "/api/admin/reports/{report}/closing",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  scheduled: {
    method: "GET",
    path: "/api/chats/{chat}/scheduled",
    status: 200,
    query: [],
    body: null,
    answer: scheduledListSchema,
    idempotentByKey: false,
    open: false,
  },
  schedule: {
    method: "POST",
    path: "/api/chats/{chat}/scheduled",
    status: 201,
    query: [],
    body: scheduleBodySchema,
    answer: scheduledViewSchema,
    idempotentByKey: true,
    open: false,
  },
  reschedule: {
    method: "PATCH",
    path: "/api/chats/{chat}/scheduled/{scheduled}",
    status: 200,
    query: [],
    body: rescheduleBodySchema,
    answer: scheduledViewSchema,
    idempotentByKey: false,
    open: false,
  },
  unschedule: {
    method: "DELETE",
    path: "/api/chats/{chat}/scheduled/{scheduled}",
    status: 204,
    query: [],
    body: null,
    answer: null,
    idempotentByKey: false,
    open: false,
  },
  push: {
    method: "GET",
    path: "/api/push",
    status: 200,
    query: [],
    body: null,
    answer: pushViewSchema,
    idempotentByKey: false,
    open: false,
  },
  changePush: {
    method: "PATCH",
    path: "/api/push",
    status: 200,
    query: [],
    body: pushSettingsBodySchema,
    answer: pushViewSchema,
    idempotentByKey: false,
    open: false,
  },
  keepPushDevice: {
    method: "PUT",
    path: "/api/push/device",
    status: 200,
    query: [],
    body: pushDeviceBodySchema,
    answer: pushViewSchema,
    idempotentByKey: false,
    open: false,
  },
  endPushDevice: {
    method: "DELETE",
    path: "/api/push/device",
    status: 200,
    query: [],
    body: null,
    answer: pushViewSchema,
    idempotentByKey: false,
    open: false,
  },
  receipts: {
    method: "GET",
    path: "/api/chats/{chat}/receipts",
    status: 200,
    query: [],
    body: null,
    answer: receiptsViewSchema,
    idempotentByKey: false,
    open: false,
  },
  seen: {
    method: "GET",
    path: "/api/chats/{chat}/seen",
    status: 200,
    query: ["target", "after", "limit"],
    body: null,
    answer: seenViewSchema,
    idempotentByKey: false,
    open: false,
  },
} as const;
