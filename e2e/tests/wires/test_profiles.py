"""Profiles, privacy and blocks over the wires: what one changes is what others read, through every pod and edge."""

import pytest

from nexync_contracts import endpoints, profile_endpoints, profile_rest, rest
from nexync_contracts.errors import ProblemCode
from nexync_contracts.events import ChatKind
from nexync_contracts.ids import PersonId
from nexync_contracts.profile_rest import Audience, PresenceAudience
from nexync_e2e.client import Person, RefusedError

pytestmark = pytest.mark.e2e


async def page_of(viewer: Person, person: PersonId) -> profile_rest.ProfileView:
    endpoint, answer = profile_endpoints.PROFILE, profile_rest.ProfileView
    return await viewer.rest.call(endpoint, answer, path={"person": person})


async def settle(person: Person, changes: profile_rest.PrivacyBody) -> profile_rest.PrivacyView:
    endpoint, answer = profile_endpoints.SET_PRIVACY, profile_rest.PrivacyView
    return await person.rest.call(endpoint, answer, body=changes)


async def found(viewer: Person, text: str) -> list[str]:
    page = await viewer.rest.call(endpoints.PEOPLE, rest.PeoplePage, query={"q": text})
    return [one.username for one in page.people]


async def asking_is_refused(person: Person, other: PersonId) -> ProblemCode | None:
    with pytest.raises(RefusedError) as error:
        await person.ask(other)
    return error.value.code


async def test_a_changed_name_is_read_everywhere(ann: Person, bob: Person) -> None:
    chat = await ann.create_chat(ChatKind.GROUP, (bob.id,), "Harbour")
    name = f"Žofia {ann.username}"
    body = profile_rest.ProfileBody(name=name, bio="Maps\nand moss")
    endpoint, answer = profile_endpoints.SET_PROFILE, profile_rest.OwnProfile
    own = await ann.rest.call(endpoint, answer, body=body)
    assert (own.name, own.username) == (name, ann.username)
    page = await page_of(bob, ann.id)
    assert (page.person.name, page.bio, page.group_count) == (name, "Maps\nand moss", 1)
    assert [one.name for one in (await bob.chat(chat)).members if one.person == ann.id] == [name]
    assert await found(bob, name.lower()) == [ann.username]


async def test_privacy_closes_and_a_block_ends(ann: Person, bob: Person, cid: Person) -> None:
    """Who is connected finds one all the same, until they are blocked."""
    nobody = Audience.NOBODY
    body = profile_rest.PrivacyBody(
        findable=nobody, askable=nobody, presence=PresenceAudience.NOBODY
    )
    await settle(ann, body)
    assert await found(cid, ann.username) == []
    assert await found(bob, ann.username) == [ann.username]
    assert await asking_is_refused(cid, ann.id) is ProblemCode.FORBIDDEN

    await settle(
        ann, profile_rest.PrivacyBody(findable=Audience.EVERYONE, askable=Audience.EVERYONE)
    )
    path: dict[str, str] = {"person": bob.id}
    endpoint = profile_endpoints.BLOCK
    assert (await ann.rest.call(endpoint, rest.PersonView, path=path)).relation == "blocked"
    assert await found(bob, ann.username) == []
    assert await asking_is_refused(bob, ann.id) is ProblemCode.FORBIDDEN
    with pytest.raises(RefusedError) as error:
        await bob.create_chat(ChatKind.GROUP, (ann.id,), "Harbour")
    assert error.value.code is ProblemCode.NOT_CONNECTED

    endpoint = profile_endpoints.UNBLOCK
    assert (await ann.rest.call(endpoint, rest.PersonView, path=path)).relation == "none"
    assert await bob.ask(ann.id) == "asked"
