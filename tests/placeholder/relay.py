"""A TCP relay that records what it relays, in both directions.

Usage: relay.py PORT TARGET_PORT FILE   Both ports are on 127.0.0.1. FILE receives the bytes in the order in which they arrive.
"""
import asyncio
import sys

port, target_port = int(sys.argv[1]), int(sys.argv[2])
recording = open(sys.argv[3], "wb", buffering=0)


async def copy(reader, writer):
    while data := await reader.read(65536):
        recording.write(data)
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def relay(reader, writer):
    try:
        target_reader, target_writer = await asyncio.open_connection("127.0.0.1", target_port)
    except OSError:
        writer.close()
        return
    await asyncio.gather(copy(reader, target_writer), copy(target_reader, writer), return_exceptions=True)
    target_writer.close()
    writer.close()


async def main():
    server = await asyncio.start_server(relay, "127.0.0.1", port)
    await server.serve_forever()


asyncio.run(main())
