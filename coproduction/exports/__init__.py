"""What researchers take out of the graph into their own programs, a module per kind of thing and per format."""
