"""The figures this project claims about its own speed, each measured beside the usual tool: `make bench`."""
