"""Says again what is said to it: `NEXYNC_PAGE=https://chat.example NEXYNC_BOT_TOKEN=… python echo_bot.py`."""

import asyncio
import os

from nexync_client import Client, Happened, Rest
from nexync_contracts.events import MessageCreated
from nexync_contracts.ids import ChatId, is_chat_stream, stream_id


async def main(page: str, token: str) -> None:
    """Answer every message that begins with !echo, in every chat where the bot is a member."""
    async with Rest(page, token=token) as rest:
        client = Client(rest)
        async with client.listening() as happenings:
            async for happening in happenings:
                if not isinstance(happening, Happened) or not is_chat_stream(happening.stream):
                    continue
                piece = happening.piece
                if not isinstance(piece.event, MessageCreated) or piece.by == client.person:
                    continue
                said = piece.event.body.removeprefix("!echo ")
                if said != piece.event.body:
                    chat = ChatId(stream_id(happening.stream))
                    await client.send(chat, said, reply_to=piece.first)


if __name__ == "__main__":
    asyncio.run(main(os.environ["NEXYNC_PAGE"], os.environ["NEXYNC_BOT_TOKEN"]))
