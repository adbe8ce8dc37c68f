"""`python -m chairlift` is the `chairlift` command."""

from chairlift.cli import run

if __name__ == "__main__":
    run()
