"""The command line: its options and groups, each of which hands over to a module of `coproduction.commands`."""
