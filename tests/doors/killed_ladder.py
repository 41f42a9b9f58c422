"""Runs one command and sends itself a signal once rows were written: `python killed_ladder.py SIGNAL words...`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from provenet.cli.main import main

if __name__ == "__main__":
    real = pq.ParquetWriter.write_table

    def write_and_stop(self: pq.ParquetWriter, *given: Any) -> None:
        real(self, *given)
        Path("began").write_text("rows were written", encoding="utf-8")
        os.kill(os.getpid(), signal.Signals[sys.argv[1]])

    pq.ParquetWriter.write_table = write_and_stop
    main(sys.argv[2:])
