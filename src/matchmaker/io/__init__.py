"""Reading and writing regions: CSV folders, JSON documents, frames, workbooks, Parquet; all faults at once."""

from __future__ import annotations

from matchmaker.io.reading import read_region
from matchmaker.io.schema import schema
from matchmaker.io.writing import region_document, write_region

__all__ = ["read_region", "region_document", "schema", "write_region"]
