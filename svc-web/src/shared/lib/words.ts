import type { RejectCode } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";

/** What happened and what to do, for people. The server's own words are for logs. */
const PROBLEMS: Partial<Record<RestError["code"], string>> = {
  offline: "Nexync can't be reached. Check your connection and try again.",
  unavailable: "Nexync is busy right now. Try again in a moment.",
  too_fast: "This is a lot at once. Wait a few seconds, then try again.",
  bad_cursor: "This list has changed. Reload the page to see it from the beginning.",
  not_yet: "This takes longer than usual. Try again in a moment.",
  internal: "Something went wrong on our side. Try again in a moment.",
  unreadable: "The answer could not be read. Reload the page to get the newest version.",
  unauthenticated: "You are logged out. Log in to go on.",
  forbidden: "You may not do this.",
  not_found: "It is not there any more.",
  too_many: "Too many tries. Wait a moment, then try again.",
  wrong_credentials: "This name and password don't match. Check both and try again.",
  wrong_code: "This code is not right. Check the newest mail and try again.",
  code_spent: "This code can't be used any more. Ask for a new one.",
  link_spent: "This link is used or too old. Ask for a new one.",
  wrong_password: "This is not your current password.",
  second_factor: "Enter the code of your authenticator app.",
  second_factor_needed: "Set up a second step first. Reload the page to begin.",
  passkey_needed: "This account logs in with its passkey. Use that.",
  factor_stays:
    "This Nexync asks you for a second step, and this is your only one. Set up another one first.",
  proof_needed: "Enter your password, or use a passkey, to show that it is you.",
  login_over: "This took too long, or there were too many tries. Log in again.",
  factor_unavailable:
    "Codes of authenticator apps can't be checked on this server right now. Use a recovery code.",
  passkey_refused: "This passkey was not accepted. Try another one, or use your password.",
  passkey_unavailable: "Passkeys can't be used on this server. Use your password.",
  provider_away: "The other side does not answer right now. Try again, or use your password.",
  provider_refused: "That log-in could not be checked. Try again, or use your password.",
  provider_cancelled: "You did not finish logging in there. Nothing was changed.",
  address_not_verified:
    "There is no verified e-mail address in that account. Verify it there, then try again.",
  link_needed:
    "There is an account with this address already. Log in to it, then link it on the Security page.",
  linked_elsewhere: "That account is linked to somebody else here, or you linked another one.",
  last_way_in: "Nothing else opens your account. Choose a password first.",
  password_change_needed: "Choose a password of your own first.",
  not_verified: "This address is not verified yet. Enter the code from the mail.",
  username_taken: "This username is taken, or looks too much like one that is. Choose another.",
  registration_closed: "Nobody can make an account here with this address without an invitation.",
  invitation_over: "This invitation doesn't work any more. Ask for a new one.",
  fresh_login_needed: "Log out, log in again, and come back here within ten minutes.",
  deactivated: "An administrator has locked this account. Ask those who run this Nexync.",
  not_connected: "You can only do this with people you are connected with.",
  file_refused: "This image can’t be read. Save it anew or choose another.",
  quota_full: "There is no room for this file. Delete messages with files that you no longer need.",
  foreign_origin: "This page was opened from an address that is not allowed.",
  validation: "Something in the form is not right. Check the fields and try again.",
};

const REJECTIONS: Record<RejectCode, string> = {
  not_a_member: "You are not in this chat any more.",
  already_a_member: "This person is in the chat already.",
  not_allowed: "You may not do this in this chat.",
  no_such_chat: "This chat does not exist.",
  chat_exists: "This chat exists already.",
  chat_full: "This chat is full.",
  dismissed: "This chat was ended. It can only be read.",
  last_admin: "A group needs an admin. Make somebody else one first.",
  already_so: "It is so already.",
  hooks_full: "This group has as many webhooks as it can have. Revoke one first.",
  invites_full: "This group has as many links as it can have. Revoke one first.",
  invite_over: "This link doesn’t work any more. Ask for another one.",
  id_in_future: "The clock of this device was ahead.",
  id_expired: "This has waited for too long. Send it again.",
  id_reused: "This message was sent with other text before.",
  pins_full: "This chat has as many pinned messages as it can have. Unpin one first.",
  no_such_attachment: "A file of this message is not there any more. Attach it again.",
  no_such_message: "This message is not there any more.",
  invalid: "This text can't be sent.",
};

export function rejectionWords(code: RejectCode): string {
  return REJECTIONS[code];
}

function waitWords(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return whole === 1 ? "a second" : `${whole} seconds`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 60) return minutes === 1 ? "a minute" : `${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return hours === 1 ? "an hour" : `${hours} hours`;
}

export function errorWords(error: unknown): string {
  if (!(error instanceof RestError)) return "Something went wrong. Try again.";
  if (error.code === "rejected" && error.reject) return rejectionWords(error.reject);
  if (error.code === "too_many" && error.retryAfter !== null) {
    return `Too many tries. Wait ${waitWords(error.retryAfter)}, then try again.`;
  }
  return PROBLEMS[error.code] ?? "Something went wrong. Try again.";
}
