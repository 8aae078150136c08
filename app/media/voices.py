"""Voice notes written anew: one AAC track in an M4A file, metadata dropped. Refuses what is long or is no sound."""

import io
import tempfile
from pathlib import Path

import av
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from app.core.i18n import mark
from app.media import rules
from app.media.pictures import Refused
from app.media.rules import Rewritten

RATE = 44_100  # hertz; one channel at 64 kbit/s carries a voice well
BITS = 64_000

_NOT_A_VOICE = mark("This file is not a sound we can read. Send an M4A, MP3, Ogg, WebM or WAV recording.")
_TOO_HEAVY = mark("This recording is too heavy: at most 12 MB.")
_TOO_LONG = mark("This recording is too long: at most 90 seconds.")
_TOO_SHORT = mark("This recording is too short to be heard.")
_BROKEN = mark("This recording is damaged: it cannot be read to its end. Record it again, then send it.")


def written_anew(data: bytes) -> Rewritten:
    """The file made from a recording; only its first sound track is read.

    Raises Refused when the data is too heavy, too long or short, not a known kind of sound, or damaged.
    """
    if len(data) > rules.MAX_VOICE_BYTES:
        raise Refused(_TOO_HEAVY)
    kind = rules.sound_format(data)
    if not kind:
        raise Refused(_NOT_A_VOICE)
    try:
        # The format is fixed: left to guess, FFmpeg also opens playlists that name other files.
        with av.open(io.BytesIO(data), "r", format=kind) as source:
            if not source.streams.audio:
                raise Refused(_NOT_A_VOICE)
            voice, seconds = _encoded(source, source.streams.audio[0])
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise Refused(_BROKEN) from error
    return Rewritten({"voice.m4a": voice}, "voice.m4a", 0, 0, seconds)


def _encoded(source: InputContainer, track: AudioStream) -> tuple[bytes, float]:
    """The track as AAC, and its length in seconds by what was decoded: a header may lie about it."""
    # `faststart` reads back what it wrote, so the new container needs a file of its own.
    with tempfile.TemporaryDirectory(prefix="septaine-") as folder:
        path = Path(folder) / "voice.m4a"
        with av.open(path, "w", format="ipod", options={"movflags": "+faststart"}) as target:
            samples = _written(source, track, target)
        seconds = samples / RATE
        if seconds < rules.MIN_VOICE_SECONDS:
            raise Refused(_TOO_SHORT)
        return path.read_bytes(), round(seconds, 2)


def _written(source: InputContainer, track: AudioStream, target: OutputContainer) -> int:
    """Decode, turn into one channel, encode; returns how many samples were heard."""
    made = target.add_stream("aac", rate=RATE, layout="mono", bit_rate=BITS)
    resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
    samples = 0
    for decoded in source.decode(track):
        for frame in resampler.resample(decoded):
            samples += frame.samples
            if samples > rules.MAX_VOICE_SECONDS * RATE + RATE // 2:
                raise Refused(_TOO_LONG)
            target.mux(made.encode(frame))
    for frame in resampler.resample(None):
        samples += frame.samples
        target.mux(made.encode(frame))
    target.mux(made.encode(None))
    return samples
