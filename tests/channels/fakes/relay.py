"""Stands between a channel and a real server, so that a test may cut the line; adds and changes nothing else."""

import httpx

from tests.channels.fakes.wire import Answered, Asked, Wire

_HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "keep-alive", "date"}


def relay(upstream: str) -> Wire:
    """A line to a server."""

    def forward(asked: Asked) -> Answered:
        headers = {
            name: value
            for name, value in asked.headers.items()
            if name not in ("host", "content-length", "transfer-encoding", "connection", "accept-encoding")
        }
        address = f"{upstream}{asked.path}" + (f"?{asked.query}" if asked.query else "")
        with httpx.Client(trust_env=False, timeout=30) as client:
            answer = client.request(asked.method, address, content=asked.body, headers=headers)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        kept.pop("content-type", None)
        kept["Content-Type"] = answer.headers.get("content-type", "application/json")
        return Answered(answer.status_code, answer.content, kept)

    return Wire(forward)
