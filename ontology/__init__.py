"""The ontology as data: Turtle and the JSON-LD context. A package so that the files are found when installed."""
