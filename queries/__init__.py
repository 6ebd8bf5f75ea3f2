"""The saved questions as data: SPARQL. A package so that the files are found when installed."""
