"""A SAS transport file (XPORT version 5, SAS technical note TS-140) of a table, for tests: nothing here writes one."""

import math
import struct


def ibm(value):
    """A number as eight bytes of IBM floating point: sign, exponent of 16 plus 64, fraction of 56 bits."""
    if value is None or math.isnan(value):
        return b"." + bytes(7)
    if value == 0:
        return bytes(8)
    exponent = math.floor(math.log(abs(value), 16)) + 1
    fraction = round(abs(value) / 16.0**exponent * 2**56)
    return bytes([(128 if value < 0 else 0) | (64 + exponent)]) + fraction.to_bytes(7, "big")


def padded(data):
    return data + b" " * (-len(data) % 80)


def header(kind, rest="0" * 30):
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{rest}".ljust(80).encode()


def transport(name, columns):
    """Return the bytes of a file of one table: lists of text or of numbers, by column."""
    numeric = {column: all(not isinstance(value, str) for value in values) for column, values in columns.items()}
    width = {c: 8 if numeric[c] else max(1, *(len(value.encode()) for value in columns[c])) for c in columns}
    names, place = b"", 0
    for number, column in enumerate(columns, 1):
        kind = 1 if numeric[column] else 2
        parts = kind, 0, width[column], number, column.ljust(8).encode(), b" " * 40, b" " * 8, 0, 0, 0
        names += struct.pack(">hhhh8s40s8shhh2s8shhl52s", *parts, b"  ", b" " * 8, 0, 0, place, b" " * 52)
        place += width[column]
    rows = b"".join(
        ibm(value) if numeric[column] else value.encode().ljust(width[column])
        for row in zip(*columns.values(), strict=True)
        for column, value in zip(columns, row, strict=True)
    )
    now = "01JAN24:00:00:00"
    first = "SAS     SAS     SASLIB  9.4     Linux   ".ljust(64) + now
    member = f"SAS     {name:<8}SASDATA 9.4     Linux   ".ljust(64) + now
    return b"".join(
        [
            header("LIBRARY "), first.encode(), now.ljust(80).encode(),
            header("MEMBER  ", "000000000000000001600000000140"), header("DSCRPTR "),
            member.encode(), now.ljust(80).encode(),
            header("NAMESTR ", f"000000{len(columns):04d}" + "0" * 20), padded(names), header("OBS     "), padded(rows),
        ]
    )  # fmt: skip
