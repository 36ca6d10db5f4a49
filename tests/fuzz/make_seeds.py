#!/usr/bin/env python3
"""Writes small files of every format, good and nearly good, for the fuzzers to start from.

usage: make_seeds.py FOLDER    makes FOLDER/FORMAT/NAME for each format
"""

import gzip
import io
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path


def safetensors(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def safetensors_seeds():
    sizes = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "U8": 1, "BOOL": 1}
    everything, end = {"__metadata__": {"format": "pt", "é": "\n"}}, 0
    for dtype, size in sizes.items():
        everything[dtype] = entry(dtype, [1, 2], end, end + 2 * size)
        end += 2 * size
    yield "every_dtype", safetensors(everything, bytes(end))
    yield "empty", safetensors(b"{}      ")
    yield "scalar", safetensors({"x": entry("F32", [], 0, 4)}, b"\0\0\x80\x3f")
    yield "no_elements", safetensors({"x": entry("F32", [0, 3], 0, 0)})
    yield "unaligned", safetensors({"a": entry("U8", [1], 0, 1), "b": entry("F64", [1], 1, 9)},
                                   bytes(9))
    yield "overlap", safetensors({"a": entry("U8", [2], 0, 2), "b": entry("U8", [2], 1, 3)},
                                 bytes(3))
    yield "overflow", safetensors({"a": entry("F32", [2**32, 2**32], 0, 0)})
    yield "rank_nine", safetensors({"a": entry("U8", [1] * 9, 0, 1)}, b"\0")
    yield "half", safetensors({"a": entry("F16", [1], 0, 2)}, bytes(2))
    yield "twice", safetensors(b'{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},'
                               b'"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}')
    yield "deep", safetensors(b'{"a":' + b"[" * 3000)
    yield "long_header", struct.pack("<Q", 2**63) + b"{}"


def npy(dictionary, data=b"", version=1):
    text = dictionary.encode() + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


def array(descr, shape, fortran_order=False):
    return f"{{'descr': '{descr}', 'fortran_order': {fortran_order}, 'shape': {shape}, }}"


def npy_seeds():
    for descr in ("|b1", "|u1", "<i4", "<i8", "<f4", "<f8", ">i4", ">f8"):
        content = npy(array(descr, (1, 2)), bytes(2 * int(descr[2])))
        yield f"{descr[1:]}_{'big' if descr[0] == '>' else 'little'}", content
    yield "version_2", npy(array("|u1", (1,)), b"a", 2)
    yield "version_3", npy(array("|u1", (1,)), b"a", 3)
    yield "fortran", npy(array("<f4", (2, 3), True), bytes(24))
    yield "scalar", npy(array("<f8", ()), bytes(8))
    yield "no_elements", npy(array("<f8", (0, 3)))
    yield "quotes", npy('{"shape":(1L,),"descr":"|u1","fortran_order":False}', b"a")
    yield "records", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }")
    yield "half", npy(array("<f2", (1,)), bytes(2))
    yield "overflow", npy(array("<f4", (2**32, 2**32)))


def archive(entries, method, zip64=False):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, content in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with target.open(info, "w", force_zip64=zip64) as file:
                file.write(content)
    return stream.getvalue()


def npz_seeds():
    arrays = [("w.npy", npy(array("<f4", (2,)), bytes(8))), ("b.npy", npy(array("|u1", ()), b"a"))]
    yield "stored", archive(arrays, zipfile.ZIP_STORED)
    yield "deflated", archive(arrays, zipfile.ZIP_DEFLATED)
    yield "zip64", archive(arrays, zipfile.ZIP_STORED, zip64=True)
    yield "bzip2", archive(arrays, zipfile.ZIP_BZIP2)
    yield "empty", archive([], zipfile.ZIP_STORED)
    yield "text", archive([("a.txt", b"a")], zipfile.ZIP_STORED)
    yield "zeros", archive([("z.npy", npy(array("|u1", (3000,)), bytes(3000)))], zipfile.ZIP_DEFLATED)


def idx(code, sizes, data=b""):
    return bytes([0, 0, code, len(sizes)]) + b"".join(struct.pack(">I", n) for n in sizes) + data


def idx_seeds():
    plain = {
        "bytes": idx(0x08, [2, 3], b"abcdef"),
        "integers": idx(0x0C, [2], bytes(8)),
        "floats": idx(0x0D, [1, 1, 2], bytes(8)),
        "doubles": idx(0x0E, [], bytes(8)),
        "shorts": idx(0x0B, [1], bytes(2)),
        "none": idx(0x08, [0, 28, 28]),
        "overflow": idx(0x0E, [2**32 - 1] * 3),
        "claim": idx(0x08, [2**31]),
    }
    for name, content in plain.items():
        yield name, content
        yield name + "_gz", gzip.compress(content, mtime=0)
    yield "two_gz", gzip.compress(idx(0x08, [1]), mtime=0) + gzip.compress(b"a", mtime=0)


def csv_seeds():
    yield "header", b"x,y\n1,2.5\n-3,4e2\n"
    yield "bare", b"1,2\r\n3,4\r\n"
    yield "quotes", b'"a,b","say ""hi"""\r\n"two\r\nlines", "1" \r\n5,6\r\n'
    yield "mark", b"\xef\xbb\xbf\r\nx,y\n\n1,2\n  \n3,4\n\n"
    yield "missing", b"a,b,c\n,NA,nan\n1,true,\n"
    yield "old_mac", b"a,b\r1,2\r3,4"
    yield "ragged", b"a,b\n1,2\n3\n"
    yield "unclosed", b'a,b\n1,"2\n3,4\n'
    yield "inner_quote", b'a,b\n1,2"3\n'
    yield "large", b"n\n1e999\n9223372036854775808\n0.1e-400\n"
    yield "utf8", "größe,y\n€€, 7\n".encode()


def checkpoint_seeds():
    yield "two", (b'model_checkpoint_path: "ckpt-200.safetensors"\n'
                  b'all_model_checkpoint_paths: "ckpt-100.safetensors"\n'
                  b'all_model_checkpoint_paths: "ckpt-200.safetensors"\n')
    yield "tensorflow", (b'model_checkpoint_path: "/tmp/model.ckpt-5"\n'
                         b'all_model_checkpoint_timestamps: 1511111111.5\n'
                         b'last_preserved_timestamp: -1.5e9\n')
    yield "escapes", (b'model_checkpoint_path : \'a\\"\\\\\\n\\303\\xA9\'  # why\n'
                      b'all_model_checkpoint_paths:"\xc3\xa9";')
    yield "torn", b'model_checkpoint_path: "ckpt-2'


def field(number, content):
    """A field of a protobuf message: bytes of a given length, or a number."""
    def varint(n):
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def onnx_seeds():
    def value(name, *sizes):
        dims = b"".join(field(1, field(1, n) if isinstance(n, int) else field(2, n)) for n in sizes)
        return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))

    def model(graph, version=17):
        return field(1, 8) + field(8, field(1, b"") + field(2, version)) + field(7, graph)

    raw = field(1, 2) + field(2, 1) + field(8, b"w") + field(9, bytes(8))
    listed = field(1, 2) + field(2, 7) + field(7, bytes([1, 2])) + field(8, b"k")
    attributes = [field(1, b"i") + field(3, 7) + field(20, 2),
                  field(1, b"f") + b"\x15\0\0\x80\x3f" + field(20, 1),
                  field(1, b"s") + field(4, b"NOTSET") + field(20, 3),
                  field(1, b"ints") + field(8, 1) + field(8, 2) + field(20, 7),
                  field(1, b"t") + field(5, raw) + field(20, 4)]
    node = (field(1, b"x") + field(1, b"w") + field(2, b"y") + field(3, b"n") + field(4, b"Add")
            + b"".join(field(5, a) for a in attributes))
    ends = field(11, value(b"x", b"batch", 2)) + field(12, value(b"y", b"batch", 2))
    yield "whole", model(field(1, node) + field(2, b"g") + field(5, raw) + field(5, listed) + ends)
    yield "empty", b""
    yield "no_graph", field(1, 8)
    yield "short", model(field(5, field(1, 3) + field(2, 1) + field(9, bytes(8))))
    yield "overflow", model(field(5, field(1, 2**40) + field(1, 2**40) + field(2, 1)))
    yield "external", model(field(5, field(1, 2) + field(2, 1) + field(14, 1)))
    yield "other_kinds", model(field(1, field(1, 5) + field(4, 6)))


# 9 x 6 gray pixels, by Pillow.
SMALL_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404050a07"
    "0706080c0a0c0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffc0000b080006"
    "000901011100ffc4001500010100000000000000000000000000000709ffc40017100100030000000000000000000000"
    "000000084582ffda0008010100003f002f8015b95507ffd9")


def png(width, height, depth, colour, rows, *chunks, interlace=0):
    def chunk(kind, content):
        return (struct.pack(">I", len(content)) + kind + content
                + struct.pack(">I", zlib.crc32(kind + content)))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunk(*c) for c in chunks)
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def image_seeds():
    yield "rgb", png(2, 2, 8, 2, b"\0" + bytes(6) + b"\1" + bytes(range(6)))
    yield "rgba", png(1, 1, 8, 6, b"\0abcd")
    yield "gray_16", png(1, 2, 16, 0, b"\0ab\2cd")
    yield "one_bit", png(9, 1, 1, 0, b"\0\xaa\x80")
    yield "palette", png(2, 1, 2, 3, b"\0\x10", (b"PLTE", bytes(range(9))), (b"tRNS", b"\x80"))
    yield "interlaced", png(1, 1, 8, 0, b"\0a", interlace=1)
    yield "huge", png(2**30, 2**30, 8, 6, b"\0")
    yield "large", png(2**14, 2**14, 1, 0, b"\0")
    yield "jpeg", SMALL_JPEG


def vocabulary_seeds():
    yield "two", b"tapegrad vocabulary, unknown 1\n<pad>\n<unk>\n"
    yield "none", "tapegrad vocabulary, unknown none\nä\\n\\r\\\\\n\nb".encode()
    yield "twice", b"tapegrad vocabulary, unknown 0\na\na\n"


FORMATS = {
    "checkpoint": checkpoint_seeds,
    "csv": csv_seeds,
    "safetensors": safetensors_seeds,
    "npy": npy_seeds,
    "npz": npz_seeds,
    "onnx": onnx_seeds,
    "idx": idx_seeds,
    "image": image_seeds,
    "vocabulary": vocabulary_seeds,
}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name, seeds in FORMATS.items():
        folder = Path(sys.argv[1], name)
        folder.mkdir(parents=True, exist_ok=True)
        for seed, content in seeds():
            (folder / seed).write_bytes(content)


if __name__ == "__main__":
    main()
