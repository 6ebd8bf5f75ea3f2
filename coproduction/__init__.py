"""Co-production of public services as a knowledge graph.

A case is a neutral thing that a source tells of. Criteria test it, definitions combine criteria, and a verdict (`in`,
`out` or `undetermined`) follows for each case under each definition, with the passage that decides.
"""


def __getattr__(name: str) -> str:
    """Read `__version__` from the installed package's metadata, when asked for and not before."""
    if name == "__version__":
        from importlib.metadata import version

        return version("coproduction")
    raise AttributeError(name)
