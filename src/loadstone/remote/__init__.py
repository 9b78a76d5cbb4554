"""Files that are not on this machine: addresses, what is asked of a store or a server, and folders there."""
