"""What each command does: one module a command, all of them thin over the functions that a program may call too."""
