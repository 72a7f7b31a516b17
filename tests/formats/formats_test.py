"""The formats of `check` for other programs, by those programs' own validators where they can be had, else by their documented
structure; and what runs Beamwright in pipelines: linted and run.

Usage: formats_test.py validators|pipelines BEAMWRIGHT REPOSITORY FOLDER
Exits with 77 where npm or its packages cannot be had.
"""
import os
import pathlib
import sys

BINARY = os.path.abspath(os.environ.get("BEAMWRIGHT") or sys.argv[2])
REPOSITORY = pathlib.Path(sys.argv[3]).resolve()
FOLDER = pathlib.Path(sys.argv[4]).resolve()


def main():
    import unittest

    sys.dont_write_bytecode = True
    if sys.argv[1] == "validators":
        sys.path.insert(0, str(REPOSITORY / "tests" / "map"))
        from node_test import install

        install(REPOSITORY / "tests" / "formats", FOLDER / "npm")
        import validators as cases
    else:
        import pipelines as cases
    suite = unittest.defaultTestLoader.loadTestsFromModule(cases)
    done = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(suite)
    sys.exit(0 if done.wasSuccessful() and done.testsRun else 1)


if __name__ == "__main__":
    sys.modules["formats_test"] = sys.modules["__main__"]
    main()
