"""What people see: tables, texts, pictures. Data in, text out; nothing here computes."""

from __future__ import annotations
