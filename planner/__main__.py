"""The command line as a module, for whoever has Python but not the command on the path."""

from planner.cli import main

if __name__ == "__main__":
    main()
