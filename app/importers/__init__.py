"""Others' formats as records: pure reading, which writes nothing and decides nothing."""
