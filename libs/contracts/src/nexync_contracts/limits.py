"""Every limit that a client can run into, with its unit. Errors name the field and one of these."""

from typing import Final

MESSAGE_BODY_BYTES: Final = 8_192
"""A message's text, UTF-8 bytes."""

FRAME_BYTES: Final = 65_536
"""One frame from a client; a body at its limit fits however JSON escapes it. A larger one closes with 1009."""

UNACKNOWLEDGED_SENDS: Final = 32
"""Sends of one socket that wait for their `ack`; the next is answered with `retry`."""

RESUME_HEADS: Final = 1_000
"""Streams that one `resume` frame may name."""

CHAT_MEMBERS: Final = 5_000
"""People in one chat."""

CREATE_MEMBERS: Final = 200
"""People named when a group is made; more are added afterwards."""

MENTIONS: Final = 50
"""People named in one message."""

EMOJI_BYTES: Final = 64
"""A reaction, UTF-8 bytes: one emoji, however many parts it is joined from."""

BOTS: Final = 20
"""Bots that one person has at the same time; each has one token at most."""

BOT_TOKEN_CHARS: Final = 64
BOT_CLAIMS_SECONDS: Final = 60
"""How long a service may go on with what it was told of a bot's token, without asking for it again."""
REGISTRATION_DOMAINS: Final = 50
"""Domains whose addresses may make accounts by themselves."""

INVITATION_TOKEN_CHARS: Final = 43
INVITATION_LABEL_CHARS: Final = 80
INVITATION_DAYS: Final = 90
"""How long an invitation to the instance is good at most."""

INVITATION_USES: Final = 1_000
"""Accounts that one invitation makes at most."""

INVITATIONS: Final = 100
"""Invitations to the instance that are good at the same time, and as many as are listed."""

ADMIN_PAGE: Final = 50
AUDIT_LOG_DAYS: Final = 365
"""How long it is kept what administrators did."""

ATTACHMENT_BYTES: Final = 25 * 1024 * 1024
"""One file or image, bytes."""

ATTACHMENT_PART_BYTES: Final = 1024 * 1024
"""What one request of an upload may carry, bytes."""

ATTACHMENTS_WAITING: Final = 50
"""Uploads of one person that no message carries yet; one more is refused until some were sent or dropped."""

ATTACHMENT_HOURS: Final = 24
"""How long an upload waits for its next part or for its message; then it is removed."""

MESSAGE_ATTACHMENTS: Final = 10
"""Files and images of one message."""

FILE_NAME_CHARS: Final = 200

ALT_CHARS: Final = 1_000
"""What an author says that an image shows, for those who can't see it, characters."""

IMAGE_PIXELS: Final = 50_000_000
"""An image with more pixels, width times height, is refused."""

IMAGE_SIDE: Final = 4_096
"""The longer side of an image as it is kept, pixels; a larger one is scaled down."""

PREVIEW_SIDE: Final = 960
THUMB_SIDE: Final = 240
PICTURE_SIDE: Final = 512
PICTURE_THUMB_SIDE: Final = 128
"""Pictures of people and groups are squares of these sides, pixels."""

BLUR_CHARS: Final = 800
"""The placeholder of an image, base64 of a tiny WebP."""

REPORT_CHARS: Final = 500
"""What one says with a report, characters."""

REPORTS_A_DAY: Final = 20
"""Reports of one person in 24 hours; one more is refused until the oldest is a day old."""

PINNED_MESSAGES: Final = 20
"""Messages that are pinned in one chat at the same time."""

FORWARD_CHATS: Final = 10
"""Chats that a message is forwarded to at once; a client's own limit."""

REACTION_PEOPLE: Final = 100
"""People named beside one emoji of one message; the count has no such limit."""

REACTION_KINDS: Final = 50
"""Different emoji shown on one message."""

QUOTE_CHARS: Final = 300
"""The beginning of a message that another one quotes, characters."""

VERSIONS: Final = 51
"""Texts of one message in its history: the first and the newest."""

TYPING_EVERY_MS: Final = 3_000
"""How often a client says that somebody is still typing; a gateway passes on one in two thirds of that."""

TYPING_SHOWN_MS: Final = 6_000
"""How long one word of it counts: it ends by itself, so that nothing has to be taken back."""

RECEIPT_MEMBERS: Final = 50
"""Up to so many people in a chat everybody's read state is told live; in a larger one it is asked for."""

CHAT_MARKS: Final = 64
"""Chats that one `mark` frame may name."""

MARK_EVERY_MS: Final = 1_000
"""How often a client says at most how far it is; what comes meanwhile goes along with the next."""

MARK_AGAIN_MS: Final = 5_000
"""How long a client waits for `marked` before it says the same again."""

SEEN_AGAIN_MS: Final = 15_000
"""How often a page asks anew who has seen a message of a large group."""

READ_MOMENTS: Final = 32
"""Minutes of which it is kept up to where somebody had read a chat; older ones are forgotten."""

CHAT_NAME_CHARS: Final = 80
TAGLINE_CHARS: Final = 160

INVITES: Final = 20
"""Invite links of one group that work at the same time."""

SCHEDULED: Final = 100
"""Messages of one person that wait for their time."""

SCHEDULED_AHEAD_MS: Final = 366 * 24 * 3600 * 1000
"""How far ahead a message may be scheduled, milliseconds."""

HOOKS: Final = 10
"""Webhooks of one chat."""

HOOK_NAME_CHARS: Final = 40

HOOK_RATE: Final = 1
"""Messages a second that one webhook may bring for long."""

HOOK_BURST: Final = 20
"""Messages that it may bring in a row."""

INVITE_USES: Final = 5_000
INVITE_SECONDS: Final = (60, 365 * 24 * 3600)
"""The shortest and the longest life of an invite link, seconds."""

USERNAME_CHARS: Final = (3, 32)
DISPLAY_NAME_CHARS: Final = 64
BIO_CHARS: Final = 280
PASSWORD_CHARS: Final = (8, 128)
EMAIL_CHARS: Final = 254
PROFILE_PEOPLE: Final = 12
"""Connections in common that a person's page names; their number has no such limit."""

PROFILE_GROUPS: Final = 20
"""Groups in common that a person's page names; their number has no such limit."""

SEARCH_CHARS: Final = (1, 60)

QUERY_CHARS: Final = 200
"""What one searches messages for, operators and all."""

QUERY_TERMS: Final = 10
"""Words and phrases of one search."""

SEARCH_PAGE: Final = 20
SEARCH_PAGE_MAX: Final = 50
SEARCH_HITS: Final = 1_000
"""Messages that one search leads to, over all of its pages."""

SEARCH_RECENT: Final = 10_000
"""The newest messages, which are looked through where no index helps."""

SNIPPET_CHARS: Final = 180
"""The part of a message that a search shows, characters."""

SNIPPET_MARKS: Final = 40

CODE_DIGITS: Final = 6
CODE_TRIES: Final = 5
CODE_LIFETIME_SECONDS: Final = 600
CODE_RESEND_SECONDS: Final = 30

FACTOR_DIGITS: Final = 6
FACTOR_STEP_SECONDS: Final = 30
FACTOR_CODE_CHARS: Final = (6, 24)
"""A code of the app or a recovery code, with the spaces and dashes that people type."""
FACTOR_ENROL_SECONDS: Final = 900
"""How long a new second factor waits for its first code."""
FACTOR_CHALLENGE_SECONDS: Final = 300
"""From the right password to the code."""
FACTOR_TRIES: Final = 5
"""Codes that one right password may be followed by."""
RECOVERY_CODES: Final = 10

PROOF_SECONDS: Final = 300
"""How long a proof of who sits at a session, or its log-in, spares one another proof there."""

PASSKEYS: Final = 20
"""Passkeys of one account."""
PASSKEY_NAME_CHARS: Final = 40
PASSKEY_SECONDS: Final = 300
"""How long a passkey may take to answer a challenge."""
PASSKEY_ID_BYTES: Final = 1_023
"""A credential id, by WebAuthn Level 3, 4 (Credential ID)."""

PROVIDERS: Final = 12
"""Providers that one can log in with."""
PROVIDER_LABEL_CHARS: Final = 40
PROVIDER_SECONDS: Final = 600
"""From leaving for a provider to coming back."""
IDENTITIES: Final = 24
"""Identities at providers that are linked to one account."""
ONE_TIME_PASSWORD_SECONDS: Final = 24 * 3600
"""How long a mailed password can be changed for one of one's own."""

RESET_LIFETIME_SECONDS: Final = 600
RESET_TOKEN_CHARS: Final = 200

ID_AHEAD_MS: Final = 60_000
"""How far the time inside a command id may lie ahead of the server's, milliseconds."""

ID_BEHIND_MS: Final = 30 * 24 * 3600 * 1000
"""How far the time inside a command id may lie behind its arrival, milliseconds, unless it came before."""

EXPORTS: Final = 4
"""Exports that one process of svc-chat makes at the same time; one more is answered with 503."""

EXPORT_SECONDS: Final = 1_800
"""How long one may take, also to a reader who is slow; then the stream is cut off."""

OWN_DATA_EXPORTS: Final = 2
"""Exports of all that is somebody's that one process of svc-chat makes at the same time, one a person."""

OWN_DATA_FILE_BYTES: Final = 4 * 1024**3
"""Contents of files that one such export has in all; files beyond that are named in it only."""

OWN_DATA_ALLOWED_SECONDS: Final = 120
"""How long after the proof of who one is the export can be begun, once."""

PINNED_CHATS: Final = 20
"""Chats that one person may pin to the top of the list."""

MUTED_FOR_GOOD: Final = 2**53 - 1
"""The end of a mute that has none, Unix milliseconds; the largest integer that is exact in JSON everywhere."""

DRAFT_EVERY_MS: Final = 1_000
"""How long a client waits after the last key before it keeps a draft on the server."""

MENTIONS_COUNTED: Final = 200
"""The newest unread events of a muted chat that are searched for the reader's name."""

ERASE_DAYS: Final = (1, 90)
"""Between asking for the erasure of an account and its end, as the operator may choose; days."""

ERASE_LOGIN_SECONDS: Final = 600
"""How fresh the log-in must be of who has neither password nor passkey and wants the account erased."""

HELD_USERNAME_DAYS: Final = 90
"""How long nobody may take the username of an account that was erased."""

SESSIONS: Final = 50
"""Sessions of one person that go on; one more login ends the one that was seen longest ago."""

PUSH_TOKEN_CHARS: Final = 1_000
PUSH_TITLE_CHARS: Final = 80
PUSH_TEXT_CHARS: Final = 240
"""The part of a message that a notification shows, characters; Firebase takes 4,096 bytes in all."""

PUSH_DEVICES: Final = 10
"""Devices of one person that get notifications; one more takes the place of the oldest."""

PUSH_TARGETS: Final = 2_000
"""Devices of one page of 200 members."""

ACCESS_TOKEN_SECONDS: Final = 600
REFRESH_TOKEN_SECONDS: Final = 30 * 24 * 3600

TIMELINE_PAGE: Final = 50
PAGE_MAX: Final = 200
TIMELINE_SCAN: Final = 2_000
"""Events that one page of a timeline looks through for its messages; then it ends early, with a cursor."""
REPAIR_EVENTS: Final = 500
"""Events that a gateway sends to close a hole; beyond that the client gets `reset` and reads over REST."""

READ_WAIT_SECONDS: Final = 6.0
"""How long a read waits for its `at_least` before it answers 503."""

OUTCOME_WAIT_SECONDS: Final = 3.0
"""How long REST waits for the outcome of a command before it answers 503."""
