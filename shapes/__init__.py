"""The shapes as data: SHACL in Turtle. A package so that the files are found when installed."""
