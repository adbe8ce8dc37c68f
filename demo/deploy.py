"""A tiny deployment: `deploy.py deploy SERVICE ENVIRONMENT COMMIT`, and `deploy.py running SERVICE ENVIRONMENT`.

Everything lives in the folder $CHAIRLIFT_DEMO: bare repositories in `home/forge/SERVICE.git`, Python environments in
`environments`, what is released in `envs/SERVICE/ENVIRONMENT`, and wheels of libraries in `wheels`. Nothing is started;
but the very environment that would run the code says which Django it has, checks the code, and migrates its database.
"""

import os
import sys


def main() -> None:
    home = os.environ.get("CHAIRLIFT_DEMO") or sys.exit("set CHAIRLIFT_DEMO to the folder of the demo")
    match sys.argv[1:]:
        case ["running", service, environment]:
            running(home, service, environment)
        case ["deploy", service, environment, commit]:
            deploy(home, service, environment, commit)
        case _:
            sys.exit(__doc__)


def running(home: str, service: str, environment: str) -> None:
    """Prints a line of JSON. It is asked for all the time, so it imports nothing."""
    try:
        with open(os.path.join(home, "envs", service, environment, "current")) as current:
            print(current.read())
    except FileNotFoundError:
        print("null")


def deploy(home: str, service: str, environment: str, commit: str) -> None:
    from pathlib import Path

    import releasing
    from environments import CannotMake

    try:
        releasing.deploy(Path(home), service, environment, commit)
    except (releasing.Failed, CannotMake) as error:
        sys.exit(f"{service} is not deployed to {environment}: {error}")


if __name__ == "__main__":
    main()
