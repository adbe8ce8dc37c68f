"""One module for each rule about files that are not Python: its reason and release note on top, and a `rule`."""
