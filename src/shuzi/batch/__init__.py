"""Many files -> one table, by many processes; interrupted at any moment, it goes on.

read_batch           sources -> a table
find_items, chunks   sources -> items -> portions of them
ReadItems, Options   items -> rows, for an engine of your own
write_table          rows -> CSV, xlsx, Parquet or JSON lines
"""

from shuzi.batch.item import Item, chunks
from shuzi.batch.read import Options, ReadItems
from shuzi.batch.run import State, Summary, read_batch
from shuzi.batch.sources import find_items
from shuzi.batch.table import write_table
from shuzi.rows import Row

__all__ = [
    "Item",
    "Options",
    "ReadItems",
    "Row",
    "State",
    "Summary",
    "chunks",
    "find_items",
    "read_batch",
    "write_table",
]
