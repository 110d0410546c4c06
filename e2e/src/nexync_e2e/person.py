"""A person over REST: an account by the code in the mail, connections, chats, history."""

import secrets
import string

from nexync_client import History, Rest, history
from nexync_contracts import endpoints, message_endpoints, rest
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import ChatId, PersonId, SessionId
from nexync_e2e.mail import MailInbox


class Person:
    """Logged in; made by `sign_up` or `log_in`."""

    def __init__(self, client: Rest, view: rest.SessionView, login: str, password: str) -> None:
        self.rest = client
        self.id: PersonId = view.person
        self.session: SessionId = view.session
        self.username = view.username
        self.login = login
        self.password = password

    async def close(self) -> None:
        """Close the REST connections."""
        await self.rest.close()

    async def ask(self, other: PersonId) -> str:
        """Ask to connect (accepts when the other has asked). The relation as it is now."""
        body = rest.AskBody(person=other)
        return (await self.rest.call(endpoints.ASK, rest.PersonView, body=body)).relation

    async def accept(self, other: PersonId) -> str:
        """Accept who asked. The relation as it is now."""
        view = await self.rest.call(endpoints.ACCEPT, rest.PersonView, path={"person": other})
        return view.relation

    async def create_chat(
        self, kind: ChatKind, members: tuple[PersonId, ...], name: str | None = None
    ) -> ChatId:
        """Make a chat. Raises RefusedError."""
        body = rest.CreateChatBody(kind=kind, name=name, members=members)
        return (await self.rest.call(endpoints.CREATE_CHAT, rest.CommandDone, body=body)).chat

    async def add_member(self, chat: ChatId, person: PersonId) -> int:
        """Add a connected person to a group. The event's seq."""
        body = rest.AddMemberBody(person=person)
        done = await self.rest.call(
            endpoints.ADD_MEMBER, rest.CommandDone, path={"chat": chat}, body=body
        )
        return done.seq

    async def remove_member(self, chat: ChatId, person: PersonId) -> int:
        """Remove a member, or leave. The event's seq."""
        done = await self.rest.call(
            endpoints.REMOVE_MEMBER, rest.CommandDone, path={"chat": chat, "person": person}
        )
        return done.seq

    async def chat(self, chat: ChatId) -> rest.ChatView:
        """One chat as this person sees it."""
        return await self.rest.call(endpoints.CHAT, rest.ChatView, path={"chat": chat})

    async def chats(self) -> tuple[rest.ChatView, ...]:
        """The newest 200 chats."""
        page = await self.rest.call(endpoints.CHATS, rest.ChatsPage, query={"limit": 200})
        return page.chats

    async def history(self, chat: ChatId, *, after: int = 0, at_least: int = 0) -> History:
        """All events and skips after `after`, ascending, closing up to the head. Raises RefusedError."""
        return await history(self.rest, chat, after=after, at_least=at_least)

    async def timeline(self, chat: ChatId, *, at_least: int = 0) -> rest.TimelinePage:
        """The newest 200 lines. Raises RefusedError."""
        query: dict[str, int | str] = {"limit": 200, "at_least": at_least}
        return await self.rest.call(
            message_endpoints.TIMELINE, rest.TimelinePage, path={"chat": chat}, query=query
        )

    async def log_out(self) -> None:
        """End the session."""
        await self.rest.raw(endpoints.LOGOUT)


async def sign_up(
    page: str,
    mail: str,
    *,
    prefix: str = "p",
    origin: str | None = None,
    timeout: float = 10.0,
) -> Person:
    """A new account with a random name: register, read the code in the mail, verify. Logged in.

    `origin` is the Origin said to the server, the page's own if None; one answer may take `timeout` seconds.
    """
    name = prefix + "".join(secrets.choice(string.ascii_lowercase) for _ in range(12))
    email = f"{name}@example.test"
    password = secrets.token_urlsafe(12)
    client = Rest(page, origin=origin, timeout=timeout)
    inbox = MailInbox(mail)
    try:
        body = rest.RegisterBody(email=email, username=name, password=password)
        await client.call(endpoints.REGISTER, rest.Accepted, body=body)
        code = await inbox.code_for(email)
        verify = rest.VerifyBody(email=email, code=code)
        view = await client.call(endpoints.VERIFY, rest.SessionView, body=verify)
    except BaseException:
        await client.close()
        raise
    finally:
        await inbox.close()
    return Person(client, view, name, password)


async def log_in(
    page: str, login: str, password: str, *, origin: str | None = None, timeout: float = 10.0
) -> Person:
    """Another session of an account; one answer may take `timeout` seconds."""
    client = Rest(page, origin=origin, timeout=timeout)
    try:
        body = rest.LoginBody(login=login, password=password)
        view = await client.call(endpoints.LOGIN, rest.SessionView, body=body)
    except BaseException:
        await client.close()
        raise
    return Person(client, view, login, password)


async def befriend(first: Person, second: Person) -> None:
    """Connect two people: one asks, the other accepts."""
    await first.ask(second.id)
    await second.accept(first.id)
