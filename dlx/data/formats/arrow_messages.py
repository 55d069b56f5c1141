"""Messages of Arrow's streams: how many bytes their batches come to, read before anything is unpacked.

Source: Apache Arrow columnar format, "Serialization and interprocess communication": a message is metadata (a
FlatBuffer whose tables `Message`, `RecordBatch` and `DictionaryBatch` are defined in Message.fbs) and a body; each
buffer of a compressed body begins with the number of its unpacked bytes as int64.
"""

from __future__ import annotations

from struct import error as StructError  # noqa: N812 - it is a class
from struct import unpack_from
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

DICTIONARY_BATCH, RECORD_BATCH = 2, 3  # numbers of the union MessageHeader


class NoMessage(ValueError):
    """Metadata that is not as Arrow writes it."""


def unpacked_size(message: pa.Message) -> int:
    """The bytes that the buffers of a batch come to; 0 of a message that is none."""
    metadata, body = message.metadata.to_pybytes(), message.body
    try:
        root = unpack_from("<I", metadata)[0]
        kind_at, header = _field(metadata, root, 1), _table(metadata, root, 2)
        kind = metadata[kind_at] if kind_at else 0
        if header is None or kind not in (DICTIONARY_BATCH, RECORD_BATCH):
            return 0
        batch = _table(metadata, header, 1) if kind == DICTIONARY_BATCH else header
        if batch is None:
            return 0
        is_packed = _field(metadata, batch, 3) != 0
        return sum(_sizes(metadata, batch, memoryview(body) if is_packed else None))
    except (StructError, IndexError) as error:
        raise NoMessage(str(error)) from error


def _sizes(metadata: bytes, batch: int, packed: memoryview | None) -> list[int]:
    """The unpacked bytes of each buffer of a RecordBatch."""
    field = _field(metadata, batch, 2)
    if not field:
        return []
    vector = field + unpack_from("<I", metadata, field)[0]
    sizes = []
    for number in range(unpack_from("<I", metadata, vector)[0]):
        place, size = unpack_from("<qq", metadata, vector + 4 + 16 * number)
        if packed is not None and size:
            size = max(size - 8, unpack_from("<q", packed, place)[0])  # -1: this one is not packed
        if size < 0:
            raise NoMessage(f"a buffer of {size} bytes")
        sizes.append(size)
    return sizes


def _field(data: bytes, table: int, number: int) -> int:
    """Where a field of a FlatBuffer's table stands; 0 where it is left out."""
    names: int = table - unpack_from("<i", data, table)[0]
    place = 4 + 2 * number
    if names < 0 or place >= unpack_from("<H", data, names)[0]:
        return 0
    offset: int = unpack_from("<H", data, names + place)[0]
    return table + offset if offset else 0


def _table(data: bytes, table: int, number: int) -> int | None:
    """Where the table that a field refers to begins."""
    field = _field(data, table, number)
    return field + unpack_from("<I", data, field)[0] if field else None
