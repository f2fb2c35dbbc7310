"""Maps of native fields as PNG, without a plotting library: nearest nodes, a palette, zlib."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

SHAPE = (121, 241)  # latitudes, longitudes of the picture
NEIGHBOURS = 4
# Anchors of the palettes, dark to light or from one sign to the other; interpolated to 256 colours.
SEQUENTIAL = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")
DIVERGING = ("#123a7a", "#3f7fc0", "#9cc4e4", "#f6f5f2", "#f0b08c", "#cf5c45", "#7d1224")


def map_uri(lon: np.ndarray, lat: np.ndarray, values: np.ndarray, low: float, high: float, colours: tuple) -> str:
    """A map from 0 to 360 degrees east as a data URI; lon, lat in degrees and values are flat, one item a node."""
    level = np.clip((values - low) / ((high - low) or 1.0), 0.0, 1.0)
    index = np.round(255 * regrid(lon, lat, level)).astype(np.uint8)
    return "data:image/png;base64," + base64.b64encode(png(index, palette(colours))).decode()


def regrid(lon: np.ndarray, lat: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Inverse-distance mean of the nearest nodes, north up; for looking at, no verdict rests on it."""
    nodes, first = np.unique(np.round(_unit(lon, lat), 9), axis=0, return_index=True)
    field = values[first]
    picture = np.empty(SHAPE)
    east = np.linspace(0.0, 360.0, SHAPE[1])
    for row, north in enumerate(np.linspace(90.0, -90.0, SHAPE[0])):
        squared = 2.0 - 2.0 * _unit(east, np.full_like(east, north)) @ nodes.T
        near = np.argpartition(squared, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        weight = 1.0 / (np.take_along_axis(squared, near, axis=1).clip(0) + 1e-9)
        picture[row] = (weight * field[near]).sum(axis=1) / weight.sum(axis=1)
    return picture


def _unit(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    lon, lat = np.radians(lon), np.radians(lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)


def palette(colours: tuple[str, ...]) -> np.ndarray:
    """(256, 3) bytes."""
    anchors = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in colours])
    at = np.linspace(0, len(colours) - 1, 256)
    return np.stack([np.interp(at, range(len(colours)), anchors[:, k]) for k in range(3)], 1).round().astype(np.uint8)


def png(index: np.ndarray, colours: np.ndarray) -> bytes:
    """A palette picture; index is (rows, columns) of bytes."""
    rows, columns = index.shape
    lines = np.hstack([np.zeros((rows, 1), np.uint8), index]).tobytes()
    header = struct.pack(">2I5B", columns, rows, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", colours.tobytes()), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
